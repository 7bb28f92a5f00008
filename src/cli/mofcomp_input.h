#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

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

// Reads includes from disk and remembers what each #include stands for, so that the texts can be
// sent. Confined.
class RememberingReader final : public mof::SourceReader {
  public:
    Result<Source> read(std::string_view include, std::string_view including,
                        const mof::Limits& limits) override;
    const std::map<std::string, std::string>& includes_of(const std::string& file) {
        return meant_[file];
    }

  private:
    mof::FileReader files_;
    std::map<std::string, std::map<std::string, std::string>> meant_;
};

// What the service is asked.
nlohmann::ordered_json mof_request(const MofcompOptions& options,
                                   const mof::SourceReader::Source& source,
                                   const mof::Document& document, RememberingReader& reader);

}  // namespace openwmi::cli
