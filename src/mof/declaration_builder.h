#pragma once

#include <cstddef>

#include "cim/class.h"
#include "mof/literal.h"
#include "mof/qualifier_table.h"

namespace openwmi::mof {

// Makes what a class says itself from its text. Lives for one item. Confined.
class DeclarationBuilder {
  public:
    DeclarationBuilder(const QualifierTable& qualifiers, std::size_t item,
                       LiteralResolver& resolver)
        : qualifiers_(qualifiers), item_(item), resolver_(resolver) {}

    Judged<cim::ClassDeclaration> build(const ClassNode& node);

  private:
    Judged<cim::Property> property(const PropertyNode& node);
    Judged<cim::Method> method(const MethodNode& node);
    Judged<cim::Parameter> parameter(const PropertyNode& node);
    Judged<cim::QualifierSet> element_qualifiers(const PropertyNode& node);

    const QualifierTable& qualifiers_;
    std::size_t item_;
    LiteralResolver& resolver_;
};

}  // namespace openwmi::mof
