#include "wbem/object.h"

#include <gtest/gtest.h>

#include "cim/system_property.h"
#include "support/proves.h"
#include "wbem/class_object.h"
#include "wbem/instance_content.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using testing::get;
using testing::put;
using testing::spawn;
using testing::strings;

// An instance as the service hands it out.
com::Ptr<IWbemClassObject> stored_disk() {
    cim::InstanceBuilder builder(testing::disk());
    EXPECT_TRUE(builder.set("Id", "a"));
    EXPECT_TRUE(builder.set("Size", 12));
    builder.set_origin(testing::origin());
    return make_object(builder.build());
}

TEST(Instance, TellsValueTypeAndOriginOfAProperty) {
    const auto object = stored_disk();
    VARIANT value;
    CIMTYPE type = 0;
    LONG flavor = -1;
    ASSERT_EQ(object->Get(L"size", 0, &value, &type, &flavor), WBEM_S_NO_ERROR);
    PROVES("COM-138", EXPECT_EQ(com::Variant::adopt(value).as<std::string>(), "12"));
    EXPECT_EQ(type, CIM_SINT64);
    PROVES("COM-138", EXPECT_EQ(flavor, WBEM_FLAVOR_ORIGIN_LOCAL));
    ASSERT_EQ(object->Get(L"Id", 0, nullptr, &type, &flavor), WBEM_S_NO_ERROR);
    PROVES("COM-138", EXPECT_EQ(flavor, WBEM_FLAVOR_ORIGIN_PROPAGATED));
    ASSERT_EQ(object->Get(L"__GENUS", 0, nullptr, &type, &flavor), WBEM_S_NO_ERROR);
    PROVES("COM-138", EXPECT_EQ(flavor, WBEM_FLAVOR_ORIGIN_SYSTEM));
}

TEST(Instance, LeavesTheVariantAloneWhenThereIsNoSuchProperty) {
    const auto object = stored_disk();
    com::Variant value(std::int32_t{42});
    PROVES("COM-138",
           EXPECT_EQ(object->Get(L"Nothing", 0, value.in(), nullptr, nullptr), WBEM_E_NOT_FOUND));
    PROVES("COM-003", EXPECT_EQ(value.as<std::int32_t>(), 42));
    EXPECT_NE(take_error_text().find("Nothing"), std::string::npos);
}

TEST(Instance, RefusesReservedFlags) {
    const auto object = stored_disk();
    com::Variant value;
    PROVES("COM-002", EXPECT_EQ(object->Get(L"Id", 1, value.put(), nullptr, nullptr),
                                WBEM_E_INVALID_PARAMETER));
    PROVES("COM-002", EXPECT_EQ(object->Put(L"Id", 1, value.in(), 0), WBEM_E_INVALID_PARAMETER));
    com::Ptr<IWbemClassObject> spawned;
    PROVES("COM-002", EXPECT_EQ(make_object(testing::disk())->SpawnInstance(4, spawned.put()),
                                WBEM_E_INVALID_PARAMETER));
    PROVES("COM-003", EXPECT_EQ(spawned.get(), nullptr));
    PROVES("COM-002", EXPECT_EQ(object->Next(1, nullptr, nullptr, nullptr, nullptr),
                                WBEM_E_INVALID_PARAMETER));
}

TEST(Instance, HasTheSystemProperties) {
    const auto object = stored_disk();
    PROVES("SYS-006", EXPECT_EQ(testing::text(object.get(), L"__CLASS"), "Disk"));
    PROVES("SYS-007", EXPECT_EQ(get(object.get(), L"__DERIVATION").as_vector<std::string>(),
                                std::vector<std::string>{"Device"}));
    PROVES("SYS-008", EXPECT_EQ(testing::text(object.get(), L"__DYNASTY"), "Device"));
    PROVES("SYS-009", EXPECT_EQ(get(object.get(), L"__GENUS").as<std::int32_t>(), 2));
    PROVES("SYS-010", EXPECT_EQ(testing::text(object.get(), L"__NAMESPACE"), "root\\test"));
    PROVES("SYS-011", EXPECT_EQ(testing::text(object.get(), L"__PATH"),
                                "\\\\SERVER\\root\\test:Disk.Id=\"a\""));
    PROVES("SYS-012", EXPECT_EQ(get(object.get(), L"__PROPERTY_COUNT").as<std::int32_t>(), 6));
    PROVES("SYS-013", EXPECT_EQ(testing::text(object.get(), L"__RELPATH"), "Disk.Id=\"a\""));
    PROVES("SYS-014", EXPECT_EQ(testing::text(object.get(), L"__SERVER"), "SERVER"));
    PROVES("SYS-015", EXPECT_EQ(testing::text(object.get(), L"__SUPERCLASS"), "Device"));
}

