#include "wql/path_binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "cim/system_property.h"
#include "wql/meant.h"
#include "wql/narrowing.h"
#include "wql/printer.h"

namespace openwmi::wql {
namespace {

// An object and what it was before are of one class.
struct Images {
    cim::Name event_class;
    cim::Name target;
    cim::Name previous;
};
const std::vector<Images>& intrinsic_events() {
    static const std::vector<Images> all = {
        {"__InstanceOperationEvent", "TargetInstance", "PreviousInstance"},
        {"__ClassOperationEvent", "TargetClass", "PreviousClass"},
        {"__NamespaceOperationEvent", "TargetNamespace", "PreviousNamespace"},
    };
    return all;
}

BoundStep::Kind kind_of_system_name(const cim::Name& name) {
    if (name == cim::Name("__CLASS")) return BoundStep::Kind::ClassName;
    if (name == cim::Name("__SUPERCLASS")) return BoundStep::Kind::SuperclassName;
    if (name == cim::Name("__DYNASTY")) return BoundStep::Kind::DynastyName;
    return BoundStep::Kind::System;
}

const cim::SystemProperty* find_system_property(const cim::Name& name) {
    const auto all = cim::system_properties();
    const auto found = std::ranges::find(all, name, &cim::SystemProperty::name);
    return found == all.end() ? nullptr : &*found;
}

bool is_object(cim::Type type) {
    return type.element == cim::CimType::Object && !type.array;
}

}  // namespace

Result<BoundPath> PathBinder::bind(const PropertyPath& path) {
    BoundPath bound;
    Scope scope;
    if (from_) scope = {true, {from_}};
    for (std::size_t at = 0; at < path.parts.size(); ++at) {
        if (at > 0 && bound.type && !is_object(*bound.type)) {
            if (kind_ != QueryKind::Event) {  // no error and no results (WQL-073)
                scope = {};
            } else {
                return fail(Status::PropertyNotAnObject, "{} has no properties: {} is no object",
                            print(path), path.parts[at - 1].text());
            }
        }
        WMI_TRY(bind_name(path, at, scope, bound));
    }
    return bound;
}

Result<> PathBinder::bind_name(const PropertyPath& path, std::size_t at, Scope& scope,
                               BoundPath& bound) {
    const cim::Name& name = path.parts[at];
    bound.type.reset();
    if (kind_ == QueryKind::Schema && at == 0 && name == cim::Name("__this")) {
        bound.steps.push_back({BoundStep::Kind::This, 0, name});
        bound.type = cim::Type{cim::CimType::Object, false};
        scope = {};
        return {};
    }
    if (find_system_property(name)) {
        scope = {};
        return bind_system_name(path, at, bound);
    }
    if (kind_ == QueryKind::Schema && at == 0) {
        return fail(Status::InvalidProperty,
                    "a schema query knows __this, __CLASS, __SUPERCLASS, __DYNASTY and the other "
                    "system properties, not {}",
                    name.text());
    }
    const Found found = WMI_TRY(find(path, at, scope));
    bound.steps.push_back({BoundStep::Kind::Property, found.index, name});
    if (found.property) bound.type = found.property->type;
    if (at + 1 < path.parts.size()) scope = scope_within(path, at + 1, found.property);
    return {};
}

Result<> PathBinder::bind_system_name(const PropertyPath& path, std::size_t at,
                                      BoundPath& bound) const {
    const cim::Name& name = path.parts[at];
    bound.steps.push_back({kind_of_system_name(name), 0, name});
    bound.type = find_system_property(name)->type;
    return {};
}

Result<PathBinder::Found> PathBinder::find(const PropertyPath& path, std::size_t at,
                                           const Scope& scope) const {
    const cim::Name& name = path.parts[at];
    if (!scope.known) return Found{};
    Found found;
    std::size_t count = 0;
    for (const auto& cls : scope.classes) {
        const auto index = cls->find_property(name);
        if (!index) continue;
        ++count;
        found = {static_cast<std::uint32_t>(*index), &cls->properties()[*index]};
    }
    if (count == scope.classes.size()) {
        // Where the classes disagree about the type, the object will tell.
        const bool same = std::ranges::all_of(scope.classes, [&](const cim::ClassPtr& cls) {
            return cls->properties()[*cls->find_property(name)].type == found.property->type;
        });
        if (!same) found.property = nullptr;
        return found;
    }
    if (count > 0) return Found{found.index, nullptr};
    const bool embedded = at > 0;
    if (embedded && (kind_ != QueryKind::Event || subclass_has(scope, name))) return Found{};
    return fail(Status::InvalidProperty, "{} has no property {}{}",
                scope.classes.front()->name().text(), name.text(),
                meant_property(*scope.classes.front(), name.text()));
}

bool PathBinder::subclass_has(const Scope& scope, const cim::Name& name) const {
    return std::ranges::any_of(scope.classes, [&](const cim::ClassPtr& cls) {
        return std::ranges::any_of(schema_.subclasses(cls->name()), [&](const auto& subclass) {
            return subclass->find_property(name).has_value();
        });
    });
}

// `parts`: how many names of the path lead to the object.
PathBinder::Scope PathBinder::scope_within(const PropertyPath& path, std::size_t parts,
                                           const cim::Property* property) {
    std::vector<cim::Name> object(path.parts.begin(),
                                  path.parts.begin() + static_cast<std::ptrdiff_t>(parts));
    if (from_ && kind_ == QueryKind::Event) {
        for (const auto& event : intrinsic_events()) {
            if (from_->is_a(event.event_class) && object.front() == event.previous) {
                object.front() = event.target;
            }
        }
    }
    std::vector<TargetClass> classes;
    for (auto at = around_.rbegin(); at != around_.rend() && classes.empty(); ++at) {
        classes = narrowed(**at, object);
    }
    if (classes.empty() && property && !property->class_name.empty()) {
        classes.push_back({property->class_name, TargetClass::Reach::WithSubclasses});
    }
    Scope scope{!classes.empty(), {}};
    for (const auto& target : classes) {
        auto cls = schema_.find_class(target.name);
        if (!cls) return {};
        scope.classes.push_back(std::move(cls));
    }
    return scope;
}

const std::vector<TargetClass>& PathBinder::narrowed(const Expression& condition,
                                                     std::span<const cim::Name> path) {
    auto key = std::pair(&condition, std::vector<cim::Name>(path.begin(), path.end()));
    const auto found = narrowed_.find(key);
    if (found != narrowed_.end()) return found->second;
    return narrowed_.emplace(std::move(key), necessary_classes(condition, path)).first->second;
}

cim::Name PathBinder::target_property() const {
    if (from_ && kind_ == QueryKind::Event) {
        for (const auto& event : intrinsic_events()) {
            if (from_->is_a(event.event_class)) return event.target;
        }
    }
    return {};
}

}  // namespace openwmi::wql
