#include "http/sent_files.h"

#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace openwmi::http {
namespace {

Result<SentFile> read_file(const nlohmann::json& json) {
    const bool binary = json.is_object() && json.contains("binary");
    const auto name = json.find("name");
    const auto content = json.find(binary ? "binary" : "text");
    if (!json.is_object() || name == json.end() || !name->is_string() || content == json.end() ||
        !content->is_string()) {
        return fail(
            Status::InvalidParameter,
            R"(each of "files" needs the strings "name" and "text", or "binary" in base64)");
    }
    SentFile file{name->get<std::string>(), content->get<std::string>(), {}};
    if (binary) {
        auto bytes = base::from_base64(file.bytes);
        if (!bytes) return fail(Status::InvalidParameter, R"("binary" is no base64)");
        file.bytes = std::move(*bytes);
    }
    if (const auto includes = json.find("includes"); includes != json.end()) {
        for (const auto& [written, meant] : includes->items()) {
            if (!meant.is_string()) {
                return fail(Status::InvalidParameter, R"("includes" maps strings to strings)");
            }
            file.includes[written] = meant.get<std::string>();
        }
    }
    return file;
}

}  // namespace

Result<std::vector<SentFile>> read_files(const nlohmann::json& request) {
    const auto list = request.find("files");
    if (list == request.end() || !list->is_array() || list->empty()) {
        return fail(Status::InvalidParameter,
                    R"(the request needs "files", a list with the main file first)");
    }
    std::vector<SentFile> files;
    for (const auto& each : *list) files.push_back(WMI_TRY(read_file(each)));
    return files;
}

Result<mof::SourceReader::Source> SentFiles::read(std::string_view include,
                                                  std::string_view including, const mof::Limits&) {
    std::string name(include);
    if (const SentFile* from = find(including)) {
        if (const auto known = from->includes.find(name); known != from->includes.end()) {
            name = known->second;
        }
    }
    if (const SentFile* file = find(name)) return Source{file->name, file->bytes};
    return fail(Status::MofErrorInvalidIncludeFile, "{} was not sent along", include);
}

const SentFile* SentFiles::find(std::string_view name) const {
    for (const auto& file : files_) {
        if (file.name == name) return &file;
    }
    return nullptr;
}

}  // namespace openwmi::http
