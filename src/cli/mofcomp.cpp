#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/fold.h"
#include "cim/object_path.h"
#include "cli/exit_code.h"
#include "cli/local_check.h"
#include "cli/mof_files.h"
#include "cli/mofcomp_input.h"
#include "cli/progress_bar.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "mof/amendment.h"
#include "mof/binary.h"
#include "mof/check_target.h"
#include "mof/output_file.h"
#include "mof/wdm_check.h"

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

// What is compiled, and how.
struct Input {
    mof::SourceReader::Source source;
    mof::Document document;
    mof::CompileOptions compile;
};

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

// -AMENDMENT or #pragma amendment, and -MOF and -MFL (MOF-044).
Result<> split(const MofcompOptions& options, const mof::SourceReader::Source& source,
               const mof::Document& document) {
    if (mof::is_binary(source.bytes)) {
        return fail(Status::NotSupported,
                    "a binary MOF has no text to be parted: part the text it was made of");
    }
    const auto locale = options.amendment.empty() ? *document.amendment : options.amendment;
    return mof::write_split(WMI_TRY(mof::split(document, locale)), options.mof_file,
                            options.mfl_file);
}

// What -check finds, but for what it cannot know: a binary MOF is not made of what cannot be
// stored.
bool is_storable(const Setting& setting, const mof::Document& document) {
    mof::CheckTarget nowhere;
    mof::CompileOptions options;
    options.fragments = true;
    const auto report = mof::compile(document, nowhere, options);
    for (const auto& each : report.diagnostics) {
        if (each.severity != base::Severity::Error) continue;
        setting.terminal.note(painted_diagnostic(setting.terminal, document.render(each)));
    }
    return report.ok();
}

// The binary stays where the check of -WMI finds fault with it: the check runs after it is made.
int write_files(const Setting& setting, const MofcompOptions& options, const Input& input,
                bool parted) {
    std::string written;
    if (!options.binary_file.empty()) {
        if (!is_storable(setting, input.document)) return mof_refused;
        auto document = mof::with_defaults(input.document, input.compile);
        document.autorecover |= options.autorecover;
        const auto done = mof::write_file(options.binary_file, mof::write_binary(document));
        if (!done) return setting.terminal.complain(done.error()), mof_refused;
        written = options.binary_file;
    }
    if (parted) {
        const auto done = split(options, input.source, input.document);
        if (!done) return setting.terminal.complain(done.error()), mof_refused;
        written += (written.empty() ? "" : ", ") + options.mof_file + " and " + options.mfl_file;
    }
    if (options.wdm_check) {
        const auto mistakes = mof::check_wdm(input.document);
        for (const auto& each : mistakes) setting.terminal.note(options.file + ": " + each);
        if (!mistakes.empty()) return mof_refused;
    }
    if (setting.json) {
        setting.terminal.line(Json{{"ok", true}, {"written", written}}.dump());
    } else {
        setting.terminal.line(written + " written; the repository is untouched");
    }
    return mof_done;
}

