#include "log_file/backup_name.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace openwmi::consumers {
namespace {

constexpr int last_number = 999;

bool are_short_name_characters(std::string_view text) {
    constexpr std::string_view forbidden = "\"*+,/:;<=>?[\\]|. ";
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return c > ' ' && c < '\x7f' && forbidden.find(c) == std::string_view::npos;
    });
}

// The number of a backup "prefixNNN"; 0 when the name is none.
int backup_number(std::string_view name, std::string_view prefix) {
    if (name.size() != prefix.size() + 3 || name.substr(0, prefix.size()) != prefix) return 0;
    int number = 0;
    for (const char c : name.substr(prefix.size())) {
        if (c < '0' || c > '9') return 0;
        number = number * 10 + (c - '0');
    }
    return number;
}

}  // namespace

bool is_short_name(std::string_view name) {
    const auto dot = name.find('.');
    const auto base = name.substr(0, dot);
    if (base.empty() || base.size() > 8 || !are_short_name_characters(base)) return false;
    if (dot == std::string_view::npos) return true;
    const auto extension = name.substr(dot + 1);
    return !extension.empty() && extension.size() <= 3 && are_short_name_characters(extension);
}

std::optional<std::string> backup_name(std::string_view name,
                                       const std::vector<std::string>& names_in_folder) {
    const std::string prefix =
        is_short_name(name) ? std::string(name.substr(0, name.find('.'))) + "." : std::string(name);
    std::array<bool, last_number + 1> used{};
    used[0] = true;  // numbers begin with 001
    for (const std::string& other : names_in_folder) {
        used[static_cast<std::size_t>(backup_number(other, prefix))] = true;
    }
    int number = 0;
    if (used[last_number]) {
        number = static_cast<int>(std::find(used.begin(), used.end(), false) - used.begin());
        if (number > last_number) return std::nullopt;
    } else {
        number = last_number;
        while (!used[static_cast<std::size_t>(number - 1)]) --number;
    }
    char digits[16];
    std::snprintf(digits, sizeof digits, "%03d", number);
    return prefix + digits;
}

}  // namespace openwmi::consumers
