#pragma once

#include "base/result.h"
#include "wql/ast.h"
#include "wql/token_reader.h"

namespace openwmi::wql {

// What follows ASSOCIATORS or REFERENCES: assoc in the grammar of parser.h. Fails with
// InvalidQuery.
Result<AssociationQuery> parse_association(TokenReader& tokens, AssociationQuery::Kind kind);

}  // namespace openwmi::wql
