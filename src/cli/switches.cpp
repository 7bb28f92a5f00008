#include "cli/switches.h"

#include <array>
#include <string_view>

#include "base/fold.h"

namespace openwmi::cli {

namespace {

struct Switch {
    std::string_view name;
    std::string_view option;
};
constexpr std::array<Switch, 15> switches = {{
    {"check", "--check"},
    {"autorecover", "--autorecover"},
    {"N", "--namespace"},
    {"class", "--class"},
    {"instance", "--instance"},
    {"amendment", "--amendment"},
    {"MOF", "--mof"},
    {"MFL", "--mfl"},
    {"B", "--binary"},
    {"WMI", "--wmi"},
    {"ER", "--resource"},
    {"L", "--locale"},
    {"U", "--user"},
    {"P", "--password"},
    {"A", "--authority"},
}};

}  // namespace

std::vector<std::string> translate_switches(const std::vector<std::string>& arguments) {
    std::vector<std::string> result;
    for (const auto& argument : arguments) {
        const bool may_be_switch = argument.size() > 1 && argument[0] == '-' && argument[1] != '-';
        const auto colon = argument.find(':');
        const auto name = std::string_view(argument).substr(may_be_switch ? 1 : 0, colon - 1);
        const Switch* known = nullptr;
        for (const auto& each : switches) {
            if (may_be_switch && base::fold_equal(each.name, name)) known = &each;
        }
        if (!known) {
            result.push_back(argument);
            continue;
        }
        result.emplace_back(known->option);
        if (colon != std::string::npos) result.back() += "=" + argument.substr(colon + 1);
    }
    return result;
}

namespace {

bool is_switch(const std::string& argument, std::string_view name) {
    return argument.size() > 1 && (argument[0] == '/' || argument[0] == '-') &&
           base::fold_equal(std::string_view(argument).substr(1), name);
}

constexpr std::string_view winmgmt_usage =
    "usage: winmgmt /backup FILE | /restore FILE 0|1 | /verifyrepository [PATH] | "
    "/salvagerepository OUT | /resetrepository /yes";

}  // namespace

Result<std::vector<std::string>> translate_winmgmt(const std::vector<std::string>& arguments) {
    const auto count = arguments.size();
    const auto wrong = [] { return fail(Status::InvalidParameter, "{}", winmgmt_usage); };
    if (count == 0) return wrong();
    const auto& first = arguments[0];
    using Words = std::vector<std::string>;
    if (is_switch(first, "backup") && count == 2) {
        return Words{"repository", "backup", arguments[1]};
    }
    if (is_switch(first, "restore") && count == 3 && (arguments[2] == "0" || arguments[2] == "1")) {
        Words words{"repository", "restore", arguments[1]};
        if (arguments[2] == "1") words.emplace_back("--force");
        return words;
    }
    if (is_switch(first, "verifyrepository") && count <= 2) {
        Words words{"repository", "verify"};
        if (count == 2) words.push_back(arguments[1]);
        return words;
    }
    if (is_switch(first, "salvagerepository") && count == 2) {
        return Words{"repository", "salvage", arguments[1]};
    }
    if (is_switch(first, "resetrepository") && count <= 2) {
        Words words{"repository", "reset"};
        if (count == 2 && is_switch(arguments[1], "yes")) words.emplace_back("--yes");
        if (count == 2 && words.size() == 2) return wrong();
        return words;
    }
    for (const char* other :
         {"standalonehost", "sharedhost", "resyncperf", "regserver", "unregserver", "clearadap"}) {
        if (is_switch(first, other)) {
            return fail(Status::NotSupported,
                        "/{} means nothing here: there is one service, and "
                        "systemd runs it",
                        other);
        }
    }
    return wrong();
}

}  // namespace openwmi::cli
