#pragma once

#include <vector>

#include "base/result.h"
#include "cim/class.h"

namespace openwmi::xml {

// A property or method as a text tells it: the class it came from, and whether it was inherited.
template <class Member>
struct Told {
    Member member;
    cim::Name origin;
    bool propagated = false;
};

// What a text tells of a class, before there is one. Value.
struct ClassTold {
    cim::Name name;
    std::vector<cim::Name> ancestors;  // nearest first; may be empty
    cim::QualifierSet qualifiers;
    cim::QualifierSet inherited_qualifiers;
    std::vector<Told<cim::Property>> properties;
    std::vector<Told<cim::Method>> methods;
};

// The class, below classes made for its ancestors: what is inherited is declared in the ancestor
// where it came from, or in the nearest one. Ancestors that are system classes are those. Fails as
// Class::derive does.
Result<cim::ClassPtr> make_class(const ClassTold& told);

}  // namespace openwmi::xml
