#include <unordered_map>

#include "base/check.h"
#include "cim/system_schema.h"

namespace openwmi::cim {
namespace system_schema {
namespace {

constexpr Flavor stays{};
constexpr Flavor inherited{.to_instance = true, .to_subclass = true, .overridable = false};
constexpr Flavor described{.to_instance = true, .to_subclass = true, .overridable = true};

Qualifier flag(const char* name, Flavor flavor) {
    return {name, Type{CimType::Boolean}, true, flavor};
}

Parameter parameter(const char* direction, Declared type, const char* name) {
    Parameter result{name, Type{type.element, type.array}, type.class_name, {}, {}};
    result.qualifiers.put(flag(direction, stays));
    return result;
}

}  // namespace

Qualifier key() {
    return flag("key", inherited);
}
Qualifier units(const char* text) {
    return {"units", Type{CimType::String}, text, described};
}
Qualifier interval() {
    return {"SubType", Type{CimType::String}, "interval", described};
}
Qualifier readable() {
    return flag("read", described);
}
Qualifier writable() {
    return flag("write", described);
}
Parameter in(Declared type, const char* name) {
    return parameter("in", type, name);
}
Parameter out(Declared type, const char* name) {
    return parameter("out", type, name);
}

ClassRow::ClassRow(const char* name, const char* superclass) {
    declaration_.name = name;
    declaration_.superclass = superclass;
}

ClassRow& ClassRow::abstract() {
    declaration_.qualifiers.put(flag("abstract", stays));
    return *this;
}

ClassRow& ClassRow::singleton() {
    declaration_.qualifiers.put(flag("singleton", inherited));
    return *this;
}

ClassRow& ClassRow::association() {
    declaration_.qualifiers.put(flag("association", inherited));
    return *this;
}

ClassRow& ClassRow::only_in(SystemScope scope) {
    scope_ = scope;
    return *this;
}

Property& ClassRow::add_property(Declared type, const char* name) {
    auto& property = declaration_.properties.emplace_back();
    property.name = name;
    property.type = {type.element, type.array};
    property.class_name = type.class_name;
    return property;
}

ClassRow& ClassRow::method(const char* name, std::vector<Parameter> parameters) {
    std::int64_t id = 0;
    for (auto& parameter : parameters) {
        parameter.qualifiers.put({"ID", Type{CimType::Sint32}, id++, inherited});
    }
    auto& method = declaration_.methods.emplace_back();
    method.name = name;
    method.return_type = {CimType::Uint32};
    method.parameters = std::move(parameters);
    return *this;
}

namespace {

Table make_table() {
    Table table;
    add_subscription_classes(table);
    add_timer_classes(table);
    add_event_classes(table);
    add_provider_classes(table);
    add_service_classes(table);
    add_security_classes(table);
    add_status_classes(table);
    return table;
}

// The classes and where each stands by name. Immutable once made.
struct Registry {
    std::vector<SystemClass> classes;
    std::unordered_map<Name, ClassPtr> by_name;
};

Registry make_registry() {
    Registry registry;
    const auto table = make_table();
    for (const auto& row : table.rows()) {
        ClassPtr superclass;
        if (const auto& name = row.declaration().superclass; !name.empty()) {
            const auto found = registry.by_name.find(name);
            WMI_CHECK(found != registry.by_name.end(), name.text().c_str());
            superclass = found->second;
        }
        auto cls = Class::derive(row.declaration(), superclass);
        WMI_CHECK(cls.has_value(), cls.error().message.c_str());
        registry.classes.push_back({*cls, row.scope()});
        registry.by_name.emplace(row.declaration().name, *cls);
    }
    return registry;
}

const Registry& registry() {
    static const Registry made = make_registry();
    return made;
}

}  // namespace
}  // namespace system_schema

const std::vector<SystemClass>& system_classes() {
    return system_schema::registry().classes;
}

ClassPtr find_system_class(const Name& name) {
    const auto& by_name = system_schema::registry().by_name;
    const auto found = by_name.find(name);
    return found == by_name.end() ? ClassPtr() : found->second;
}

bool exists_in(const SystemClass& system_class, const NamespacePath& name_space) {
    const auto is_default = [&] {
        return name_space.parts().size() == 2 && name_space.last() == Name("default");
    };
    switch (system_class.scope) {
        case SystemScope::Every: return true;
        case SystemScope::RootOnly: return name_space.is_root();
        case SystemScope::RootAndDefault: return name_space.is_root() || is_default();
    }
    base::detail::check_failed("a scope without a rule", __FILE__, __LINE__);
}

}  // namespace openwmi::cim
