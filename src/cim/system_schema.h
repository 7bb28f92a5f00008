#pragma once

#include <vector>

#include "cim/class.h"
#include "cim/schema.h"

// How the system classes are written down in C++: one call a class, one line a property, read like
// the MOF of the documentation. For the system_*_classes.cpp files of this room only.
namespace openwmi::cim::system_schema {

// The type of a property or parameter, with the class that an object or reference must be of.
struct Declared {
    CimType element;
    const char* class_name = "";
    bool array = false;
};
inline constexpr Declared boolean{CimType::Boolean};
inline constexpr Declared datetime{CimType::Datetime};
inline constexpr Declared sint32{CimType::Sint32};
inline constexpr Declared sint64{CimType::Sint64};
inline constexpr Declared string{CimType::String};
inline constexpr Declared uint8{CimType::Uint8};
inline constexpr Declared uint32{CimType::Uint32};
inline constexpr Declared uint64{CimType::Uint64};
constexpr Declared object(const char* class_name = "") {
    return {CimType::Object, class_name};
}
constexpr Declared ref(const char* class_name) {
    return {CimType::Reference, class_name};
}
constexpr Declared array(Declared element) {
    return {element.element, element.class_name, true};
}

// What follows a property's name: a qualifier or its default value.
Qualifier key();
Qualifier units(const char* text);
Qualifier interval();  // SubType("interval"), SYS-134
Qualifier readable();  // the documented "Access type: Read/write" is these two
Qualifier writable();

Parameter in(Declared type, const char* name);
Parameter out(Declared type, const char* name);

// One class under construction.
class ClassRow {
  public:
    ClassRow(const char* name, const char* superclass);

    ClassRow& abstract();
    ClassRow& singleton();
    ClassRow& association();
    ClassRow& only_in(SystemScope scope);

    // `.property(string, "TimerId", key())`, `.property(boolean, "SkipIfPassed", false)`
    template <class... Traits>
    ClassRow& property(Declared type, const char* name, Traits&&... traits) {
        auto& added = add_property(type, name);
        (apply(added, std::forward<Traits>(traits)), ...);
        return *this;
    }
    ClassRow& method(const char* name, std::vector<Parameter> parameters);  // returns uint32

    const ClassDeclaration& declaration() const { return declaration_; }
    SystemScope scope() const { return scope_; }

  private:
    Property& add_property(Declared type, const char* name);
    static void apply(Property& property, Qualifier qualifier) {
        property.qualifiers.put(std::move(qualifier));
    }
    static void apply(Property& property, Value value) {
        property.default_value = std::move(value);
    }

    ClassDeclaration declaration_;
    SystemScope scope_ = SystemScope::Every;
};

// The rows in the order of the documentation, each superclass before its subclasses. The reference
// that add gives is good until the next call.
class Table {
  public:
    ClassRow& add(const char* name, const char* superclass = "") {
        return rows_.emplace_back(name, superclass);
    }
    const std::vector<ClassRow>& rows() const { return rows_; }

  private:
    std::vector<ClassRow> rows_;
};

void add_subscription_classes(Table& table);  // 2.3
void add_timer_classes(Table& table);         // 2.4
void add_event_classes(Table& table);         // 2.5
void add_provider_classes(Table& table);      // 2.6
void add_service_classes(Table& table);       // 2.7
void add_security_classes(Table& table);      // 2.8
void add_status_classes(Table& table);        // 2.8

}  // namespace openwmi::cim::system_schema