// What a switch forbids ends with the error's own number (MOF-078), of which a process can give the
// lowest byte.
int refused_exit(const MofcompOptions& options, const Json& error) {
    const auto code = error.value("code", std::uint32_t{0});
    const bool forbidden = code == static_cast<std::uint32_t>(Status::AlreadyExists) ||
                           code == static_cast<std::uint32_t>(Status::NotFound);
    const bool by_switch = !options.class_flags.empty() || !options.instance_flags.empty();
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

std::string folded_path(const std::string& path) {
    const auto parsed = cim::ObjectPath::parse(path);
    return base::fold(parsed ? parsed->relative_text() : path);
}

// Is the stored object the binding of that filter and consumer?
bool is_binding_of(const std::string& stored, const Subscription& each) {
    const auto path = cim::ObjectPath::parse(stored);
    if (!path || path->class_name != cim::Name("__FilterToConsumerBinding")) return false;
    return std::ranges::all_of(path->keys, [&](const auto& key) {
        const auto* end = key.value.template get_if<std::string>();
        const auto& meant = key.name == cim::Name("Filter") ? each.filter : each.consumer;
        return end && folded_path(*end) == folded_path(meant);
    });
}

// A filter or binding that was stored and cannot work is no mistake of the file, and yet nobody
// wants it.
void warn_of_broken(const Setting& setting, const ServiceDoor& door, const Json& report) {
    const auto all = door.subscriptions();
    if (!all) return;  // what was stored is stored
    constexpr std::string_view this_server = "\\\\.\\";
    std::set<std::string> stored;
    std::vector<std::string> bindings;
    for (const auto& each : report.value("stored", Json::array())) {
        const auto path = each.is_string() ? each.get<std::string>() : std::string();
        stored.insert(base::fold(
            std::string_view(path).substr(path.starts_with(this_server) ? this_server.size() : 0)));
        if (path.find("__FilterToConsumerBinding") != std::string::npos) bindings.push_back(path);
    }
    std::set<std::string> warned;
    for (const auto& each : *all) {
        const bool dangles =
            each.state == "unbound" && !each.filter.empty() && !each.consumer.empty();
        if (dangles && std::ranges::any_of(bindings, [&](const std::string& path) {
                return is_binding_of(path, each);
            })) {
            setting.terminal.note(fmt::format("{} a binding is stored, but {}",
                                              setting.terminal.paint(Style::Warn, "warning:"),
                                              printable(each.reason)));
        }
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

// What happened to the file in the list of those that are compiled again, where somebody has to
// know.
void warn_of_list(const Setting& setting, const Json& report) {
    const auto listing = report.value("autorecover", Json::object());
    if (listing.value("listed", true)) return;
    setting.terminal.note(fmt::format(
        "{} the file is compiled, but it will not be when the repository is rebuilt: {}",
        setting.terminal.paint(Style::Warn, "warning:"),
        printable(listing.value("message", std::string()))));
}

// Nobody remembers switches (MOF-034), and this computer asks nobody who one is (MOF-080).
void warn_of_switches(const Setting& setting, const MofcompOptions& options) {
    const bool placed = !options.name_space.empty() || !options.class_flags.empty() ||
                        !options.instance_flags.empty();
    const auto warn = [&](std::string_view text) {
        setting.terminal.note(
            fmt::format("{} {}", setting.terminal.paint(Style::Warn, "warning:"), text));
    };
    if (options.autorecover && placed) {
        warn(
            "-N, -class and -instance are not remembered: when the repository is rebuilt, the file "
            "is compiled without them. Say #pragma namespace and the like in the file.");
    }
    if (!options.user.empty() || !options.password.empty() || !options.authority.empty()) {
        warn(
            "-U, -P and -A are of no use on this computer and not looked at: you are who runs "
            "this.");
    }
}

// The service's report: the last line, where it tells how far it has come.
Result<std::string> ask(const Setting& setting, const ServiceDoor& door, Json request) {
    if (!setting.terminal.interactive() || setting.json) {
        return door.post("/v1/mof", request.dump());
    }
    request["progress"] = true;
    auto call = WMI_TRY(door.lines("POST", "/v1/mof", request.dump()));
    ProgressBar bar(setting.terminal);
    std::string line;
    for (std::string last;;) {
        const auto next = WMI_TRY(call.next_line(line));
        if (next == http::Call::Next::End) return last;
        if (next == http::Call::Next::Interrupted) continue;
        const auto json = Json::parse(line, nullptr, false);
        const auto progress = json.is_object() ? json.value("progress", Json()) : Json();
        if (progress.is_object()) {
            bar.show(progress.value("done", std::size_t{0}),
                     progress.value("total", std::size_t{0}));
        } else if (!json.is_object() || !json.contains("lost")) {
            last = line;
        }
    }
}

int store(const Setting& setting, const MofcompOptions& options, const Input& input,
          RememberingReader& reader) {
    if (!input.document.autorecover && !options.autorecover && !setting.json &&
        options.resource.empty()) {
        warn_of_autorecover(setting, options);
    }
    const ServiceDoor door(setting.socket);
    const auto answer =
        ask(setting, door, mof_request(options, input.source, input.document, reader));
    if (!answer) return setting.terminal.complain(answer.error()), mof_refused;
    const auto report = Json::parse(*answer, nullptr, false);
    if (const auto error = error_in(report); error && !report.contains("ok")) {
        return setting.terminal.complain(*error), mof_refused;
    }
    const int code = print_report(setting, options, *answer, report);
    if (!setting.json) {
        warn_of_list(setting, report);
        warn_of_broken(setting, door, report);
    }
    return code;
}

int report_mistakes(const Setting& setting, const MofcompOptions& options,
                    const mof::Document& document) {
    if (setting.json) {
        setting.terminal.line(local_report(document, document.diagnostics, false).dump());
    } else {
        print_diagnostics(setting, document, document.diagnostics);
        setting.terminal.note(options.file + ": nothing stored");
    }
    return mof_syntax;
}

int bad_switch(const Setting& setting, std::string_view why) {
    setting.terminal.note(
        fmt::format("{} {}", setting.terminal.paint(Style::Bad, "mofcomp:"), why));
    return mof_bad_switch;
}

}  // namespace

int mofcomp(const Setting& setting, const MofcompOptions& options) {
    const auto compile = compile_options(options);
    if (!compile) return bad_switch(setting, compile.error().message);
    auto source = open_input(options);
    if (!source) return setting.terminal.complain(source.error()), mof_refused;
    RememberingReader reader;
    mof::ParseOptions parsing;
    parsing.reader = &reader;
    parsing.fragments = options.check;
    auto document = mof::read_document(source->bytes, source->name, parsing);
    if (!document.ok()) return report_mistakes(setting, options, document);
    if (options.check) return check(setting, document);

    if (const auto server = remote_server(options.name_space); !server.empty()) {
        setting.terminal.complain(
            {Status::NotSupported,
             fmt::format("'{}' is another computer, and this release connects to none: run mofcomp "
                         "there",
                         server)});
        return mof_refused;
    }
    const bool parted = !options.amendment.empty() || document.amendment;
    if (parted == options.mof_file.empty()) {
        return bad_switch(setting, parted
                                       ? "a file with an amendment is parted into two, which need "
                                         "names: -MOF:FILE and -MFL:FILE"
                                       : "-MOF and -MFL need -AMENDMENT, or #pragma amendment in "
                                         "the file");
    }
    const Input input{std::move(*source), std::move(document), *compile};
    if (parted || !options.binary_file.empty()) return write_files(setting, options, input, parted);

    warn_of_switches(setting, options);
    return store(setting, options, input, reader);
}

}  // namespace openwmi::cli
