#include "cim/object.h"

#include <algorithm>

#include "cim/class.h"
#include "cim/instance.h"

namespace openwmi::cim {
namespace {

bool same_class(const Class& a, const Class& b) {
    if (&a == &b) return true;
    if (!(a.declaration() == b.declaration())) return false;
    if (!a.superclass() || !b.superclass()) return a.superclass() == b.superclass();
    return same_class(*a.superclass(), *b.superclass());
}

bool all_visible(const Instance& instance) {
    for (std::size_t i = 0; i < instance.class_of().properties().size(); ++i) {
        if (instance.is_hidden(i)) return false;
    }
    return true;
}

// Equal bytes mean equal values: a block has only one form for the same content.
bool same_block(const Block& a, const Block& b) {
    return &a == &b || (std::ranges::equal(a.bytes(), b.bytes()) &&
                        std::ranges::equal(a.embedded(), b.embedded(),
                                           [](const ObjectPtr& x, const ObjectPtr& y) {
                                               return x == y || same_content(*x, *y);
                                           }));
}

bool same_instance(const Instance& a, const Instance& b) {
    const Class& of_a = a.class_of();
    const Class& of_b = b.class_of();
    if (!(of_a.name() == of_b.name())) return false;
    if (of_a.properties().size() != of_b.properties().size()) return false;
    if (&of_a == &of_b && all_visible(a) && all_visible(b) && same_block(*a.block(), *b.block())) {
        return true;
    }
    for (std::size_t i = 0; i < of_a.properties().size(); ++i) {
        const Property& property = of_a.properties()[i];
        const auto other = &of_a == &of_b ? i : of_b.find_property(property.name);
        if (!other || !(of_b.properties()[*other].type == property.type)) return false;
        if (!(a.get(i) == b.get(*other))) return false;
    }
    return true;
}

}  // namespace

const Class* Object::as_class() const {
    return kind_ == Kind::Class ? static_cast<const Class*>(this) : nullptr;
}

const Instance* Object::as_instance() const {
    return kind_ == Kind::Instance ? static_cast<const Instance*>(this) : nullptr;
}

bool same_content(const Object& a, const Object& b) {
    if (&a == &b) return true;
    if (a.kind() != b.kind()) return false;
    return a.as_class() != nullptr ? same_class(*a.as_class(), *b.as_class())
                                   : same_instance(*a.as_instance(), *b.as_instance());
}

}  // namespace openwmi::cim
