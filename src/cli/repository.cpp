#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/exit_code.h"
#include "cli/local_check.h"
#include "cli/service_door.h"
#include "cli/verbs.h"
#include "http/address.h"
#include "repository/maintenance.h"
#include "repository/store.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

constexpr auto patience = std::chrono::seconds(60);

fs::path repository_of(const RepositoryOptions& options) {
    return (options.state.empty() ? http::default_state_folder() : options.state) / "repository";
}

// What a command did, as JSON or in words.
int report(const Setting& setting, const Json& json, std::string_view words) {
    setting.terminal.line(setting.json ? json.dump() : std::string(words));
    return ok;
}

Json to_json(const repository::Verification& found) {
    return {{"whole", found.whole()},         {"problems", found.problems},
            {"namespaces", found.namespaces}, {"classes", found.classes},
            {"instances", found.instances},   {"index_entries", found.index_entries},
            {"layouts", found.layouts}};
}

int print_verification(const Setting& setting, const Json& found) {
    const bool whole = found.value("whole", false);
    const auto number = [&](const char* name) { return found.value(name, std::uint64_t{0}); };
    if (setting.json) {
        setting.terminal.line(found.dump());
    } else {
        for (const auto& problem : found.value("problems", Json::array())) {
            setting.terminal.line(problem.is_string() ? problem.get<std::string>() : "");
        }
        setting.terminal.line(fmt::format(
            "{}: {} namespaces, {} classes, {} instances, {} index entries, {} layouts",
            setting.terminal.paint(whole ? Style::Good : Style::Bad,
                                   whole ? "whole" : "damaged (ERROR_INTERNAL_DB_CORRUPTION 1358)"),
            number("namespaces"), number("classes"), number("instances"), number("index_entries"),
            number("layouts")));
    }
    return whole ? ok : problems_found;
}

// The running service, when it was started; empty: it cannot be reached.
std::string started_at(const Setting& setting) {
    const auto answer = ServiceDoor(setting.socket).get(http::Target("/v1/status"));
    const auto json = answer ? Json::parse(*answer, nullptr, false) : Json();
    return json.is_object() ? json.value("started", std::string()) : std::string();
}

