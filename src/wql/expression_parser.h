#pragma once

#include "base/result.h"
#include "wql/ast.h"
#include "wql/token_reader.h"

namespace openwmi::wql {

// The WHERE of SELECT: expr in the grammar of parser.h.
Result<Expression> parse_expression(TokenReader& tokens);

}  // namespace openwmi::wql
