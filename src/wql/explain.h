#pragma once

#include <string>
#include <vector>

#include "cim/object.h"
#include "wql/bound_query.h"
#include "wql/truth.h"

namespace openwmi::wql {

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
    std::string reason;  // why it is not simply true or false: NULL, types that do not compare
    std::vector<Operand> operands;
    std::vector<Explanation> terms;
};

Explanation explain(const BoundQuery& query, const cim::Object& object);

// One line a part, the truth first, terms indented.
std::string render(const Explanation& explanation);

}  // namespace openwmi::wql
