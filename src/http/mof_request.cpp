#include "http/mof_request.h"

#include <nlohmann/json.hpp>

#include "core/session_target.h"
#include "core/this_computer.h"
#include "mof/binary.h"
#include "mof/flag_words.h"

namespace openwmi::http {

using Json = nlohmann::ordered_json;

namespace {

// The words of mofcomp's switches -class and -instance: one, or a list.
Result<std::vector<std::string>> read_words(const nlohmann::json& request, const char* name) {
    const auto found = request.find(name);
    std::vector<std::string> words;
    if (found == request.end() || found->is_null()) return words;
    if (found->is_string()) return std::vector<std::string>{found->get<std::string>()};
    for (const auto& each : *found) {
        if (!found->is_array() || !each.is_string()) {
            return fail(Status::InvalidParameter, "\"{}\" is a word or a list of words", name);
        }
        words.push_back(each.get<std::string>());
    }
    return words;
}

Result<bool> read_switch(const nlohmann::json& request, const char* name) {
    const auto found = request.find(name);
    if (found == request.end() || found->is_null()) return false;
    if (found->is_boolean()) return found->get<bool>();
    return fail(Status::InvalidParameter, "\"{}\" is true or false", name);
}

Result<std::string> read_text(const nlohmann::json& request, const char* name) {
    const auto found = request.find(name);
    if (found == request.end() || found->is_null()) return std::string();
    if (found->is_string()) return found->get<std::string>();
    return fail(Status::InvalidParameter, "\"{}\" is a text", name);
}

// MOF-070
Result<cim::NamespacePath> read_namespace(const std::string& text) {
    std::string server;
    auto path = WMI_TRY(cim::NamespacePath::parse(text, &server));
    if (core::is_this_computer(server)) return path;
    return fail(Status::NotSupported, "'{}' is another computer; this service compiles for its own",
                server);
}

// What became of the file in the list of those that are compiled again.
void list_for_recovery(const std::string& path, core::AutorecoverList& list, Json& report) {
    const Result<> added =
        path.empty() ? fail(Status::InvalidParameter,
                            "the request does not say where the file lies on this computer")
                     : list.add(path);
    report["autorecover"] = {{"listed", added.has_value()}};
    if (!added) report["autorecover"]["message"] = added.error().message;
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

// With diagnostics as people read them.
Json to_json(const mof::Report& report, const mof::Document& document) {
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
    return json;
}

}  // namespace

Result<MofRequest> MofRequest::read(const nlohmann::json& request) {
    MofRequest made;
    made.files_ = WMI_TRY(read_files(request));
    const auto class_words = WMI_TRY(read_words(request, "class"));
    const auto instance_words = WMI_TRY(read_words(request, "instance"));
    made.options_.class_flags = WMI_TRY(mof::class_flags_of_words(class_words));
    made.options_.instance_flags = WMI_TRY(mof::instance_flags_of_words(instance_words));
    const auto name_space = WMI_TRY(read_text(request, "namespace"));
    if (!name_space.empty()) made.options_.name_space = WMI_TRY(read_namespace(name_space));
    made.path_ = WMI_TRY(read_text(request, "path"));
    made.autorecover_ = WMI_TRY(read_switch(request, "autorecover"));
    made.progress_ = WMI_TRY(read_switch(request, "progress"));
    return made;
}

std::string MofRequest::compile(core::Service& service,
                                const std::shared_ptr<core::Session>& session,
                                std::function<void(const mof::Progress&)> progress) const {
    SentFiles reader(files_);
    mof::ParseOptions parsing;
    parsing.reader = &reader;
    const auto document = mof::read_document(files_.front().bytes, files_.front().name, parsing);
    core::SessionTarget target(session, service.executor());
    auto options = options_;
    options.progress = std::move(progress);
    const auto report = mof::compile(document, target, options);
    auto json = to_json(report, document);
    if (report.ok() && (autorecover_ || (document.autorecover && !path_.empty()))) {
        list_for_recovery(path_, service.autorecover(), json);
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace openwmi::http
