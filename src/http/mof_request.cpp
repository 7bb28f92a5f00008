#include "http/mof_request.h"

#include <map>
#include <nlohmann/json.hpp>

#include "core/apply.h"
#include "core/session_target.h"
#include "mof/parser.h"

namespace openwmi::http {

using Json = nlohmann::ordered_json;

namespace {

// One text of a request, and under which names the others stand in its #include pragmas.
struct File {
    std::string name;
    std::string text;
    std::map<std::string, std::string> includes;
};

// Finds included texts among those that were sent.
class SentFiles final : public mof::SourceReader {
  public:
    explicit SentFiles(const std::vector<File>& files) : files_(files) {}

    Result<Source> read(std::string_view include, std::string_view including,
                        const mof::Limits&) override {
        const File* from = find(including);
        std::string name(include);
        if (from) {
            if (const auto known = from->includes.find(name); known != from->includes.end()) {
                name = known->second;
            }
        }
        const File* file = find(name);
        if (file) return Source{file->name, file->text};
        return fail(Status::MofErrorInvalidIncludeFile, "{} was not sent along", include);
    }

  private:
    const File* find(std::string_view name) const {
        for (const auto& file : files_) {
            if (file.name == name) return &file;
        }
        return nullptr;
    }
    const std::vector<File>& files_;
};

Result<File> read_file(const nlohmann::json& json) {
    const auto name = json.find("name");
    const auto text = json.find("text");
    if (!json.is_object() || name == json.end() || !name->is_string() || text == json.end() ||
        !text->is_string()) {
        return fail(Status::InvalidParameter,
                    R"(each of "files" needs the strings "name" and "text")");
    }
    File file{name->get<std::string>(), text->get<std::string>(), {}};
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

Result<std::vector<File>> read_files(const nlohmann::json& request) {
    const auto list = request.find("files");
    if (list == request.end() || !list->is_array() || list->empty()) {
        return fail(Status::InvalidParameter,
                    R"(the request needs "files", a list with the main file first)");
    }
    std::vector<File> files;
    for (const auto& each : *list) files.push_back(WMI_TRY(read_file(each)));
    return files;
}

// The words of mofcomp's switches -class and -instance.
Result<mof::PutFlags> read_flags(const nlohmann::json& request, const char* name) {
    mof::PutFlags flags;
    const auto found = request.find(name);
    if (found == request.end() || found->is_null()) return flags;
    const auto word = found->is_string() ? found->get<std::string>() : found->dump();
    if (word == "createonly") {
        flags.mode = mof::PutMode::CreateOnly;
    } else if (word == "updateonly") {
        flags.mode = mof::PutMode::UpdateOnly;
    } else if (word == "safeupdate") {
        flags.update = mof::UpdateMode::Safe;
    } else if (word == "forceupdate") {
        flags.update = mof::UpdateMode::Force;
    } else {
        return fail(Status::InvalidParameter, "\"{}\" is '{}'; expected createonly, updateonly, {}",
                    name, word, "safeupdate or forceupdate");
    }
    return flags;
}

const char* phase_name(mof::Phase phase) {
    switch (phase) {
        case mof::Phase::None: return "done";
        case mof::Phase::Parse: return "parse";
        case mof::Phase::Argument: return "argument";
        case mof::Phase::Store: return "store";
    }
    return "";
}

std::string_view text_of(const mof::Document& document, const std::string& name) {
    for (const auto& file : document.files) {
        if (file.name == name) return file.text;
    }
    return document.files.front().text;
}

Json to_json(const base::Diagnostic& diagnostic, const mof::Document& document) {
    const std::string& name =
        diagnostic.file.empty() ? document.files.front().name : diagnostic.file;
    const auto place = base::position(text_of(document, name), diagnostic.span.begin);
    return {{"severity", diagnostic.severity == base::Severity::Error ? "error" : "warning"},
            {"status", base::symbol(diagnostic.status)},
            {"code", static_cast<std::uint32_t>(diagnostic.status)},
            {"message", diagnostic.message},
            {"file", name},
            {"line", place.line},
            {"column", place.column},
            {"text", document.render(diagnostic)}};
}

}  // namespace

std::string report_json(const mof::Report& report, const mof::Document& document) {
    Json json{{"ok", report.ok()}, {"phase", phase_name(report.phase)}};
    if (!report.ok()) {
        json["error"] = {{"status", base::symbol(report.error.status)},
                         {"code", static_cast<std::uint32_t>(report.error.status)},
                         {"message", report.error.message}};
        json["object"] = {{"number", report.object_number},
                          {"file", report.file},
                          {"first_line", report.first_line},
                          {"last_line", report.last_line}};
    }
    json["classes"] = report.classes;
    json["instances"] = report.instances;
    json["deleted"] = report.deleted;
    json["stored"] = report.stored;
    auto diagnostics = Json::array();
    for (const auto& each : report.diagnostics) diagnostics.push_back(to_json(each, document));
    json["diagnostics"] = std::move(diagnostics);
    json["summary"] = mof::summary(report);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> compile_mof(const nlohmann::json& request,
                                std::shared_ptr<core::Session> session, base::Executor& executor) {
    const auto files = WMI_TRY(read_files(request));
    mof::CompileOptions options;
    options.class_flags = WMI_TRY(read_flags(request, "class"));
    options.instance_flags = WMI_TRY(read_flags(request, "instance"));
    if (const auto ns = request.find("namespace"); ns != request.end() && ns->is_string()) {
        options.name_space = WMI_TRY(cim::NamespacePath::parse(ns->get<std::string>()));
    }
    SentFiles reader(files);
    mof::ParseOptions parsing;
    parsing.reader = &reader;
    const auto document = mof::parse(files.front().text, files.front().name, parsing);
    core::SessionTarget target(std::move(session), executor);
    return report_json(mof::compile(document, target, options), document);
}

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

Result<std::string> apply_mof(const nlohmann::json& request, std::shared_ptr<core::Session> session,
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
        documents.push_back(mof::parse(files.front().text, files.front().name, parsing));
    }
    return applied_json(WMI_TRY(core::apply(documents, std::move(session), executor, options)));
}

}  // namespace openwmi::http