TEST(Instance, ReadsSystemPropertiesThatDoNotApplyAsNull) {
    const auto object = spawn(testing::disk());
    for (const wchar_t* name : {L"__PATH", L"__RELPATH", L"__NAMESPACE", L"__SERVER"}) {
        PROVES("SYS-016", EXPECT_EQ(get(object.get(), name).type(), VT_NULL) << to_utf8(name));
    }
}

TEST(Instance, TakesValuesButNoNewProperties) {
    const auto object = spawn(testing::disk());
    EXPECT_EQ(put(object.get(), L"Id", com::Variant("b")), WBEM_S_NO_ERROR);
    EXPECT_EQ(testing::text(object.get(), L"Id"), "b");
    EXPECT_EQ(testing::text(object.get(), L"__RELPATH"), "Disk.Id=\"b\"");
    PROVES("COM-139",
           EXPECT_EQ(put(object.get(), L"New", com::Variant("b"), CIM_STRING), WBEM_E_NOT_FOUND));
    PROVES("COM-140", EXPECT_EQ(put(object.get(), L"Id", com::Variant(1)), WBEM_E_TYPE_MISMATCH));
    PROVES("OD-098",
           EXPECT_EQ(put(object.get(), L"Size", com::Variant("1"), CIM_SINT64), WBEM_S_NO_ERROR));
    PROVES("OD-098", EXPECT_EQ(put(object.get(), L"Size", com::Variant("1"), CIM_STRING),
                               WBEM_E_TYPE_MISMATCH));
    EXPECT_EQ(object->Put(L"Id", 0, nullptr, 0), WBEM_S_NO_ERROR);
    EXPECT_EQ(get(object.get(), L"Id").type(), VT_NULL);
}

TEST(Instance, KeepsItsSystemProperties) {
    const auto object = spawn(testing::disk());
    for (const auto& property : cim::system_properties()) {
        PROVES("COM-141", EXPECT_EQ(put(object.get(), testing::wide(property.name.text()).c_str(),
                                        com::Variant("x")),
                                    WBEM_E_READ_ONLY)
                              << property.name.text());
    }
    PROVES("SYS-006",
           EXPECT_EQ(put(object.get(), L"__CLASS", com::Variant("x")), WBEM_E_READ_ONLY));
    PROVES("COM-142", EXPECT_EQ(object->Delete(L"__CLASS"), WBEM_E_SYSTEM_PROPERTY));
}

TEST(Instance, GoesBackToTheDefaultOfItsClass) {
    const auto object = spawn(testing::disk());
    EXPECT_EQ(put(object.get(), L"Speed", com::Variant(1u)), WBEM_S_NO_ERROR);
    PROVES("COM-142", EXPECT_TRUE(SUCCEEDED(object->Delete(L"Speed"))));
    PROVES("COM-142", EXPECT_EQ(get(object.get(), L"Speed").as<std::uint32_t>(), 7u));
    EXPECT_EQ(object->Delete(L"Nothing"), WBEM_E_NOT_FOUND);
}

TEST(Instance, ChangesForNobodyElse) {
    const auto object = spawn(testing::disk());
    put(object.get(), L"Id", com::Variant("first"));
    const auto indicated = object_of(object.get());
    ASSERT_TRUE(indicated) << indicated.error().message;
    put(object.get(), L"Id", com::Variant("second"));
    EXPECT_EQ((*indicated)->as_instance()->find("Id"), cim::Value("first"));
    EXPECT_EQ((*object_of(object.get()))->as_instance()->find("Id"), cim::Value("second"));
    EXPECT_EQ(*object_of(object.get()), *object_of(object.get())) << "built once a change";
}

TEST(Instance, IsTheSameObjectUntilSomebodyWrites) {
    const cim::ObjectPtr instance = cim::InstanceBuilder(testing::disk()).build();
    const auto object = make_object(instance);
    EXPECT_EQ(*object_of(object.get()), instance);
}

