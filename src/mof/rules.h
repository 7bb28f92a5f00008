#pragma once

#include "mof/parser.h"
#include "mof/reporter.h"

namespace openwmi::mof {

// Reports what is wrong in a parsed document and can be told without a repository: names, duplicate
// elements, qualifiers and their flavors, values against declared types, aliases. Private to the
// room.
void check_rules(const Document& document, Reporter& reporter, const ParseOptions& options);

}  // namespace openwmi::mof
