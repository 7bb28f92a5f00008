#include "cli/switches.h"

#include <array>
#include <string_view>

#include "base/fold.h"

namespace openwmi::cli {

namespace {

struct Switch {
    std::string_view name;
    std::string_view option;       // empty: not in this release
    std::string_view explanation;  // of why not
};
constexpr std::array<Switch, 15> switches = {{
    {"check", "--check", ""},
    {"autorecover", "--autorecover", ""},
    {"N", "--namespace", ""},
    {"class", "--class", ""},
    {"instance", "--instance", ""},
    {"amendment", "--amendment", ""},
    {"MOF", "--mof", ""},
    {"MFL", "--mfl", ""},
    {"B", "", "binary MOF files are not written in this release"},
    {"WMI", "", "binary MOF files are not checked in this release"},
    {"ER", "", "MOF resources are not extracted in this release"},
    {"L", "", "MOF resources are not extracted in this release"},
    {"U", "", "remote computers are not reached in this release"},
    {"P", "", "remote computers are not reached in this release"},
    {"A", "", "remote computers are not reached in this release"},
}};

}  // namespace

Result<std::vector<std::string>> translate_switches(const std::vector<std::string>& arguments) {
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
        if (known->option.empty()) {
            return fail(Status::NotSupported, "-{}: {}", known->name, known->explanation);
        }
        result.emplace_back(known->option);
        if (colon != std::string::npos) result.back() += "=" + argument.substr(colon + 1);
    }
    return result;
}

}  // namespace openwmi::cli
