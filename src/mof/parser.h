#pragma once

#include <string>
#include <string_view>

#include "mof/ast.h"
#include "mof/source.h"

namespace openwmi::mof {

struct ParseOptions {
    SourceReader* reader = nullptr;  // null: #include is refused
    // A parameter must say [in] or [out] (OD-059), and no property is called as a WQL keyword
    // (MOF-010). Otherwise these are warnings: published schemas do it.
    bool strict = false;
    bool fragments = false;       // an alias that is nowhere declared is a warning
    bool system_classes = false;  // allow class names that begin with __ (SYS-002)
    Limits limits;
};

// Reads a MOF text and judges everything that can be judged without a repository. Always gives a
// document; its diagnostics hold every mistake found (at most limits.errors), in the order of the
// text, each with a WBEMMOF_E_* status. Diagnostics name the file only when it is an included one.
Document parse(std::string_view bytes, std::string name, const ParseOptions& options = {});

}  // namespace openwmi::mof
