#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "cim/class.h"
#include "cim/instance.h"

// Short ways to say classes and instances in this room's tests.
namespace openwmi::cim::test {

struct Flagged {
    const char* name;
    Value value = Value(true);
    Flavor flavor = {};
};

inline QualifierSet qualifiers(std::initializer_list<Flagged> list) {
    QualifierSet set;
    for (const Flagged& q : list) {
        set.put({.name = q.name, .type = {}, .value = q.value, .flavor = q.flavor});
    }
    return set;
}

inline Property property(const char* name, CimType type, Value value = {}, QualifierSet with = {}) {
    Property property;
    property.name = name;
    property.type = {type, false};
    property.default_value = std::move(value);
    property.qualifiers = std::move(with);
    return property;
}

inline Property array(const char* name, CimType type, Value value = {}) {
    Property declared = property(name, type, std::move(value));
    declared.type.array = true;
    return declared;
}

inline Property key(const char* name, CimType type) {
    return property(name, type, {}, qualifiers({{"key"}}));
}

inline ClassDeclaration declared(const char* name, const char* superclass,
                                 std::vector<Property> properties, QualifierSet with = {}) {
    ClassDeclaration declaration;
    declaration.name = name;
    declaration.superclass = superclass;
    declaration.properties = std::move(properties);
    declaration.qualifiers = std::move(with);
    return declaration;
}

inline ClassPtr derive(ClassDeclaration declaration, ClassPtr superclass = nullptr) {
    auto cls = Class::derive(std::move(declaration), std::move(superclass));
    EXPECT_TRUE(cls.has_value()) << (cls ? "" : cls.error().message);
    return cls.value();
}

inline ClassPtr make_class(const char* name, std::vector<Property> properties,
                           QualifierSet with = {}) {
    return derive(declared(name, "", std::move(properties), std::move(with)));
}

inline ClassPtr subclass(const ClassPtr& of, const char* name, std::vector<Property> properties,
                         QualifierSet with = {}) {
    return derive(declared(name, of->name().text().c_str(), std::move(properties), std::move(with)),
                  of);
}

inline InstancePtr make_instance(const ClassPtr& cls,
                                 std::vector<std::pair<const char*, Value>> values = {}) {
    InstanceBuilder builder(cls);
    for (auto& [name, value] : values) {
        const auto set = builder.set(Name(name), std::move(value));
        EXPECT_TRUE(set.has_value()) << (set ? "" : set.error().message);
    }
    return builder.build();
}

// One property of every type, and one array of every type.
inline ClassPtr everything() {
    using enum CimType;
    std::vector<Property> properties;
    for (const CimType type : {Sint8, Uint8, Sint16, Uint16, Sint32, Uint32, Sint64, Uint64, Real32,
                               Real64, Boolean, Char16, String, Datetime, Reference, Object}) {
        const std::string name(keyword(type));
        properties.push_back(property(("a_" + name).c_str(), type));
        properties.push_back(array(("many_" + name).c_str(), type));
    }
    properties.push_back(property("preset", String, Value("default")));
    return make_class("Everything", std::move(properties));
}

inline InstancePtr instance_of_everything(const ClassPtr& cls) {
    const auto inner = make_instance(cls, {{"a_string", Value("inner")}, {"a_sint8", Value(-1)}});
    return make_instance(
        cls, {{"a_sint8", Value(-128)},
              {"many_sint8", Value(Integers{-128, 0, 127})},
              {"a_uint8", Value(255)},
              {"many_uint8", Value(Unsigneds{0, 255})},
              {"a_sint16", Value(-32768)},
              {"many_sint16", Value(Integers{-32768, 32767})},
              {"a_uint16", Value(65535)},
              {"many_uint16", Value(Unsigneds{65535})},
              {"a_sint32", Value(-2147483647 - 1)},
              {"many_sint32", Value(Integers{1, -1})},
              {"a_uint32", Value(4294967295U)},
              {"many_uint32", Value(Unsigneds{4294967295U})},
              {"a_sint64", Value(INT64_MIN)},
              {"many_sint64", Value(Integers{INT64_MIN, INT64_MAX})},
              {"a_uint64", Value(UINT64_MAX)},
              {"many_uint64", Value(Unsigneds{UINT64_MAX, 0})},
              {"a_real32", Value(1.5)},
              {"many_real32", Value(Reals{0.25, -2})},
              {"a_real64", Value(3.141592653589793)},
              {"many_real64", Value(Reals{1e300, -0.0})},
              {"a_boolean", Value(true)},
              {"many_boolean", Value(Booleans{true, false, true})},
              {"a_char16", Value(0x4133)},
              {"many_char16", Value(Unsigneds{65, 0xd800})},
              {"a_string", Value("Zürich")},
              {"many_string", Value(Strings{"", "a", "\xf0\x9f\x98\x80"})},
              {"a_datetime", Value("20260101120000.000000+060")},
              {"many_datetime", Value(Strings{"00000001000000.000000:000"})},
              {"a_ref", Value("Everything.a_string=\"x\"")},
              {"many_ref", Value(Strings{"A=1", "B=@"})},
              {"a_object", Value(inner)},
              {"many_object", Value(Objects{inner, ObjectPtr(make_class("Small", {}))})}});
}

}  // namespace openwmi::cim::test
