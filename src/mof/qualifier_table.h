#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "cim/qualifier.h"
#include "mof/ast.h"
#include "mof/literal.h"

namespace openwmi::mof {

// The qualifier declarations of a document. A declaration holds for the items behind it, until the
// next one of the same name (MOF-050). Refers to the document. Confined.
class QualifierTable {
  public:
    explicit QualifierTable(const Document& document);

    // The declaration in force for the item, or null.
    const QualifierNode* find(const cim::Name& name, std::size_t item) const;

    // How a qualifier used in that item travels: the WMI default (nowhere, overridable, MOF-046),
    // changed by the declaration, changed by what stands at the use.
    cim::Flavor flavor(const QualifierUse& use, std::size_t item) const;
    // The qualifiers as the object carries them (MOF-026, MOF-030).
    Judged<cim::QualifierSet> qualifiers(std::span<const QualifierUse> uses,
                                         std::size_t item) const;

  private:
    Judged<TypedValue> value(const QualifierUse& use, std::size_t item) const;

    struct Declaration {
        std::size_t item;
        const QualifierNode* node;
    };
    std::unordered_map<cim::Name, std::vector<Declaration>> declarations_;
};

// The flavors that the words of a declaration give.
cim::Flavor declared_flavor(const QualifierNode& node);
void apply_flavors(std::span<const FlavorUse> words, cim::Flavor& flavor);

}  // namespace openwmi::mof
