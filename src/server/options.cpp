#include "server/options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "http/address.h"
#include "server/version.h"

namespace openwmi::server {

namespace {

constexpr int usage_error = 2;

const std::map<std::string, Level> levels = {{"error", Level::Error},
                                             {"warning", Level::Warning},
                                             {"info", Level::Info},
                                             {"debug", Level::Debug}};

void define(CLI::App& app, Options& options) {
    app.set_version_flag("--version", "openwmid " + std::string(version));
    app.add_option("--state", options.state_folder,
                   "Folder of the repository, the counters and the socket")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--socket", options.socket, "Socket of the JSON door [openwmid.sock in --state]")
        ->type_name("FILE");
    app.add_option("--classes", options.classes,
                   "Folders of class registration files, instead of the usual ones")
        ->type_name("DIR")
        ->delimiter(':');
    app.add_option("--mof", options.mofs,
                   "Folders whose *.mof files are compiled at the start, when they have changed")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--apply", options.apply,
                   "Folders whose *.mof files the service holds, applied at the start as by "
                   "openwmi apply")
        ->type_name("DIR");
    app.add_option("--log-level", options.log_level, "error, warning, info or debug")
        ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case))
        ->type_name("LEVEL");
    app.add_flag("--foreground")->description("Stay in the foreground, as openwmid always does");
    app.add_flag("--naive-matcher", options.naive_matcher)->group("");
    app.footer(
        "openwmid matches events against the subscriptions in its repository and delivers them.\n"
        "It runs in the foreground, logs to stderr and ends on SIGTERM or SIGINT.\n"
        "Talk to it with openwmi(1).");
}

}  // namespace

std::variant<Options, int> read_options(int count, const char* const* arguments) {
    Options options;
    options.state_folder = http::default_state_folder();
    if (std::filesystem::is_directory(shipped_mofs)) options.mofs = {shipped_mofs};
    CLI::App app("The service of OpenWMI: permanent events for Linux", "openwmid");
    define(app, options);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : usage_error;
    }
    if (options.socket.empty()) options.socket = http::socket_in(options.state_folder);
    return options;
}

}  // namespace openwmi::server