// Has the service restore, and waits until it has started again: what came of it, its log says.
Result<> restore_into_service(const Setting& setting, const RepositoryOptions& options) {
    const auto before = started_at(setting);
    const Json wanted{{"file", fs::absolute(options.file).string()}, {"force", options.force}};
    WMI_TRY(ServiceDoor(setting.socket).post("/v1/repository/restore", wanted.dump()));
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto now = started_at(setting);
        if (!now.empty() && now != before) return {};
        if (std::chrono::steady_clock::now() > end) {
            return fail(Status::TimedOut, "the service has stopped and is not back after {} s",
                        patience.count());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

Result<> back_up_offline(const RepositoryOptions& options, const fs::path& file) {
    const auto store =
        WMI_TRY(repository::Store::open({.folder = repository_of(options), .create = false}));
    return store->backup(file);
}

// Passes the text of an export on to a file or to standard output.
Result<> copy_export(http::Call& lines, std::ostream& out) {
    for (std::string line;;) {
        const auto next = WMI_TRY(lines.next_line(line));
        if (next == http::Call::Next::End) break;
        if (next != http::Call::Next::Line) continue;
        const auto json = Json::parse(line, nullptr, false);
        if (const auto error = error_in(json)) return fail(*error);
        out << json.value("mof", std::string());
    }
    out.flush();
    if (out) return {};
    return fail(Status::OutOfDiskSpace, "the export cannot be written");
}

}  // namespace

int back_up(const Setting& setting, const RepositoryOptions& options) {
    const auto file = fs::absolute(options.file);
    Result<> done;
    if (options.state.empty()) {
        const auto answer =
            ServiceDoor(setting.socket)
                .post("/v1/repository/backup", Json{{"file", file.string()}}.dump());
        if (!answer) done = fail(answer.error());
    } else {
        done = back_up_offline(options, file);
    }
    if (!done) return setting.terminal.complain(done.error());
    return report(setting, {{"file", file.string()}},
                  fmt::format("the repository is saved in {}", file.string()));
}

int restore(const Setting& setting, const RepositoryOptions& options) {
    if (options.state.empty() && !started_at(setting).empty()) {
        const auto done = restore_into_service(setting, options);
        if (!done) return setting.terminal.complain(done.error());
        return report(setting, {{"file", options.file.string()}},
                      fmt::format("the service has started again to restore {}; its log says what "
                                  "came of it and where the old repository is kept",
                                  options.file.string()));
    }
    const auto place = repository_of(options);
    const auto aside = repository::restore(place, options.file);
    if (!aside) return setting.terminal.complain(aside.error());
    return report(setting, {{"repository", place.string()}, {"previous", aside->string()}},
                  aside->empty() ? fmt::format("{} is restored", place.string())
                                 : fmt::format("{} is restored; what it was is kept in {}",
                                               place.string(), aside->string()));
}

int verify(const Setting& setting, const RepositoryOptions& options) {
    if (options.state.empty() && options.file.empty()) {
        const auto answer = ServiceDoor(setting.socket).get(http::Target("/v1/repository/verify"));
        if (answer) {
            const auto json = Json::parse(*answer, nullptr, false);
            if (json.is_object()) return print_verification(setting, json);
            return setting.terminal.complain(
                {Status::TransportFailure, "the answer is not understood"});
        }
        if (answer.error().status != Status::TransportFailure) {
            return setting.terminal.complain(answer.error());
        }
    }
    const auto found =
        repository::verify(options.file.empty() ? repository_of(options) : options.file);
    if (!found) return setting.terminal.complain(found.error());
    return print_verification(setting, to_json(*found));
}

int salvage(const Setting& setting, const RepositoryOptions& options) {
    std::error_code code;
    fs::create_directories(options.file, code);
    const auto to = options.file / "repository";
    const auto found = repository::salvage(repository_of(options), to);
    if (!found) return setting.terminal.complain(found.error());
    for (const auto& each : found->reports) setting.terminal.note(each);
    const Json json{{"repository", to.string()}, {"namespaces", found->namespaces},
                    {"classes", found->classes}, {"instances", found->instances},
                    {"lost", found->lost},       {"reports", found->reports}};
    report(
        setting, json,
        fmt::format("{} namespaces, {} classes and {} instances are in {}; {} are known to be "
                    "lost. The damaged repository is as it was",
                    found->namespaces, found->classes, found->instances, to.string(), found->lost));
    return found->reports.empty() ? ok : problems_found;
}

int export_repository(const Setting& setting, const RepositoryOptions& options) {
    auto lines = ServiceDoor(setting.socket).lines("GET", "/v1/repository/export", "");
    if (!lines) return setting.terminal.complain(lines.error());
    if (options.file.empty()) {
        const auto done = copy_export(*lines, std::cout);
        return done ? ok : setting.terminal.complain(done.error());
    }
    const fs::path made = options.file.string() + ".new";
    std::ofstream out(made, std::ios::binary);
    auto done = out ? copy_export(*lines, out)
                    : fail(Status::AccessDenied, "cannot write {}", made.string());
    out.close();
    std::error_code code;
    if (done) fs::rename(made, options.file, code);
    if (!done || code) fs::remove(made, code);
    if (!done) return setting.terminal.complain(done.error());
    return report(setting, {{"file", options.file.string()}},
                  fmt::format("exported to {}", options.file.string()));
}

int reset(const Setting& setting, const RepositoryOptions& options) {
    if (!options.yes) {
        setting.terminal.note(
            "reset moves the whole repository aside, with every subscription in it: say --yes");
        return usage;
    }
    const auto aside = repository::reset(repository_of(options));
    if (!aside) return setting.terminal.complain(aside.error());
    return report(setting, {{"previous", aside->string()}},
                  fmt::format("the next start makes an empty repository; what it was is kept in {}",
                              aside->string()));
}

}  // namespace openwmi::cli
