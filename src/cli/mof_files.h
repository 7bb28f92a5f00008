#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "mof/parser.h"
#include "mof/source.h"

namespace openwmi::cli {

// Reads includes from disk and remembers what each #include stands for, so that the texts can be
// sent. Confined to one thread.
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

// The texts of a document as requests carry them ("files" in docs/formats/http-api.md).
nlohmann::ordered_json files_json(const mof::Document& document, RememberingReader& reader);

}  // namespace openwmi::cli
