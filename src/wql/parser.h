#pragma once

#include <string_view>

#include "base/diagnostics.h"
#include "base/result.h"
#include "wql/ast.h"

namespace openwmi::wql {

// Reads a query of section 3.1 of the specification. Keywords are recognised by their place and
// without case, so that only NULL, TRUE and FALSE cannot be names (WQL-002).
//
//   query   = ( select | assoc ) [ ";" ] ;
//   select  = "SELECT" ( "*" | paths ) "FROM" name [ "WITHIN" number ] [ "WHERE" expr ] [ group ] ;
//   group   = "GROUP" { "WITHIN" uint32 | "BY" ( "*" | paths ) }          (* each once at most *)
//             [ "HAVING" "NumberOfEvents" relop uint32 ] ;
//   paths   = path { "," path } ;
//   path    = name { "." name } ;
//   expr    = and { "OR" and } ;
//   and     = unary { "AND" unary } ;
//   unary   = "NOT" unary | "(" expr ")" | predicate ;
//   predicate = path relop ( literal | path ) | literal relop path
//             | path "IS" [ "NOT" ] "NULL" | path "ISA" ( string | name ) | path "LIKE" string ;
//   relop   = "=" | "<" | ">" | "<=" | ">=" | "!=" | "<>" ;
//   literal = string | number | "TRUE" | "FALSE" ;
//   assoc   = "ASSOCIATORS" "OF" "{" objectpath "}" [ "WHERE" akw { akw } ]
//           | "REFERENCES"  "OF" "{" objectpath "}" [ "WHERE" rkw { rkw } ] ;
//   akw     = rkw | ( "AssocClass" | "ResultRole" | "RequiredAssocQualifier" ) "=" name ;
//   rkw     = ( "ResultClass" | "Role" | "RequiredQualifier" ) "=" name
//           | "ClassDefsOnly" | "SchemaOnly" | "KeysOnly" ;
//
// Fails with UnparsableQuery (InvalidQuery from ASSOCIATORS or REFERENCES on; QuotaViolation beyond
// the limits of limits.h). The one mistake found is also added to `diagnostics`, with its place.
// Doors that report data queries turn UnparsableQuery into InvalidQuery (OD-009).
Result<Query> parse(std::string_view text, base::Diagnostics* diagnostics = nullptr);

}  // namespace openwmi::wql