TEST(Instance, IsClonedApart) {
    const auto object = stored_disk();
    com::Ptr<IWbemClassObject> copy;
    ASSERT_EQ(object->Clone(copy.put()), WBEM_S_NO_ERROR);
    put(copy.get(), L"Id", com::Variant("other"));
    PROVES("COM-151", EXPECT_EQ(testing::text(object.get(), L"Id"), "a"));
    PROVES("COM-151", EXPECT_EQ(testing::text(copy.get(), L"Id"), "other"));
    EXPECT_EQ(testing::text(copy.get(), L"__SERVER"), "SERVER");
}

TEST(Instance, HidesWhatAProjectionLeavesOutUntilItIsWritten) {
    const auto whole = object_of(stored_disk().get());
    std::vector<bool> visible(6, false);
    visible[0] = true;
    const auto object = make_object((*whole)->as_instance()->with_projection(visible));
    EXPECT_EQ(testing::text(object.get(), L"Id"), "a");
    EXPECT_EQ(get(object.get(), L"Size").type(), VT_NULL);
    put(object.get(), L"Speed", com::Variant(3u));
    EXPECT_EQ(get(object.get(), L"Size").type(), VT_NULL);
    EXPECT_EQ(get(object.get(), L"Speed").as<std::uint32_t>(), 3u);
    EXPECT_EQ((*object_of(object.get()))->as_instance()->find("Size"), cim::Value());
}

TEST(Instance, HoldsEmbeddedObjectsAsCopies) {
    const auto inner = spawn(testing::device());
    put(inner.get(), L"Id", com::Variant("in"));
    const auto object = spawn(testing::disk());
    ASSERT_EQ(put(object.get(), L"Inner", com::Variant(inner)), WBEM_S_NO_ERROR);
    put(inner.get(), L"Id", com::Variant("changed"));
    const auto held = get(object.get(), L"Inner").as<com_ptr<IUnknown>>().query<IWbemClassObject>();
    ASSERT_TRUE(held);
    PROVES("COM-140", EXPECT_EQ(testing::text(held.get(), L"Id"), "in"));
}

