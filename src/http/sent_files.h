#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mof/source.h"

namespace openwmi::http {

// One MOF text or binary MOF of a request, and under which names the others stand in its #include
// pragmas.
struct SentFile {
    std::string name;
    std::string bytes;
    std::map<std::string, std::string> includes;
};

// The list "files" of a request, the main file first. Fails with InvalidParameter.
Result<std::vector<SentFile>> read_files(const nlohmann::json& request);

// Finds included texts among those that were sent, so that the service opens no files for its
// clients. Confined to one thread.
class SentFiles final : public mof::SourceReader {
  public:
    explicit SentFiles(const std::vector<SentFile>& files) : files_(files) {}

    Result<Source> read(std::string_view include, std::string_view including,
                        const mof::Limits& limits) override;

  private:
    const SentFile* find(std::string_view name) const;
    const std::vector<SentFile>& files_;
};

}  // namespace openwmi::http
