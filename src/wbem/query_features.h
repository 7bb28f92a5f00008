#pragma once

#include <wmiutils.h>

#include <vector>

#include "wql/ast.h"

namespace openwmi::wbem {

// What a query makes use of, in rising order: numbers of WMIQ_LANGUAGE_FEATURES.
std::vector<ULONG> language_features(const wql::Query& query);

// The bits of WMIQ_RPNF_FEATURE for a SELECT.
ULONGLONG rpn_features(const wql::Select& query);

}  // namespace openwmi::wbem
