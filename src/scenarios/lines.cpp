#include "scenarios/lines.h"

#include <regex>

#include "base/text.h"

namespace openwmi::scenarios {

namespace {

std::size_t comment_begin(std::string_view line) {
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quote != '\0' && line[i] == '\\') {
            ++i;
        } else if (quote != '\0') {
            if (line[i] == quote) quote = '\0';
        } else if (line[i] == '"' || line[i] == '\'') {
            quote = line[i];
        } else if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) {
            return i;
        }
    }
    return line.size();
}

std::vector<std::string> rows_in(const std::string& comment) {
    static const std::regex row("\\b[A-Z][A-Z0-9]{1,2}-[0-9]{3}\\b");
    std::vector<std::string> rows;
    for (std::sregex_iterator it(comment.begin(), comment.end(), row), end; it != end; ++it) {
        rows.push_back(it->str());
    }
    return rows;
}

}  // namespace

std::vector<Line> split_lines(std::string_view text) {
    std::vector<Line> lines;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto whole = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        const auto raw = base::trim(whole);
        if (raw.empty()) continue;
        Line line;
        line.number = number;
        line.indent = whole.find_first_not_of(" \t");
        line.raw = std::string(raw);
        const auto comment = comment_begin(raw);
        line.text = std::string(base::trim(raw.substr(0, comment)));
        line.rows = rows_in(line.raw.substr(comment));
        lines.push_back(std::move(line));
    }
    return lines;
}

std::size_t block_length(std::span<const Line> lines, std::size_t indent) {
    std::size_t length = 0;
    while (length < lines.size() && lines[length].indent > indent) ++length;
    return length;
}

}  // namespace openwmi::scenarios
