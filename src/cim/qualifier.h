#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cim/name.h"
#include "cim/value.h"

namespace openwmi::cim {

// How a qualifier travels, with the bits of WBEM_FLAVOR_TYPE (COM-153). Default: stays where it is,
// may be overridden.
struct Flavor {
    bool to_instance = false;
    bool to_subclass = false;
    bool overridable = true;
    bool amended = false;

    std::uint32_t bits() const;
    static Flavor of_bits(std::uint32_t bits);
    friend bool operator==(const Flavor&, const Flavor&) = default;
};

struct Qualifier {
    Name name;
    Type type;  // of the value: sint32, real64, string, boolean and arrays of them
    Value value;
    Flavor flavor;
    bool propagated = false;  // came from the superclass (or the class, on an instance)

    friend bool operator==(const Qualifier&, const Qualifier&) = default;
};

// The qualifiers of one element, in the order they were written, names unique.
class QualifierSet {
  public:
    const Qualifier* find(const Name& name) const;
    // TRUE when present and not FALSE (any other value counts as present).
    bool is_true(const Name& name) const;
    void put(Qualifier qualifier);  // adds or replaces
    bool remove(const Name& name);

    std::span<const Qualifier> all() const { return qualifiers_; }
    bool empty() const { return qualifiers_.empty(); }
    friend bool operator==(const QualifierSet&, const QualifierSet&) = default;

  private:
    std::vector<Qualifier> qualifiers_;
};

// What an element of a subclass (or an instance) carries: the local ones over those of the
// superclass that travel. Fails with OverrideNotAllowed where a local one changes a DisableOverride
// one.
Result<QualifierSet> inherit_to_subclass(const QualifierSet& superclass, const QualifierSet& local);
QualifierSet inherit_to_instance(const QualifierSet& of_class, const QualifierSet& local);

}  // namespace openwmi::cim
