#pragma once

#include <openwmi.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cim/class.h"
#include "cim/instance.h"
#include "com/variant.h"
#include "wbem/object.h"

// Classes and short spellings that the tests of this room share.
namespace openwmi::wbem::testing {

inline std::wstring wide(std::string_view text) {
    return to_wide(text);
}

inline cim::Property property(const char* name, cim::Type type, cim::Value value = {},
                              const char* class_name = "") {
    cim::Property result;
    result.name = name;
    result.type = type;
    result.default_value = std::move(value);
    result.class_name = class_name;
    return result;
}

inline cim::Qualifier qualifier(const char* name, cim::Type type, cim::Value value,
                                cim::Flavor flavor = {}) {
    cim::Qualifier result;
    result.name = name;
    result.type = type;
    result.value = std::move(value);
    result.flavor = flavor;
    return result;
}

inline cim::ClassPtr derive(cim::ClassDeclaration declaration, cim::ClassPtr superclass = nullptr) {
    auto result = cim::Class::derive(std::move(declaration), std::move(superclass));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *result : nullptr;
}

inline cim::OriginPtr origin() {
    return std::make_shared<const cim::Origin>(
        cim::Origin{"SERVER", cim::NamespacePath::literal("root\\test")});
}

using cim::CimType;

// [Description("thing")] class Device { [key] string Id; uint32 Speed = 5; Device ref Parent; };
inline cim::ClassPtr device() {
    cim::ClassDeclaration declaration;
    declaration.name = "Device";
    declaration.qualifiers.put(qualifier("Description", {CimType::String}, "thing",
                                         {.to_instance = true, .to_subclass = true}));
    declaration.qualifiers.put(
        qualifier("Fixed", {CimType::String}, "yes",
                  {.to_instance = true, .to_subclass = true, .overridable = false}));
    auto id = property("Id", {CimType::String});
    id.qualifiers.put(qualifier("key", {CimType::Boolean}, true));
    auto speed = property("Speed", {CimType::Uint32}, cim::Value(std::uint64_t{5}));
    speed.qualifiers.put(qualifier("Units", {CimType::String}, "Hz", {.to_subclass = true}));
    declaration.properties = {id, speed, property("Parent", {CimType::Reference}, {}, "Device")};
    cim::Method reset;
    reset.name = "Reset";
    reset.return_type = {CimType::Uint32};
    cim::Parameter mode;
    mode.name = "Mode";
    mode.type = {CimType::Uint8};
    mode.qualifiers.put(qualifier("in", {CimType::Boolean}, true));
    cim::Parameter result;
    result.name = "Detail";
    result.type = {CimType::String};
    result.qualifiers.put(qualifier("out", {CimType::Boolean}, true));
    reset.parameters = {mode, result};
    reset.qualifiers.put(qualifier("Implemented", {CimType::Boolean}, true));
    declaration.methods = {reset};
    return derive(std::move(declaration));
}

// class Disk : Device { uint32 Speed = 7; sint64 Size; string Labels[]; object Inner; };
inline cim::ClassPtr disk() {
    cim::ClassDeclaration declaration;
    declaration.name = "Disk";
    declaration.superclass = "Device";
    declaration.properties = {
        property("Speed", {CimType::Uint32}, cim::Value(std::uint64_t{7})),
        property("Size", {CimType::Sint64}),
        property("Labels", {CimType::String, true}),
        property("Inner", {CimType::Object}),
    };
    return derive(std::move(declaration), device());
}

inline com::Variant get(IWbemClassObject* object, const wchar_t* name) {
    com::Variant value;
    EXPECT_EQ(object->Get(name, 0, value.put(), nullptr, nullptr), WBEM_S_NO_ERROR);
    return value;
}
inline std::string text(IWbemClassObject* object, const wchar_t* name) {
    const com::Variant value = get(object, name);
    return value.is_null() ? "NULL" : value.as<std::string>();
}
inline HRESULT put(IWbemClassObject* object, const wchar_t* name, const com::Variant& value,
                   CIMTYPE type = 0) {
    return object->Put(name, 0, value.in(), type);
}
inline std::vector<std::string> strings(SAFEARRAY* owned) {
    VARIANT array;
    VariantInit(&array);
    array.vt = VT_ARRAY | VT_BSTR;
    array.parray = owned;
    return com::Variant::adopt(array).as_vector<std::string>();
}
inline com::Ptr<IWbemClassObject> spawn(const cim::ClassPtr& cls) {
    com::Ptr<IWbemClassObject> result;
    EXPECT_EQ(make_object(cls)->SpawnInstance(0, result.put()), WBEM_S_NO_ERROR);
    return result;
}

}  // namespace openwmi::wbem::testing
