#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/mof_files.h"
#include "cli/verbs.h"
#include "mof/compiler.h"
#include "mof/source.h"

namespace openwmi::cli {

// mofcomp's switches in the compiler's terms. Fails with InvalidParameter where they contradict
// each other or say something that is not understood: a bad switch.
Result<mof::CompileOptions> compile_options(const MofcompOptions& options);

// The name of another computer in -N, or "": this one (MOF-070).
std::string remote_server(const std::string& name_space);

// The bytes that are compiled: the file, or a resource within it (-ER). Fails with MofInvalidFile,
// NotFound.
Result<mof::SourceReader::Source> open_input(const MofcompOptions& options);

// What the service is asked.
nlohmann::ordered_json mof_request(const MofcompOptions& options,
                                   const mof::SourceReader::Source& source,
                                   const mof::Document& document, RememberingReader& reader);

}  // namespace openwmi::cli
