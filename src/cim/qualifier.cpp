#include "cim/qualifier.h"

#include <algorithm>

namespace openwmi::cim {
namespace {

// The values of WBEM_FLAVOR_TYPE (COM-153).
constexpr std::uint32_t flavor_to_instance = 0x1;
constexpr std::uint32_t flavor_to_subclass = 0x2;
constexpr std::uint32_t flavor_not_overridable = 0x10;
constexpr std::uint32_t flavor_amended = 0x80;

Qualifier propagated(Qualifier qualifier) {
    qualifier.propagated = true;
    return qualifier;
}

}  // namespace

std::uint32_t Flavor::bits() const {
    return (to_instance ? flavor_to_instance : 0) | (to_subclass ? flavor_to_subclass : 0) |
           (overridable ? 0 : flavor_not_overridable) | (amended ? flavor_amended : 0);
}

Flavor Flavor::of_bits(std::uint32_t bits) {
    return {.to_instance = (bits & flavor_to_instance) != 0,
            .to_subclass = (bits & flavor_to_subclass) != 0,
            .overridable = (bits & flavor_not_overridable) == 0,
            .amended = (bits & flavor_amended) != 0};
}

const Qualifier* QualifierSet::find(const Name& name) const {
    const auto found = std::find_if(qualifiers_.begin(), qualifiers_.end(),
                                    [&](const Qualifier& q) { return q.name == name; });
    return found == qualifiers_.end() ? nullptr : &*found;
}

bool QualifierSet::is_true(const Name& name) const {
    const Qualifier* qualifier = find(name);
    return qualifier != nullptr && !(qualifier->value == Value(false));
}

void QualifierSet::put(Qualifier qualifier) {
    for (auto& existing : qualifiers_) {
        if (existing.name == qualifier.name) {
            existing = std::move(qualifier);
            return;
        }
    }
    qualifiers_.push_back(std::move(qualifier));
}

bool QualifierSet::remove(const Name& name) {
    return std::erase_if(qualifiers_, [&](const Qualifier& q) { return q.name == name; }) != 0;
}

Result<QualifierSet> inherit_to_subclass(const QualifierSet& superclass,
                                         const QualifierSet& local) {
    QualifierSet merged = local;
    for (const Qualifier& inherited : superclass.all()) {
        if (!inherited.flavor.to_subclass) continue;
        const Qualifier* own = local.find(inherited.name);
        if (own == nullptr) {
            merged.put(propagated(inherited));
        } else if (!inherited.flavor.overridable) {
            if (!(own->value == inherited.value)) {
                return fail(Status::OverrideNotAllowed,
                            "qualifier {} is {} in the superclass, which does not allow to "
                            "override it with {}",
                            own->name.text(), display(inherited.value, inherited.type),
                            display(own->value, own->type));
            }
            // Said again: it stays as binding for the next subclass as it was.
            Qualifier restated = inherited;
            restated.propagated = false;
            merged.put(std::move(restated));
        }
    }
    return merged;
}

QualifierSet inherit_to_instance(const QualifierSet& of_class, const QualifierSet& local) {
    QualifierSet merged = local;
    for (const Qualifier& inherited : of_class.all()) {
        if (!inherited.flavor.to_instance) continue;
        if (local.find(inherited.name) == nullptr || !inherited.flavor.overridable) {
            merged.put(propagated(inherited));
        }
    }
    return merged;
}

}  // namespace openwmi::cim
