#include "wbem/qualifier_set.h"

#include <gtest/gtest.h>

#include "support/proves.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using testing::strings;

com::Ptr<IWbemClassObject> derived(const char* name) {
    com::Ptr<IWbemClassObject> object;
    EXPECT_EQ(make_object(testing::device())->SpawnDerivedClass(0, object.put()), WBEM_S_NO_ERROR);
    testing::put(object.get(), L"__CLASS", com::Variant(name));
    return object;
}
com::Ptr<IWbemQualifierSet> qualifiers(const com::Ptr<IWbemClassObject>& object) {
    com::Ptr<IWbemQualifierSet> set;
    EXPECT_EQ(object->GetQualifierSet(set.put()), WBEM_S_NO_ERROR);
    return set;
}
com::Ptr<IWbemQualifierSet> qualifiers(const com::Ptr<IWbemClassObject>& object,
                                       const wchar_t* property) {
    com::Ptr<IWbemQualifierSet> set;
    EXPECT_EQ(object->GetPropertyQualifierSet(property, set.put()), WBEM_S_NO_ERROR);
    return set;
}
HRESULT put(const com::Ptr<IWbemQualifierSet>& set, const wchar_t* name, const com::Variant& value,
            LONG flavor = 0) {
    return set->Put(name, value.in(), flavor);
}

TEST(QualifierSet, TellsValueAndFlavor) {
    const auto set = qualifiers(derived("Mine"));
    com::Variant value;
    LONG flavor = 0;
    PROVES("COM-156",
           EXPECT_EQ(set->Get(L"description", 0, value.put(), &flavor), WBEM_S_NO_ERROR));
    PROVES("COM-156", EXPECT_EQ(value.as<std::string>(), "thing"));
    PROVES("COM-156", EXPECT_EQ(flavor, WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE |
                                            WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS |
                                            WBEM_FLAVOR_ORIGIN_PROPAGATED));
    PROVES("COM-156", EXPECT_EQ(set->Get(L"Nothing", 0, value.in(), &flavor), WBEM_E_NOT_FOUND));
    EXPECT_EQ(value.as<std::string>(), "thing");
    PROVES("COM-002",
           EXPECT_EQ(set->Get(L"Description", 1, nullptr, nullptr), WBEM_E_INVALID_PARAMETER));
}

TEST(QualifierSet, HasTheCimTypeOfEveryProperty) {
    struct Case {
        const wchar_t* property;
        const char* type;
    };
    const auto object = make_object(testing::disk());
    for (const Case& c :
         {Case{L"Id", "string"}, Case{L"Speed", "uint32"}, Case{L"Parent", "ref:Device"},
          Case{L"Inner", "object"}, Case{L"Labels", "string"}}) {
        com::Variant value;
        PROVES("COM-152",
               EXPECT_EQ(qualifiers(object, c.property)->Get(L"CIMTYPE", 0, value.put(), nullptr),
                         WBEM_S_NO_ERROR));
        PROVES("COM-152", EXPECT_EQ(value.as<std::string>(), c.type));
    }
}

TEST(QualifierSet, GivesTheClassOfAReference) {
    const auto object = derived("Mine");
    EXPECT_EQ(object->Put(L"Next", 0, nullptr, CIM_REFERENCE), WBEM_S_NO_ERROR);
    const auto set = qualifiers(object, L"Next");
    EXPECT_EQ(put(set, L"CIMTYPE", com::Variant("ref:Disk")), WBEM_S_NO_ERROR);
    EXPECT_EQ(declaration_of(object.get())->properties.at(0).class_name, cim::Name("Disk"));
    com::Variant value;
    EXPECT_EQ(set->Get(L"CIMTYPE", 0, value.put(), nullptr), WBEM_S_NO_ERROR);
    PROVES("COM-152", EXPECT_EQ(value.as<std::string>(), "ref:Disk"));
    EXPECT_EQ(put(set, L"CIMTYPE", com::Variant("object:Disk")), WBEM_E_TYPE_MISMATCH);
    EXPECT_EQ(set->Delete(L"CIMTYPE"), WBEM_E_ILLEGAL_OPERATION);
}

TEST(QualifierSet, TakesTheDocumentedTypesOnly) {
    const auto set = qualifiers(derived("Mine"));
    VARIANT byte;
    VariantInit(&byte);
    byte.vt = VT_UI1;
    const std::vector<com::Variant> taken = {
        com::Variant(std::int32_t{5}),
        com::Variant(0.5),
        com::Variant("text"),
        com::Variant(true),
        com::Variant(std::vector<std::int32_t>{1, 2}),
        com::Variant(std::vector<double>{0.5}),
        com::Variant(std::vector<std::string>{"a", "b"}),
    };
    for (const com::Variant& value : taken) {
        PROVES("COM-153", EXPECT_EQ(put(set, L"Mine", value), WBEM_S_NO_ERROR) << value.type());
    }
    const std::vector<com::Variant> refused = {
        com::Variant(std::int16_t{5}),
        com::Variant::adopt(byte),
        com::Variant(0.5f),
        com::Variant(std::vector<std::int16_t>{1}),
        com::Variant::null(),
    };
    for (const com::Variant& value : refused) {
        PROVES("COM-153", EXPECT_EQ(put(set, L"Mine", value), WBEM_E_INVALID_QUALIFIER_TYPE)
                              << value.type());
    }
    EXPECT_EQ(set->Put(L"Mine", nullptr, 0), WBEM_E_INVALID_PARAMETER);
}

