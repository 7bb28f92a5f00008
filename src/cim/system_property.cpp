#include "cim/system_property.h"

#include <algorithm>
#include <array>

#include "cim/class.h"
#include "cim/instance.h"

namespace openwmi::cim {
namespace {

constexpr Type string_type{CimType::String};
constexpr Type string_array{CimType::String, true};
constexpr Type sint32_type{CimType::Sint32};

// An object and where it lives; its origin is null when nobody knows or when it lives nowhere.
struct Placed {
    const Object& object;
    const Origin* origin;
};

// Events are instances that live nowhere (GEN-015, SYS-018), whatever keys their class has.
bool is_event(const Object& object) {
    static const Name event("__Event");
    static const Name aggregate("__AggregateEvent");
    return object.as_instance() &&
           (object.class_of().is_a(event) || object.class_of().is_a(aggregate));
}

std::optional<ObjectPath> path(const Placed& placed) {
    const auto* instance = placed.object.as_instance();
    if (!instance) return ObjectPath::of_class(placed.object.class_of().name());
    if (is_event(placed.object)) return std::nullopt;
    auto result = instance->path();
    if (!result) return std::nullopt;
    return *std::move(result);
}

Value genus(const Placed& placed) {
    return placed.object.kind() == Object::Kind::Class ? 1 : 2;
}

Value class_name(const Placed& placed) {
    return placed.object.class_of().name().text();
}

Value superclass(const Placed& placed) {
    const auto& parent = placed.object.class_of().superclass();
    return parent ? Value(parent->name().text()) : Value();
}

Value dynasty(const Placed& placed) {
    return placed.object.class_of().dynasty().text();
}

Value relative_path(const Placed& placed) {
    const auto result = path(placed);
    return result ? Value(result->relative_text()) : Value();
}

Value property_count(const Placed& placed) {
    return static_cast<std::int64_t>(placed.object.class_of().properties().size());
}

Value derivation(const Placed& placed) {
    Strings ancestors;
    for (const auto& name : placed.object.class_of().derivation()) ancestors.push_back(name.text());
    return ancestors;
}

Value server(const Placed& placed) {
    return placed.origin ? Value(placed.origin->server) : Value();
}

Value name_space(const Placed& placed) {
    return placed.origin ? Value(placed.origin->name_space.text()) : Value();
}

Value full_path(const Placed& placed) {
    auto result = placed.origin ? path(placed) : std::nullopt;
    if (!result) return {};
    result->server = placed.origin->server;
    result->name_space = placed.origin->name_space;
    return result->text();
}

using Getter = Value (*)(const Placed&);

constexpr std::array getters =
    std::to_array<Getter>({genus, class_name, superclass, dynasty, relative_path, property_count,
                           derivation, server, name_space, full_path});

}  // namespace

std::span<const SystemProperty> system_properties() {
    static const std::array properties = std::to_array<SystemProperty>({
        {"__GENUS", sint32_type},
        {"__CLASS", string_type},
        {"__SUPERCLASS", string_type},
        {"__DYNASTY", string_type},
        {"__RELPATH", string_type},
        {"__PROPERTY_COUNT", sint32_type},
        {"__DERIVATION", string_array},
        {"__SERVER", string_type},
        {"__NAMESPACE", string_type},
        {"__PATH", string_type},
    });
    static_assert(properties.size() == getters.size());
    return properties;
}

std::optional<Value> system_property(const Object& object, const Name& name, const Origin* origin) {
    const auto properties = system_properties();
    const auto found = std::ranges::find(properties, name, &SystemProperty::name);
    if (found == properties.end()) return std::nullopt;
    if (const auto* instance = object.as_instance()) {
        origin = is_event(object) ? nullptr : instance->origin().get();
    }
    return getters[static_cast<std::size_t>(found - properties.begin())]({object, origin});
}

std::optional<TypedValue> any_property(const Object& object, const Name& name) {
    const auto& cls = object.class_of();
    if (const auto index = cls.find_property(name)) {
        const auto& property = cls.properties()[*index];
        const auto* instance = object.as_instance();
        return TypedValue{instance ? instance->get(*index) : property.default_value, property.type};
    }
    auto value = system_property(object, name);
    if (!value) return std::nullopt;
    const auto found = std::ranges::find(system_properties(), name, &SystemProperty::name);
    return TypedValue{*std::move(value), found->type};
}

}  // namespace openwmi::cim
