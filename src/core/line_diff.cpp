#include "core/line_diff.h"

#include <algorithm>
#include <cstddef>

namespace openwmi::core {
namespace {

// Beyond so many comparisons everything is shown as gone and come.
constexpr std::size_t max_cells = std::size_t{4} << 20;

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1);
        auto line = text.substr(0, end + 1);
        if (line.ends_with('\n')) line.remove_suffix(1);
        lines.push_back(line);
        text.remove_prefix(end + 1);
    }
    return lines;
}

// The lengths of the longest common subsequences of all pairs of tails.
class CommonTails {
  public:
    CommonTails(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b)
        : width_(b.size() + 1), lengths_((a.size() + 1) * width_) {
        for (auto i = a.size(); i-- > 0;) {
            for (auto j = b.size(); j-- > 0;) {
                lengths_[i * width_ + j] =
                    a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
            }
        }
    }
    std::size_t at(std::size_t i, std::size_t j) const { return lengths_[i * width_ + j]; }

  private:
    std::size_t width_;
    std::vector<std::size_t> lengths_;
};

std::string marked(char mark, std::string_view line) {
    return std::string(1, mark) + std::string(line);
}

}  // namespace

std::vector<std::string> line_diff(std::string_view before, std::string_view after) {
    const auto a = lines_of(before);
    const auto b = lines_of(after);
    std::vector<std::string> result;
    std::size_t i = 0;
    std::size_t j = 0;
    if ((a.size() + 1) * (b.size() + 1) <= max_cells) {
        const CommonTails tails(a, b);
        while (i < a.size() && j < b.size()) {
            if (a[i] == b[j]) {
                ++i, ++j;
            } else if (tails.at(i + 1, j) >= tails.at(i, j + 1)) {
                result.push_back(marked('-', a[i++]));
            } else {
                result.push_back(marked('+', b[j++]));
            }
        }
    }
    while (i < a.size()) result.push_back(marked('-', a[i++]));
    while (j < b.size()) result.push_back(marked('+', b[j++]));
    return result;
}

}  // namespace openwmi::core
