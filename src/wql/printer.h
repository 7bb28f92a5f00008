#pragma once

#include <string>
#include <string_view>

#include "wql/ast.h"

namespace openwmi::wql {

// A query as canonical text: keywords in capitals, strings in double quotes, <> for inequality,
// parentheses only where they are needed. Parsing it gives an equal tree.
std::string print(const Query& query);
std::string print(const Expression& expression);
std::string print(const PropertyPath& path);
std::string print(const Literal& literal);
std::string_view print(Operator op);

// A string literal with its quotes and escapes.
std::string quote_string(std::string_view text);

}  // namespace openwmi::wql
