#include <gtest/gtest.h>

#include "support/proves.h"
#include "wbem/object.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using testing::get;
using testing::put;
using testing::strings;

com::Ptr<IWbemClassObject> named(const char* name) {
    auto object = make_empty_class();
    EXPECT_EQ(put(object.get(), L"__CLASS", com::Variant(name)), WBEM_S_NO_ERROR);
    return object;
}

com::Ptr<IWbemClassObject> derived(const cim::ClassPtr& superclass, const char* name) {
    com::Ptr<IWbemClassObject> object;
    EXPECT_EQ(make_object(superclass)->SpawnDerivedClass(0, object.put()), WBEM_S_NO_ERROR);
    EXPECT_EQ(put(object.get(), L"__CLASS", com::Variant(name)), WBEM_S_NO_ERROR);
    return object;
}

TEST(ClassObject, HasTheSystemProperties) {
    const auto object = make_object(testing::disk(), testing::origin());
    PROVES("SYS-006", EXPECT_EQ(testing::text(object.get(), L"__CLASS"), "Disk"));
    PROVES("SYS-009", EXPECT_EQ(get(object.get(), L"__GENUS").as<std::int32_t>(), 1));
    PROVES("SYS-010", EXPECT_EQ(testing::text(object.get(), L"__NAMESPACE"), "root\\test"));
    PROVES("SYS-011",
           EXPECT_EQ(testing::text(object.get(), L"__PATH"), "\\\\SERVER\\root\\test:Disk"));
    PROVES("SYS-013", EXPECT_EQ(testing::text(object.get(), L"__RELPATH"), "Disk"));
    const auto top = make_object(testing::device());
    PROVES("SYS-008", EXPECT_EQ(testing::text(top.get(), L"__DYNASTY"), "Device"));
    PROVES("SYS-016", EXPECT_EQ(get(top.get(), L"__SUPERCLASS").type(), VT_NULL));
}

TEST(ClassObject, IsNamedWhileItIsMade) {
    const auto object = make_empty_class();
    PROVES("SYS-016", EXPECT_EQ(get(object.get(), L"__CLASS").type(), VT_NULL));
    EXPECT_EQ(get(object.get(), L"__DYNASTY").type(), VT_NULL);
    EXPECT_EQ(object_of(object.get()).error().status, Status::IncompleteClass);
    PROVES("COM-141",
           EXPECT_EQ(put(object.get(), L"__CLASS", com::Variant("")), WBEM_E_INVALID_PARAMETER));
    PROVES("COM-141",
           EXPECT_EQ(put(object.get(), L"__CLASS", com::Variant("Mine")), WBEM_S_NO_ERROR));
    PROVES("SYS-006", EXPECT_EQ(testing::text(object.get(), L"__CLASS"), "Mine"));
    PROVES("COM-141",
           EXPECT_EQ(put(object.get(), L"__SUPERCLASS", com::Variant("X")), WBEM_E_READ_ONLY));
    const auto stored = make_object(testing::device());
    PROVES("COM-141",
           EXPECT_EQ(put(stored.get(), L"__CLASS", com::Variant("Y")), WBEM_E_READ_ONLY));
}

