#include "http/apply_request.h"

#include <nlohmann/json.hpp>

#include "core/apply.h"
#include "http/sent_files.h"
#include "mof/binary.h"
#include "mof/compiler.h"

namespace openwmi::http {

using Json = nlohmann::ordered_json;

namespace {

std::string_view name_of(core::AppliedChange::What what) {
    switch (what) {
        case core::AppliedChange::What::Created: return "created";
        case core::AppliedChange::What::Changed: return "changed";
        case core::AppliedChange::What::Deleted: return "deleted";
    }
    return "";
}

std::string applied_json(const core::Applied& applied) {
    auto changes = Json::array();
    for (const auto& each : applied.changes) {
        changes.push_back(
            {{"what", name_of(each.what)}, {"path", each.path}, {"lines", each.lines}});
    }
    Json json{
        {"ok", applied.ok()}, {"changes", std::move(changes)}, {"unchanged", applied.unchanged}};
    if (!applied.ok()) {
        json["file"] = applied.failed_file;
        json["summary"] = mof::summary(*applied.failed);
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<bool> read_flag(const nlohmann::json& request, const char* name) {
    const auto found = request.find(name);
    if (found == request.end()) return false;
    if (found->is_boolean()) return found->get<bool>();
    return fail(Status::InvalidParameter, "\"{}\" is true or false", name);
}

}  // namespace

Result<std::string> apply_mof(const nlohmann::json& request,
                              const std::shared_ptr<core::Session>& session,
                              base::Executor& executor) {
    core::ApplyOptions options;
    const auto source = request.find("source");
    const auto list = request.find("documents");
    if (source == request.end() || !source->is_string() || list == request.end() ||
        !list->is_array()) {
        return fail(Status::InvalidParameter,
                    R"(the request needs "source", a text, and "documents", a list)");
    }
    options.source = source->get<std::string>();
    options.dry_run = WMI_TRY(read_flag(request, "dry_run"));
    options.prune = WMI_TRY(read_flag(request, "prune"));
    std::vector<mof::Document> documents;
    for (const auto& each : *list) {
        const auto files = WMI_TRY(read_files(each));
        SentFiles reader(files);
        mof::ParseOptions parsing;
        parsing.reader = &reader;
        documents.push_back(mof::read_document(files.front().bytes, files.front().name, parsing));
    }
    return applied_json(WMI_TRY(core::apply(documents, session, executor, options)));
}

}  // namespace openwmi::http
