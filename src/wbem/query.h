#pragma once

#include <wmiutils.h>

#include "com/ptr.h"

namespace openwmi::wbem {

// A query parser without a query (COM-170); wql reads the text. What GetAnalysis gives lives until
// FreeMemory, or until the last Release of the parser. SetLanguageFeatures names what the caller
// can handle; TestLanguageFeatures then answers WBEM_S_FALSE and what the query uses beyond that.
// Thread-safe.
com::Ptr<IWbemQuery> make_query();

}  // namespace openwmi::wbem