TEST(QualifierSet, KeepsTheFlavor) {
    const auto set = qualifiers(derived("Mine"));
    for (const LONG flavor : {0x0, 0x1, 0x2, 0x3, 0x13, 0x80}) {
        EXPECT_EQ(put(set, L"Mine", com::Variant("x"), flavor), WBEM_S_NO_ERROR);
        LONG kept = -1;
        EXPECT_EQ(set->Get(L"Mine", 0, nullptr, &kept), WBEM_S_NO_ERROR);
        PROVES("COM-153", EXPECT_EQ(kept, flavor));
    }
    PROVES("COM-153",
           EXPECT_EQ(put(set, L"Mine", com::Variant("x"), 0x100), WBEM_E_INVALID_FLAVOR));
}

TEST(QualifierSet, RefusesWhatDoesNotBelong) {
    const auto object = derived("Mine");
    EXPECT_EQ(object->Put(L"List", 0, nullptr, CIM_STRING | CIM_FLAG_ARRAY), WBEM_S_NO_ERROR);
    PROVES("COM-154", EXPECT_EQ(put(qualifiers(object), L"Fixed", com::Variant("no")),
                                WBEM_E_OVERRIDE_NOT_ALLOWED));
    PROVES("COM-154", EXPECT_EQ(put(qualifiers(object), L"key", com::Variant(true)),
                                WBEM_E_INVALID_QUALIFIER));
    PROVES("COM-154", EXPECT_EQ(put(qualifiers(object, L"List"), L"key", com::Variant(true)),
                                WBEM_E_CANNOT_BE_KEY));
    const auto instance = testing::spawn(testing::disk());
    PROVES("COM-154", EXPECT_EQ(put(qualifiers(instance), L"key", com::Variant(true)),
                                WBEM_E_INVALID_QUALIFIER));
    EXPECT_EQ(put(qualifiers(instance), L"Fixed", com::Variant("no")), WBEM_E_OVERRIDE_NOT_ALLOWED);
}

TEST(QualifierSet, ForgetsWhatIsItsOwn) {
    const auto object = derived("Mine");
    const auto set = qualifiers(object);
    EXPECT_EQ(put(set, L"Description", com::Variant("mine"), 3), WBEM_S_NO_ERROR);
    PROVES("COM-155", EXPECT_EQ(set->Delete(L"Description"), WBEM_S_RESET_TO_DEFAULT));
    com::Variant value;
    EXPECT_EQ(set->Get(L"Description", 0, value.put(), nullptr), WBEM_S_NO_ERROR);
    PROVES("COM-155", EXPECT_EQ(value.as<std::string>(), "thing"));
    PROVES("COM-155", EXPECT_EQ(set->Delete(L"Description"), WBEM_E_PROPAGATED_QUALIFIER));
    EXPECT_EQ(set->Delete(L"Nothing"), WBEM_E_NOT_FOUND);
    EXPECT_EQ(put(set, L"Mine", com::Variant("x")), WBEM_S_NO_ERROR);
    PROVES("COM-155", EXPECT_EQ(set->Delete(L"Mine"), WBEM_S_NO_ERROR));
    EXPECT_EQ(qualifiers(object, L"Speed")->Delete(L"Units"), WBEM_E_PROPAGATED_QUALIFIER);
}

TEST(QualifierSet, ListsAndEnumeratesByOrigin) {
    const auto set = qualifiers(derived("Mine"));
    EXPECT_EQ(put(set, L"Mine", com::Variant("x")), WBEM_S_NO_ERROR);
    const auto names = [&](LONG flags) {
        SAFEARRAY* array = nullptr;
        EXPECT_EQ(set->GetNames(flags, &array), WBEM_S_NO_ERROR);
        return strings(array);
    };
    using Names = std::vector<std::string>;
    PROVES("COM-156", EXPECT_EQ(names(0), (Names{"Mine", "Description", "Fixed"})));
    PROVES("COM-156", EXPECT_EQ(names(WBEM_FLAG_LOCAL_ONLY), Names{"Mine"}));
    PROVES("COM-156", EXPECT_EQ(names(WBEM_FLAG_PROPAGATED_ONLY), (Names{"Description", "Fixed"})));
    bstr name;
    PROVES("COM-156", EXPECT_EQ(set->Next(0, name.put(), nullptr, nullptr), WBEM_E_UNEXPECTED));
    ASSERT_EQ(set->BeginEnumeration(WBEM_FLAG_LOCAL_ONLY), WBEM_S_NO_ERROR);
    com::Variant value;
    PROVES("COM-156", EXPECT_EQ(set->Next(0, name.put(), value.put(), nullptr), WBEM_S_NO_ERROR));
    EXPECT_EQ(name.utf8(), "Mine");
    EXPECT_EQ(value.as<std::string>(), "x");
    PROVES("COM-156", EXPECT_EQ(set->Next(0, name.put(), nullptr, nullptr), WBEM_S_NO_MORE_DATA));
    PROVES("COM-156", EXPECT_EQ(set->EndEnumeration(), WBEM_S_NO_ERROR));
}

