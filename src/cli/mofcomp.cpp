#include <nlohmann/json.hpp>
#include <set>

#include "base/fold.h"
#include "cli/exit_code.h"
#include "cli/mof_files.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "mof/amendment.h"
#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

// What mofcomp ends with (MOF-073).
enum MofcompExit : int {
    mof_done = 0,
    mof_refused = 1,  // no service, or it does not take what the file says
    mof_bad_switch = 2,
    mof_syntax = 3,
};

void print_diagnostics(const Setting& setting, const mof::Document& document,
                       const base::Diagnostics& diagnostics) {
    for (const auto& each : diagnostics) {
        setting.terminal.note(painted_diagnostic(setting.terminal, document.render(each)));
    }
}

// As the service reports it, for --json.
Json local_report(const mof::Document& document, const base::Diagnostics& diagnostics, bool ok) {
    Json json{{"ok", ok}, {"phase", ok ? "done" : "parse"}, {"diagnostics", Json::array()}};
    for (const auto& each : diagnostics) {
        const auto& name = each.file.empty() ? document.files.front().name : each.file;
        json["diagnostics"].push_back(
            {{"severity", each.severity == base::Severity::Error ? "error" : "warning"},
             {"status", base::symbol(each.status)},
             {"message", each.message},
             {"file", name},
             {"text", document.render(each)}});
    }
    return json;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

int check(const Setting& setting, const mof::Document& document) {
    mof::CheckTarget target;
    mof::CompileOptions options;
    options.fragments = true;
    const auto report = mof::compile(document, target, options);
    if (setting.json) {
        setting.terminal.line(local_report(document, report.diagnostics, report.ok()).dump());
    } else {
        print_diagnostics(setting, document, report.diagnostics);
        const auto& name = document.files.front().name;
        if (report.ok()) {
            setting.terminal.line(fmt::format("{}: {}, {} and {}", name,
                                              setting.terminal.paint(Style::Good, "correct"),
                                              counted(report.classes, "class", "classes"),
                                              counted(report.instances, "instance", "instances")));
        }
    }
    if (report.ok()) return mof_done;
    return report.phase == mof::Phase::Parse ? mof_syntax : mof_refused;
}

int split(const Setting& setting, const MofcompOptions& options, const mof::Document& document) {
    const auto parts = mof::split(document, options.amendment);
    if (!parts) return setting.terminal.complain(parts.error()), mof_refused;
    const auto written = mof::write_split(*parts, options.mof_file, options.mfl_file);
    if (!written) return setting.terminal.complain(written.error()), mof_refused;
    setting.terminal.line(fmt::format("{} and {} written; the repository is untouched",
                                      options.mof_file, options.mfl_file));
    return mof_done;
}

std::string request_of(const MofcompOptions& options, const mof::Document& document,
                       RememberingReader& reader) {
    Json request;
    if (!options.name_space.empty()) request["namespace"] = options.name_space;
    if (!options.class_flag.empty()) request["class"] = options.class_flag;
    if (!options.instance_flag.empty()) request["instance"] = options.instance_flag;
    request["files"] = files_json(document, reader);
    return request.dump();
}

// What a switch forbids ends with the error's own number (MOF-078), of which a process can give the
// lowest byte.
int refused_exit(const MofcompOptions& options, const Json& error) {
    const auto code = error.value("code", std::uint32_t{0});
    const bool forbidden = code == static_cast<std::uint32_t>(Status::AlreadyExists) ||
                           code == static_cast<std::uint32_t>(Status::NotFound);
    const bool by_switch = !options.class_flag.empty() || !options.instance_flag.empty();
    return forbidden && by_switch ? static_cast<int>(code & 0xff) : mof_refused;
}

int print_report(const Setting& setting, const MofcompOptions& options, const std::string& answer,
                 const Json& report) {
    const bool done = report.value("ok", false);
    if (setting.json) {
        setting.terminal.line(answer.substr(0, answer.find_last_not_of('\n') + 1));
    } else {
        for (const auto& each : report.value("diagnostics", Json::array())) {
            setting.terminal.note(
                painted_diagnostic(setting.terminal, each.value("text", std::string())));
        }
        const auto stored = fmt::format(
            "{} and {} stored", counted(report.value("classes", 0u), "class", "classes"),
            counted(report.value("instances", 0u), "instance", "instances"));
        if (done) {
            const auto deleted = report.value("deleted", 0u);
            setting.terminal.line(
                fmt::format("{}: {}{}", options.file, setting.terminal.paint(Style::Good, stored),
                            deleted ? fmt::format(", {} deleted", deleted) : std::string()));
        } else {
            setting.terminal.note(
                fmt::format("{}: stopped; before that: {}", options.file, stored));
        }
    }
    if (done) return mof_done;
    if (report.value("phase", "") == "parse") return mof_syntax;
    return refused_exit(options, report.value("error", Json::object()));
}

// A filter that was stored and cannot work is no mistake of the file, and yet nobody wants it.
void warn_of_broken(const Setting& setting, const ServiceDoor& door, const Json& report) {
    const auto all = door.subscriptions();
    if (!all) return;  // what was stored is stored
    constexpr std::string_view this_server = "\\\\.\\";
    std::set<std::string> stored;
    for (const auto& each : report.value("stored", Json::array())) {
        const auto path = each.is_string() ? each.get<std::string>() : std::string();
        stored.insert(base::fold(
            std::string_view(path).substr(path.starts_with(this_server) ? this_server.size() : 0)));
    }
    std::set<std::string> warned;
    for (const auto& each : *all) {
        const bool concerned = each.state == "broken" || each.state == "degraded";
        if (!concerned || !stored.contains(base::fold(each.filter)) ||
            !warned.insert(each.filter).second) {
            continue;
        }
        setting.terminal.note(fmt::format("{} the filter {} is stored, but {}: {}",
                                          setting.terminal.paint(Style::Warn, "warning:"),
                                          printable(each.filter_name), each.state,
                                          printable(each.reason)));
    }
}

// MOF-077. It goes beside the result, so that programs do not stumble over it.
void warn_of_autorecover(const Setting& setting, const MofcompOptions& options) {
    setting.terminal.note(fmt::format(
        "{} File {} does not contain #PRAGMA AUTORECOVER.\n"
        "Should the repository be rebuilt, what this MOF file holds is not in the new one. To have "
        "it\nincluded, put #PRAGMA AUTORECOVER on the first line of the file.",
        setting.terminal.paint(Style::Warn, "WARNING:"), options.file));
}

}  // namespace

