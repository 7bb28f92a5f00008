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

}  // namespace openwmi::cli