TEST(ClassObject, GetsPropertiesByPut) {
    const auto object = named("Mine");
    PROVES("COM-139", EXPECT_EQ(object->Put(L"Count", 0, nullptr, CIM_UINT32), WBEM_S_NO_ERROR));
    PROVES("COM-139", EXPECT_EQ(object->Put(L"Untyped", 0, nullptr, 0), WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(put(object.get(), L"Label", com::Variant("x")), WBEM_S_NO_ERROR);
    EXPECT_EQ(object->Put(L"Bad", 0, nullptr, 99), WBEM_E_INVALID_CIM_TYPE);
    for (const wchar_t* name : {L"_Mine", L"__Mine", L"Mine_"}) {
        PROVES("COM-139",
               EXPECT_EQ(object->Put(name, 0, nullptr, CIM_STRING), WBEM_E_INVALID_PARAMETER));
    }
    PROVES("SYS-017",
           EXPECT_EQ(object->Put(L"_Mine", 0, nullptr, CIM_STRING), WBEM_E_INVALID_PARAMETER));
    CIMTYPE type = 0;
    ASSERT_EQ(object->Get(L"Count", 0, nullptr, &type, nullptr), WBEM_S_NO_ERROR);
    EXPECT_EQ(type, CIM_UINT32);
    PROVES("SYS-012", EXPECT_EQ(get(object.get(), L"__PROPERTY_COUNT").as<std::int32_t>(), 2));
    const auto declaration = declaration_of(object.get());
    ASSERT_TRUE(declaration);
    EXPECT_EQ(declaration->properties.size(), 2u);
    EXPECT_EQ(declaration->properties[1].type, cim::Type{cim::CimType::String});
}

TEST(ClassObject, OverridesTheDefaultsItInherits) {
    const auto object = derived(testing::device(), "Mine");
    EXPECT_EQ(get(object.get(), L"Speed").as<std::uint32_t>(), 5u);
    EXPECT_EQ(put(object.get(), L"Speed", com::Variant(9u)), WBEM_S_NO_ERROR);
    PROVES("COM-142", EXPECT_EQ(object->Delete(L"Speed"), WBEM_S_RESET_TO_DEFAULT));
    EXPECT_EQ(get(object.get(), L"Speed").as<std::uint32_t>(), 5u);
    PROVES("COM-142", EXPECT_EQ(object->Delete(L"Speed"), WBEM_E_PROPAGATED_PROPERTY));
    put(object.get(), L"Own", com::Variant("x"));
    PROVES("COM-142", EXPECT_EQ(object->Delete(L"Own"), WBEM_S_NO_ERROR));
    EXPECT_EQ(object->Delete(L"Own"), WBEM_E_NOT_FOUND);
    PROVES("COM-142", EXPECT_EQ(object->Delete(L"__CLASS"), WBEM_E_SYSTEM_PROPERTY));
    SAFEARRAY* names = nullptr;
    put(object.get(), L"Speed", com::Variant(9u));
    ASSERT_EQ(object->GetNames(nullptr, WBEM_FLAG_CLASS_OVERRIDES_ONLY, nullptr, &names),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(strings(names), std::vector<std::string>{"Speed"});
}

TEST(ClassObject, StaysAsItWasWhenAChangeIsRefused) {
    const auto object = named("Mine");
    put(object.get(), L"Rate", com::Variant(1.5));
    com::Ptr<IWbemQualifierSet> set;
    ASSERT_EQ(object->GetPropertyQualifierSet(L"Rate", set.put()), WBEM_S_NO_ERROR);
    PROVES("COM-154",
           EXPECT_EQ(set->Put(L"key", com::Variant(true).in(), 0), WBEM_E_CANNOT_BE_KEY));
    EXPECT_EQ(set->Get(L"key", 0, nullptr, nullptr), WBEM_E_NOT_FOUND);
    EXPECT_TRUE(object_of(object.get()));
}

TEST(ClassObject, SpawnsOnceTheServiceHasIt) {
    const auto stored = make_object(testing::disk());
    com::Ptr<IWbemClassObject> spawned;
    PROVES("COM-146", EXPECT_EQ(stored->SpawnInstance(0, spawned.put()), WBEM_S_NO_ERROR));
    EXPECT_EQ(get(spawned.get(), L"Speed").as<std::uint32_t>(), 7u);
    PROVES("COM-146", EXPECT_EQ(stored->SpawnDerivedClass(0, spawned.put()), WBEM_S_NO_ERROR));
    EXPECT_EQ(testing::text(spawned.get(), L"__SUPERCLASS"), "Disk");
    PROVES("COM-146",
           EXPECT_EQ(named("Mine")->SpawnDerivedClass(0, spawned.put()), WBEM_E_INCOMPLETE_CLASS));
    EXPECT_EQ(named("Mine")->SpawnInstance(0, spawned.put()), WBEM_E_INCOMPLETE_CLASS);
    put(stored.get(), L"Speed", com::Variant(1u));
    EXPECT_EQ(stored->SpawnInstance(0, spawned.put()), WBEM_E_INCOMPLETE_CLASS);
}

TEST(ClassObject, WritesMofOfWhatItSaysItself) {
    bstr text;
    const auto object = make_object(testing::disk());
    ASSERT_EQ(object->GetObjectText(0, text.put()), WBEM_S_NO_ERROR);
    PROVES("COM-149", EXPECT_NE(text.utf8().find("class Disk"), std::string::npos));
    PROVES("COM-149", EXPECT_EQ(text.utf8().find("Parent"), std::string::npos) << text.utf8());
    PROVES("COM-149", EXPECT_EQ(text.utf8().find("Description"), std::string::npos));
    const auto top = make_object(testing::device());
    ASSERT_EQ(top->GetObjectText(0, text.put()), WBEM_S_NO_ERROR);
    EXPECT_NE(text.utf8().find("ToSubClass"), std::string::npos) << text.utf8();
    ASSERT_EQ(top->GetObjectText(WBEM_FLAG_NO_FLAVORS, text.put()), WBEM_S_NO_ERROR);
    PROVES("COM-149", EXPECT_EQ(text.utf8().find("ToSubClass"), std::string::npos));
    EXPECT_EQ(make_empty_class()->GetObjectText(0, text.put()), WBEM_E_INCOMPLETE_CLASS);
}

TEST(ClassObject, SplitsTheParametersOfAMethod) {
    const auto object = make_object(testing::disk());
    com::Ptr<IWbemClassObject> in;
    com::Ptr<IWbemClassObject> out;
    PROVES("COM-147",
           ASSERT_EQ(object->GetMethod(L"reset", 0, in.put(), out.put()), WBEM_S_NO_ERROR));
    EXPECT_EQ(testing::text(in.get(), L"__CLASS"), "__PARAMETERS");
    SAFEARRAY* names = nullptr;
    ASSERT_EQ(in->GetNames(nullptr, WBEM_FLAG_NONSYSTEM_ONLY, nullptr, &names), WBEM_S_NO_ERROR);
    PROVES("COM-147", EXPECT_EQ(strings(names), std::vector<std::string>{"Mode"}));
    ASSERT_EQ(out->GetNames(nullptr, WBEM_FLAG_NONSYSTEM_ONLY, nullptr, &names), WBEM_S_NO_ERROR);
    PROVES("COM-147",
           EXPECT_EQ(strings(names), (std::vector<std::string>{"Detail", "ReturnValue"})));
    com::Ptr<IWbemClassObject> arguments;
    EXPECT_EQ(in->SpawnInstance(0, arguments.put()), WBEM_S_NO_ERROR);
    bstr origin;
    EXPECT_EQ(object->GetMethodOrigin(L"Reset", origin.put()), WBEM_S_NO_ERROR);
    PROVES("COM-147", EXPECT_EQ(origin.utf8(), "Device"));
    EXPECT_EQ(object->GetMethod(L"Nothing", 0, in.put(), out.put()), WBEM_E_NOT_FOUND);
    EXPECT_EQ(in.get(), nullptr);
}

TEST(ClassObject, EnumeratesItsMethods) {
    const auto object = make_object(testing::disk());
    bstr name;
    EXPECT_EQ(object->NextMethod(0, name.put(), nullptr, nullptr), WBEM_E_UNEXPECTED);
    ASSERT_EQ(object->BeginMethodEnumeration(0), WBEM_S_NO_ERROR);
    com::Ptr<IWbemClassObject> in;
    PROVES("COM-147",
           EXPECT_EQ(object->NextMethod(0, name.put(), in.put(), nullptr), WBEM_S_NO_ERROR));
    PROVES("COM-147", EXPECT_EQ(name.utf8(), "Reset"));
    EXPECT_TRUE(in);
    EXPECT_EQ(object->NextMethod(0, name.put(), nullptr, nullptr), WBEM_S_NO_MORE_DATA);
    EXPECT_EQ(object->EndMethodEnumeration(), WBEM_S_NO_ERROR);
    ASSERT_EQ(object->BeginMethodEnumeration(WBEM_FLAG_LOCAL_ONLY), WBEM_S_NO_ERROR);
    EXPECT_EQ(object->NextMethod(0, name.put(), nullptr, nullptr), WBEM_S_NO_MORE_DATA);
}

TEST(ClassObject, AloneHasMethods) {
    const auto instance = testing::spawn(testing::disk());
    bstr name;
    com::Ptr<IWbemQualifierSet> set;
    PROVES("COM-147",
           EXPECT_EQ(instance->GetMethod(L"Reset", 0, nullptr, nullptr), WBEM_E_ILLEGAL_OPERATION));
    PROVES("COM-147",
           EXPECT_EQ(instance->PutMethod(L"Reset", 0, nullptr, nullptr), WBEM_E_ILLEGAL_OPERATION));
    PROVES("COM-147", EXPECT_EQ(instance->DeleteMethod(L"Reset"), WBEM_E_ILLEGAL_OPERATION));
    PROVES("COM-147", EXPECT_EQ(instance->BeginMethodEnumeration(0), WBEM_E_ILLEGAL_OPERATION));
    PROVES("COM-147", EXPECT_EQ(instance->GetMethodQualifierSet(L"Reset", set.put()),
                                WBEM_E_ILLEGAL_OPERATION));
    PROVES("COM-147",
           EXPECT_EQ(instance->GetMethodOrigin(L"Reset", name.put()), WBEM_E_ILLEGAL_OPERATION));
}

// A parameter of a signature: its name and ID; a negative ID is none.
struct Parameter {
    const char* name;
    int id;
    CIMTYPE type = CIM_STRING;
};

com::Ptr<IWbemClassObject> signature(const std::vector<Parameter>& parameters) {
    if (parameters.empty()) return nullptr;
    auto object = named("__PARAMETERS");
    for (const Parameter& parameter : parameters) {
        const std::wstring name = testing::wide(parameter.name);
        EXPECT_EQ(object->Put(name.c_str(), 0, nullptr, parameter.type), WBEM_S_NO_ERROR);
        if (parameter.id < 0) continue;
        com::Ptr<IWbemQualifierSet> set;
        EXPECT_EQ(object->GetPropertyQualifierSet(name.c_str(), set.put()), WBEM_S_NO_ERROR);
        EXPECT_EQ(set->Put(L"ID", com::Variant(parameter.id).in(), 0), WBEM_S_NO_ERROR);
    }
    return object;
}

TEST(ClassObject, GetsMethodsWithTheirParametersInOrder) {
    const auto object = named("Mine");
    const auto in = signature({{"Second", 1}, {"First", 0}, {"Both", 2}});
    const auto out = signature({{"Both", 2}, {"ReturnValue", -1, CIM_UINT32}});
    PROVES("COM-148",
           ASSERT_EQ(object->PutMethod(L"Run", 0, in.get(), out.get()), WBEM_S_NO_ERROR));
    const auto declaration = declaration_of(object.get());
    ASSERT_TRUE(declaration);
    ASSERT_EQ(declaration->methods.size(), 1u);
    const cim::Method& method = declaration->methods[0];
    EXPECT_EQ(method.return_type, cim::Type{cim::CimType::Uint32});
    ASSERT_EQ(method.parameters.size(), 3u);
    PROVES("COM-148", EXPECT_EQ(method.parameters[0].name, cim::Name("First")));
    PROVES("COM-148", EXPECT_EQ(method.parameters[1].name, cim::Name("Second")));
    EXPECT_TRUE(method.parameters[2].qualifiers.is_true("in"));
    EXPECT_TRUE(method.parameters[2].qualifiers.is_true("out"));
    EXPECT_FALSE(method.parameters[0].qualifiers.is_true("out"));
    EXPECT_EQ(object->DeleteMethod(L"Run"), WBEM_S_NO_ERROR);
    EXPECT_EQ(object->DeleteMethod(L"Run"), WBEM_E_NOT_FOUND);
}

TEST(ClassObject, RefusesMethodsWithWrongParameterIds) {
    struct Case {
        std::vector<Parameter> in;
        std::vector<Parameter> out;
        HRESULT refusal;
    };
    const std::vector<Case> cases = {
        {{{"A", -1}}, {}, WBEM_E_MISSING_PARAMETER_ID},
        {{{"A", 70000}}, {}, WBEM_E_INVALID_PARAMETER_ID},
        {{{"A", 0}, {"B", 2}}, {}, WBEM_E_NONCONSECUTIVE_PARAMETER_IDS},
        {{{"A", 1}}, {}, WBEM_E_NONCONSECUTIVE_PARAMETER_IDS},
        {{{"A", 0}, {"B", 0}}, {}, WBEM_E_INVALID_PARAMETER_ID},
        {{}, {{"ReturnValue", 0}}, WBEM_E_PARAMETER_ID_ON_RETVAL},
        {{{"A", 0}}, {{"A", 0, CIM_UINT8}}, WBEM_E_INVALID_DUPLICATE_PARAMETER},
        {{{"A", 0}}, {{"A", 1}}, WBEM_E_INVALID_DUPLICATE_PARAMETER},
    };
    const auto object = named("Mine");
    for (const Case& wrong : cases) {
        PROVES("COM-148", EXPECT_EQ(object->PutMethod(L"Run", 0, signature(wrong.in).get(),
                                                      signature(wrong.out).get()),
                                    wrong.refusal));
    }
    EXPECT_TRUE(declaration_of(object.get())->methods.empty());
}

TEST(ClassObject, OverridesAnInheritedMethodWithTheSameSignatureOnly) {
    const auto object = derived(testing::device(), "Mine");
    EXPECT_EQ(object->DeleteMethod(L"Reset"), WBEM_E_PROPAGATED_METHOD);
    EXPECT_EQ(object->PutMethod(L"Reset", 0, nullptr, nullptr), WBEM_E_UPDATE_PROPAGATED_METHOD);
    com::Ptr<IWbemClassObject> in;
    com::Ptr<IWbemClassObject> out;
    ASSERT_EQ(object->GetMethod(L"Reset", 0, in.put(), out.put()), WBEM_S_NO_ERROR);
    EXPECT_EQ(object->PutMethod(L"Reset", 0, in.get(), out.get()), WBEM_S_NO_ERROR);
    EXPECT_EQ(object->DeleteMethod(L"Reset"), WBEM_S_NO_ERROR);
}

}  // namespace
}  // namespace openwmi::wbem
