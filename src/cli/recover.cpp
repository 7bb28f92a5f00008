#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using nlohmann::json;

namespace {

int not_understood(const Setting& setting) {
    return setting.terminal.complain(
        {Status::TransportFailure, "the service's answer is not understood"});
}

int list_files(const Setting& setting, const json& files) {
    for (const auto& each : files) setting.terminal.line(printable(each.get<std::string>()));
    if (files.empty()) {
        setting.terminal.note(
            "No MOF file is compiled again when the repository is rebuilt. To have one, put "
            "#pragma autorecover on its first line and compile it.");
    }
    return ok;
}

int print_recovered(const Setting& setting, const json& files) {
    int code = ok;
    for (const auto& each : files) {
        const bool done = each.value("ok", false);
        for (const auto& mistake : each.value("mistakes", json::array())) {
            setting.terminal.note(painted_diagnostic(setting.terminal, mistake.get<std::string>()));
        }
        const auto line = fmt::format("{}: {}", printable(each.value("file", std::string())),
                                      printable(each.value("summary", std::string())));
        if (done) {
            setting.terminal.line(line);
        } else {
            setting.terminal.note(setting.terminal.paint(Style::Bad, "failed: ") + line);
            code = failed;
        }
    }
    return code;
}

}  // namespace

int recover(const Setting& setting, const RecoverOptions& options) {
    const ServiceDoor door(setting.socket);
    if (!options.forget.empty()) {
        const auto file = std::filesystem::absolute(options.forget).lexically_normal();
        const auto gone = door.remove(http::Target("/v1/autorecover").with("path", file.string()));
        if (!gone) return setting.terminal.complain(gone.error());
        setting.terminal.line(setting.json ? *gone : printable(file.string()) + " is off the list");
        return ok;
    }
    const auto answer =
        options.list ? door.get(http::Target("/v1/autorecover")) : door.post("/v1/recover", "{}");
    if (!answer) return setting.terminal.complain(answer.error());
    const auto parsed = json::parse(*answer, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("files")) return not_understood(setting);
    const json& files = parsed["files"];
    if (!setting.json) {
        return options.list ? list_files(setting, files) : print_recovered(setting, files);
    }
    setting.terminal.line(answer->substr(0, answer->find_last_not_of('\n') + 1));
    for (const auto& each : files) {
        if (!options.list && !each.value("ok", false)) return failed;
    }
    return ok;
}

}  // namespace openwmi::cli
