#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cim/object.h"
#include "wql/bound_query.h"
#include "wql/truth.h"

namespace openwmi::wql {

// What it is about a comparison that is not true, as far as that shows.
enum class Miss : std::uint8_t {
    None,        // it is true, or simply false
    Class,       // the object is of another class
    ExactClass,  // __CLASS = names a class that the object's is derived from
    Null,
    NoProperty,  // the object has no property of that name
    Type,        // the two do not compare so
    Case,        // more than the case of letters differs, but little
    Blanks,
    Backslashes,
    LikeWithoutWildcard,
    WildcardWithoutLike,
    TextOrder,  // numbers, compared as text
};
std::string_view to_text(Miss miss);  // "exact-class"

// Why an object passed a query, or did not: the condition as a tree, every part of it evaluated,
// also those that decide nothing.
struct Explanation {
    // A property that was read.
    struct Operand {
        std::string path;
        std::string value;  // as a query would write it; NULL; "no such property"
    };
    std::string text;  // this part of the query
    Truth truth = Truth::True;
    std::string reason;  // why it is not simply true or false, and what may have been meant
    Miss miss = Miss::None;
    std::vector<Operand> operands;
    std::vector<Explanation> terms;
};

Explanation explain(const BoundQuery& query, const cim::Object& object);

// The parts without terms that keep it from being true, in their order; none when it is true.
std::vector<const Explanation*> culprits(const Explanation& explanation);

// One line a part, the truth first, terms indented.
std::string render(const Explanation& explanation);

}  // namespace openwmi::wql
