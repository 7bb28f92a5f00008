#include "base/similar.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/fold.h"

namespace openwmi::base {

std::size_t distance(std::string_view a, std::string_view b) {
    const auto from = fold(a);
    const auto to = fold(b);
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::vector<std::string> similar(std::string_view name, const std::vector<std::string>& known) {
    std::vector<std::pair<std::size_t, std::string>> close;
    for (const auto& each : known) {
        const auto edits = distance(name.substr(0, 200), std::string_view(each).substr(0, 200));
        const bool contains = fold(each).find(fold(name)) != std::string::npos;
        if (edits <= 1 + name.size() / 4 || contains) close.emplace_back(edits, each);
    }
    std::ranges::sort(close);
    std::vector<std::string> result;
    for (const auto& [edits, each] : close) {
        if (result.size() < 3 && std::ranges::find(result, each) == result.end()) {
            result.push_back(each);
        }
    }
    return result;
}

}  // namespace openwmi::base
