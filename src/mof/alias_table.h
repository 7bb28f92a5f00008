#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "cim/name.h"
#include "mof/ast.h"

namespace openwmi::mof {

// Which alias of a document names which item, and which items use which (MOF-020, 021). Refers to
// the document. Confined.
class AliasTable {
  public:
    struct Use {
        cim::Name name;
        Place place;
    };

    explicit AliasTable(const Document& document);

    std::optional<std::size_t> item_of(const cim::Name& alias) const;
    // All aliases used in the item's values, at any depth.
    const std::vector<Use>& uses_in(std::size_t item) const { return uses_[item]; }
    // Second declarations of an alias.
    const std::vector<NameUse>& duplicates() const { return duplicates_; }
    // For each item, true when no order of storing gives it the paths it needs: it uses aliases
    // that depend on each other in a circle.
    std::vector<bool> circular() const;

  private:
    void declare(const std::optional<NameUse>& alias, std::size_t item);

    std::unordered_map<cim::Name, std::size_t> items_;
    std::vector<std::vector<Use>> uses_;
    std::vector<NameUse> duplicates_;
};

}  // namespace openwmi::mof