int mofcomp(const Setting& setting, const MofcompOptions& options) {
    const auto source = mof::FileReader::open(options.file);
    if (!source) return setting.terminal.complain(source.error()), mof_refused;
    RememberingReader reader;
    mof::ParseOptions parsing;
    parsing.reader = &reader;
    parsing.fragments = options.check;
    const auto document = mof::parse(source->bytes, source->name, parsing);
    if (!document.ok()) {
        if (setting.json) {
            setting.terminal.line(local_report(document, document.diagnostics, false).dump());
        } else {
            print_diagnostics(setting, document, document.diagnostics);
            setting.terminal.note(options.file + ": nothing stored");
        }
        return mof_syntax;
    }
    if (options.check) return check(setting, document);
    if (!options.amendment.empty()) return split(setting, options, document);

    if (!document.autorecover && !options.autorecover && !setting.json) {
        warn_of_autorecover(setting, options);
    }
    const ServiceDoor door(setting.socket);
    const auto answer = door.post("/v1/mof", request_of(options, document, reader));
    if (!answer) return setting.terminal.complain(answer.error()), mof_refused;
    const auto report = Json::parse(*answer, nullptr, false);
    if (!report.is_object()) {
        setting.terminal.complain({Status::TransportFailure, "the answer is not understood"});
        return mof_refused;
    }
    const int code = print_report(setting, options, *answer, report);
    if (!setting.json) warn_of_broken(setting, door, report);
    return code;
}

}  // namespace openwmi::cli
