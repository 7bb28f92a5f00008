#pragma once

#include <string>
#include <string_view>

#include "mof/ast.h"
#include "mof/source.h"

namespace openwmi::mof {

struct ParseOptions {
    SourceReader* reader = nullptr;  // null: #include is refused
    bool strict = false;             // a parameter must say [in] or [out] (OD-059)
    bool system_classes = false;     // allow class names that begin with __ (SYS-002)
    Limits limits;
};

// Reads a MOF text and judges everything that can be judged without a repository. Always gives a
// document; its diagnostics hold every mistake found (at most limits.errors), in the order of the
// text, each with a WBEMMOF_E_* status. Diagnostics name the file only when it is an included one.
Document parse(std::string_view bytes, std::string name, const ParseOptions& options = {});

}  // namespace openwmi::mof
