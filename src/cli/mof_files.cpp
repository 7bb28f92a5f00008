#include "cli/mof_files.h"

#include <nlohmann/json.hpp>

namespace openwmi::cli {

Result<mof::SourceReader::Source> RememberingReader::read(std::string_view include,
                                                          std::string_view including,
                                                          const mof::Limits& limits) {
    auto source = WMI_TRY(files_.read(include, including, limits));
    meant_[std::string(including)][std::string(include)] = source.name;
    return source;
}

nlohmann::ordered_json files_json(const mof::Document& document, RememberingReader& reader) {
    auto files = nlohmann::ordered_json::array();
    for (const auto& file : document.files) {
        nlohmann::ordered_json each{{"name", file.name}, {"text", file.text}};
        for (const auto& [written, meant] : reader.includes_of(file.name)) {
            each["includes"][written] = meant;
        }
        files.push_back(std::move(each));
    }
    return files;
}

}  // namespace openwmi::cli
