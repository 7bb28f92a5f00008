#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::scenarios {

// One line of a scenario that says something.
struct Line {
    std::size_t number = 0;
    std::size_t indent = 0;
    std::string raw;                // without its indentation
    std::string text;               // without its comment, too
    std::vector<std::string> rows;  // that its comment names
};

// The lines but for those that are empty. A line that is only a comment has an empty text: within
// `mof` it belongs to the MOF, elsewhere the parser passes over it. A '#' in double or single
// quotes begins no comment.
std::vector<Line> split_lines(std::string_view text);

// How many lines at the front are indented more than this.
std::size_t block_length(std::span<const Line> lines, std::size_t indent);

}  // namespace openwmi::scenarios