TEST(QualifierSet, IsRefusedForSystemProperties) {
    com::Ptr<IWbemQualifierSet> set;
    const auto object = make_object(testing::disk());
    PROVES("COM-151", EXPECT_EQ(object->GetPropertyQualifierSet(L"__CLASS", set.put()),
                                WBEM_E_SYSTEM_PROPERTY));
    EXPECT_EQ(object->GetPropertyQualifierSet(L"Nothing", set.put()), WBEM_E_NOT_FOUND);
    PROVES("COM-003", EXPECT_EQ(set.get(), nullptr));
}

TEST(QualifierSet, OfAnInstanceShowsWhatTravels) {
    const auto instance = testing::spawn(testing::disk());
    com::Variant value;
    const auto set = qualifiers(instance);
    EXPECT_EQ(set->Get(L"Description", 0, value.put(), nullptr), WBEM_S_NO_ERROR);
    EXPECT_EQ(value.as<std::string>(), "thing");
    EXPECT_EQ(put(set, L"Note", com::Variant("x")), WBEM_S_NO_ERROR);
    const auto content = object_of(instance.get());
    EXPECT_EQ((*content)->as_instance()->qualifiers().all().size(), 1u);
    EXPECT_EQ(set->Delete(L"Note"), WBEM_S_NO_ERROR);
    EXPECT_EQ(set->Delete(L"Description"), WBEM_E_PROPAGATED_QUALIFIER);
    const auto speed = qualifiers(instance, L"Speed");
    EXPECT_EQ(speed->Get(L"Units", 0, nullptr, nullptr), WBEM_E_NOT_FOUND);
    EXPECT_EQ(qualifiers(instance, L"Id")->Get(L"key", 0, nullptr, nullptr), WBEM_S_NO_ERROR);
}

TEST(QualifierSet, OfAPropertyOfAnInstanceIsItsOwn) {
    const auto instance = testing::spawn(testing::disk());
    const auto speed = qualifiers(instance, L"Speed");
    PROVES("COM-151",
           EXPECT_EQ(put(speed, L"PropertyContext", com::Variant("x")), WBEM_S_NO_ERROR));
    com::Variant value;
    EXPECT_EQ(qualifiers(instance, L"Speed")->Get(L"PropertyContext", 0, value.put(), nullptr),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(value.as<std::string>(), "x");
    EXPECT_EQ(qualifiers(instance, L"Id")->Get(L"PropertyContext", 0, nullptr, nullptr),
              WBEM_E_NOT_FOUND);
    const auto content = object_of(instance.get());
    EXPECT_FALSE((*content)->as_instance()->property_qualifiers("Speed").empty());
    com::Ptr<IWbemClassObject> clone;
    ASSERT_EQ(instance->Clone(clone.put()), WBEM_S_NO_ERROR);
    EXPECT_EQ(speed->Delete(L"PropertyContext"), WBEM_S_NO_ERROR);
    EXPECT_EQ(speed->Delete(L"PropertyContext"), WBEM_E_NOT_FOUND);
    EXPECT_EQ(qualifiers(clone, L"Speed")->Get(L"PropertyContext", 0, nullptr, nullptr),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(instance->CompareTo(0, clone.get()), WBEM_S_DIFFERENT);
    PROVES("COM-154", EXPECT_EQ(put(speed, L"key", com::Variant(true)), WBEM_E_INVALID_QUALIFIER));
}

TEST(QualifierSet, KeepsItsObjectAlive) {
    com::Ptr<IWbemQualifierSet> set;
    {
        const auto object = derived("Mine");
        set = qualifiers(object);
    }
    EXPECT_EQ(set->Get(L"Description", 0, nullptr, nullptr), WBEM_S_NO_ERROR);
}

TEST(QualifierSet, OfAMethodCanBeWritten) {
    const auto object = derived("Mine");
    com::Ptr<IWbemQualifierSet> set;
    ASSERT_EQ(object->GetMethodQualifierSet(L"Reset", set.put()), WBEM_S_NO_ERROR);
    EXPECT_EQ(put(set, L"Implemented", com::Variant(true)), WBEM_S_NO_ERROR);
    const auto declaration = declaration_of(object.get());
    ASSERT_EQ(declaration->methods.size(), 1u);
    EXPECT_TRUE(declaration->methods[0].qualifiers.is_true("Implemented"));
}

}  // namespace
}  // namespace openwmi::wbem
