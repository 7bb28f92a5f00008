#pragma once

#include <optional>
#include <span>

#include "cim/object.h"
#include "cim/type.h"
#include "cim/value.h"

namespace openwmi::cim {

// The ten system properties that every object has (SYS-006 to 018). One that does not apply is
// NULL.
struct SystemProperty {
    Name name;
    Type type;
};
std::span<const SystemProperty> system_properties();

// Empty when the name is not a system property. `origin` places a class (an instance has its own).
std::optional<Value> system_property(const Object& object, const Name& name,
                                     const Origin* origin = nullptr);

// A user or system property of an object by name: what WQL, templates and COM look up. Empty: there
// is none.
struct TypedValue {
    Value value;
    Type type;
};
std::optional<TypedValue> any_property(const Object& object, const Name& name);

}  // namespace openwmi::cim