TEST(Instance, ListsNamesByOriginKindAndQualifier) {
    const auto object = stored_disk();
    const auto names = [&](LONG flags, const wchar_t* qualifier = nullptr,
                           VARIANT* value = nullptr) {
        SAFEARRAY* array = nullptr;
        EXPECT_EQ(object->GetNames(qualifier, flags, value, &array), WBEM_S_NO_ERROR);
        return strings(array);
    };
    using Names = std::vector<std::string>;
    PROVES("COM-143", EXPECT_EQ(names(WBEM_FLAG_NONSYSTEM_ONLY),
                                (Names{"Id", "Speed", "Parent", "Size", "Labels", "Inner"})));
    PROVES("COM-143", EXPECT_EQ(names(WBEM_FLAG_LOCAL_ONLY), (Names{"Size", "Labels", "Inner"})));
    PROVES("COM-143",
           EXPECT_EQ(names(WBEM_FLAG_PROPAGATED_ONLY), (Names{"Id", "Speed", "Parent"})));
    PROVES("COM-143", EXPECT_EQ(names(WBEM_FLAG_SYSTEM_ONLY).size(), 10u));
    PROVES("COM-143", EXPECT_EQ(names(WBEM_FLAG_KEYS_ONLY), Names{"Id"}));
    PROVES("COM-143", EXPECT_EQ(names(WBEM_FLAG_REFS_ONLY), Names{"Parent"}));
    EXPECT_EQ(names(0).size(), 16u);
    PROVES("COM-144", EXPECT_EQ(names(WBEM_FLAG_ONLY_IF_TRUE, L"key"), Names{"Id"}));
    PROVES("COM-144", EXPECT_EQ(names(WBEM_FLAG_ONLY_IF_FALSE | WBEM_FLAG_PROPAGATED_ONLY, L"key"),
                                (Names{"Speed", "Parent"})));
    com::Variant wanted("ref:Device");
    PROVES("COM-144",
           EXPECT_EQ(names(WBEM_FLAG_ONLY_IF_IDENTICAL, L"CIMTYPE", wanted.in()), Names{"Parent"}));
    SAFEARRAY* array = nullptr;
    EXPECT_EQ(object->GetNames(nullptr, WBEM_FLAG_ONLY_IF_TRUE, nullptr, &array),
              WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(object->GetNames(nullptr, 0x800, nullptr, &array), WBEM_E_INVALID_PARAMETER);
}

TEST(Instance, IsEnumeratedInOneOrder) {
    const auto object = stored_disk();
    bstr name;
    PROVES("COM-143",
           EXPECT_EQ(object->Next(0, name.put(), nullptr, nullptr, nullptr), WBEM_E_UNEXPECTED));
    const auto all = [&] {
        std::vector<std::string> names;
        EXPECT_EQ(object->BeginEnumeration(WBEM_FLAG_NONSYSTEM_ONLY), WBEM_S_NO_ERROR);
        com::Variant value;
        LONG flavor = 0;
        HRESULT hr = WBEM_S_NO_ERROR;
        while ((hr = object->Next(0, name.put(), value.put(), nullptr, &flavor)) ==
               WBEM_S_NO_ERROR) {
            names.push_back(name.utf8());
        }
        PROVES("COM-143", EXPECT_EQ(hr, WBEM_S_NO_MORE_DATA));
        EXPECT_EQ(object->EndEnumeration(), WBEM_S_NO_ERROR);
        return names;
    };
    const auto first = all();
    EXPECT_EQ(first.size(), 6u);
    PROVES("COM-143", EXPECT_EQ(all(), first));
    EXPECT_EQ(object->Next(0, name.put(), nullptr, nullptr, nullptr), WBEM_E_UNEXPECTED);
}

TEST(Instance, KnowsWhereItsPropertiesComeFrom) {
    const auto object = stored_disk();
    bstr name;
    PROVES("COM-151", EXPECT_EQ(object->GetPropertyOrigin(L"Id", name.put()), WBEM_S_NO_ERROR));
    PROVES("COM-151", EXPECT_EQ(name.utf8(), "Device"));
    PROVES("COM-151",
           EXPECT_EQ(object->GetPropertyOrigin(L"Nothing", name.put()), WBEM_E_NOT_FOUND));
    PROVES("COM-150", EXPECT_EQ(object->InheritsFrom(L"device"), WBEM_S_NO_ERROR));
    PROVES("COM-150", EXPECT_EQ(object->InheritsFrom(L"Other"), WBEM_S_FALSE));
}

TEST(Instance, SpawnsNothing) {
    const auto object = stored_disk();
    com::Ptr<IWbemClassObject> spawned;
    PROVES("COM-146", EXPECT_EQ(object->SpawnInstance(0, spawned.put()), WBEM_E_ILLEGAL_OPERATION));
    PROVES("COM-146",
           EXPECT_EQ(object->SpawnDerivedClass(0, spawned.put()), WBEM_E_ILLEGAL_OPERATION));
}

TEST(Instance, WritesItsMof) {
    bstr text;
    const auto object = stored_disk();
    ASSERT_EQ(object->GetObjectText(0, text.put()), WBEM_S_NO_ERROR);
    EXPECT_NE(text.utf8().find("instance of Disk"), std::string::npos) << text.utf8();
    EXPECT_EQ(object->GetObjectText(2, text.put()), WBEM_E_INVALID_PARAMETER);
}

TEST(Comparison, IgnoresWhatItIsTold) {
    const auto object = stored_disk();
    PROVES("COM-145", EXPECT_EQ(object->CompareTo(0, nullptr), WBEM_E_INVALID_PARAMETER));
    com::Ptr<IWbemClassObject> copy;
    ASSERT_EQ(object->Clone(copy.put()), WBEM_S_NO_ERROR);
    PROVES("COM-145", EXPECT_EQ(object->CompareTo(0, copy.get()), WBEM_S_SAME));
    put(copy.get(), L"Id", com::Variant("A"));
    PROVES("COM-145", EXPECT_EQ(object->CompareTo(0, copy.get()), WBEM_S_DIFFERENT));
    PROVES("COM-145", EXPECT_EQ(object->CompareTo(WBEM_FLAG_IGNORE_CASE, copy.get()), WBEM_S_SAME));
    EXPECT_EQ(object->CompareTo(0x1000, copy.get()), WBEM_E_INVALID_PARAMETER);

    const auto elsewhere = spawn(testing::disk());
    put(elsewhere.get(), L"Id", com::Variant("a"));
    put(elsewhere.get(), L"Size", com::Variant("12"));
    PROVES("COM-145", EXPECT_EQ(object->CompareTo(0, elsewhere.get()), WBEM_S_DIFFERENT));
    PROVES("COM-145", EXPECT_EQ(object->CompareTo(WBEM_FLAG_IGNORE_OBJECT_SOURCE, elsewhere.get()),
                                WBEM_S_SAME));
}

TEST(Comparison, MayTakeTheClassesForTheSame) {
    const auto cls = make_object(testing::device());
    testing::put(cls.get(), L"Speed", com::Variant(6u));
    const auto changed = object_of(cls.get());
    ASSERT_TRUE(changed);
    const auto fill = [](cim::ClassPtr of) {
        cim::InstanceBuilder builder(std::move(of));
        EXPECT_TRUE(builder.set("Speed", 1));
        return make_object(builder.build());
    };
    const auto a = fill(testing::device());
    const auto b = fill(cim::ClassPtr((*changed)->as_class()));
    PROVES("COM-145", EXPECT_EQ(a->CompareTo(0, b.get()), WBEM_S_DIFFERENT));
    PROVES("COM-145", EXPECT_EQ(a->CompareTo(WBEM_FLAG_IGNORE_CLASS, b.get()), WBEM_S_SAME));
}

TEST(Comparison, OfClassesMayIgnoreDefaultsQualifiersAndFlavors) {
    const auto cls = make_object(testing::device());
    const auto differs = [&](auto change, LONG flag) {
        com::Ptr<IWbemClassObject> other;
        EXPECT_EQ(cls->Clone(other.put()), WBEM_S_NO_ERROR);
        change(*other);
        EXPECT_EQ(cls->CompareTo(0, other.get()), WBEM_S_DIFFERENT);
        return cls->CompareTo(flag, other.get());
    };
    const auto put_qualifier = [](IWbemClassObject& object, const char* value, LONG flavor) {
        com::Ptr<IWbemQualifierSet> set;
        EXPECT_EQ(object.GetQualifierSet(set.put()), WBEM_S_NO_ERROR);
        EXPECT_EQ(set->Put(L"Description", com::Variant(value).in(), flavor), WBEM_S_NO_ERROR);
    };
    PROVES("COM-145", EXPECT_EQ(differs([](auto& o) { put(&o, L"Speed", com::Variant(1u)); },
                                        WBEM_FLAG_IGNORE_DEFAULT_VALUES),
                                WBEM_S_SAME));
    PROVES("COM-145", EXPECT_EQ(differs([&](auto& o) { put_qualifier(o, "other", 3); },
                                        WBEM_FLAG_IGNORE_QUALIFIERS),
                                WBEM_S_SAME));
    PROVES("COM-145", EXPECT_EQ(differs([&](auto& o) { put_qualifier(o, "thing", 1); },
                                        WBEM_FLAG_IGNORE_FLAVOR),
                                WBEM_S_SAME));
}

// Somebody else's IWbemClassObject: it does not know what ours know of each other.
class ForeignObject final : public ClassObject {
  public:
    using ClassObject::ClassObject;
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** ppvObject) override {
        if (riid != __uuidof(IContentAccess)) return ClassObject::QueryInterface(riid, ppvObject);
        *ppvObject = nullptr;
        return E_NOINTERFACE;
    }
};

TEST(Object, OfAForeignMakeIsRefused) {
    const com::Ptr<IWbemClassObject> foreign =
        com::make<ForeignObject>(std::make_unique<InstanceContent>(testing::disk()));
    const auto refused = object_of(foreign.get());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::InvalidObject);
    const auto object = spawn(testing::disk());
    EXPECT_EQ(put(object.get(), L"Inner", com::Variant(foreign)), WBEM_E_INVALID_OBJECT);
    EXPECT_EQ(object->CompareTo(0, foreign.get()), WBEM_E_INVALID_OBJECT);
    EXPECT_EQ(object_of(nullptr).error().status, Status::InvalidParameter);
}

TEST(Object, DeclaresOnlyClasses) {
    EXPECT_EQ(declaration_of(spawn(testing::disk()).get()).error().status,
              Status::InvalidParameter);
    const auto declaration = declaration_of(make_object(testing::disk()).get());
    ASSERT_TRUE(declaration);
    EXPECT_EQ(*declaration, testing::disk()->declaration());
}

}  // namespace
}  // namespace openwmi::wbem
