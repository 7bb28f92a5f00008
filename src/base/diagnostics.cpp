#include "base/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace openwmi::base {
namespace {

constexpr std::size_t tab_width = 4;
constexpr std::size_t widest_excerpt =
    160;  // columns; a longer line is shown around the mistake only
constexpr std::size_t excerpt_before = 80;

// The line that `offset` is in, without its line end (\n, \r\n or \r).
Span line_around(std::string_view text, std::size_t offset) {
    std::size_t begin = std::min(offset, text.size());
    // Between \r and \n we are still at the end of the line before.
    if (begin > 0 && begin < text.size() && text[begin - 1] == '\r' && text[begin] == '\n') --begin;
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r') --begin;
    return {begin, end};
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
    return count;
}

// A line laid out in columns, and the columns that the mistake takes. Column i shows cells[i].
struct Excerpt {
    std::vector<std::string> cells;
    std::size_t mark_begin = 0;
    std::size_t mark_end = 0;
};

// Tabs become blanks; control characters, which could steer a terminal, and bad bytes become
// U+FFFD.
Excerpt lay_out(std::string_view text, Span line, Span span) {
    Excerpt excerpt;
    auto& cells = excerpt.cells;
    for (std::size_t at = line.begin; at < line.end;) {
        if (at <= span.begin) excerpt.mark_begin = cells.size();
        const bool marked = at < span.end;
        const char32_t c = next_code_point(text, at);
        if (c == U'\t') {
            cells.resize(cells.size() + tab_width - cells.size() % tab_width, " ");
        } else {
            append_utf8(cells.emplace_back(), c < 0x20 || (c >= 0x7F && c < 0xA0) ? U'\uFFFD' : c);
        }
        if (marked) excerpt.mark_end = cells.size();
    }
    if (span.begin >= line.end) excerpt.mark_begin = cells.size();
    excerpt.mark_end = std::max(excerpt.mark_end, excerpt.mark_begin + 1);
    return excerpt;
}

std::string draw(const Excerpt& excerpt) {
    std::size_t begin = 0;
    std::size_t end = excerpt.cells.size();
    if (end > widest_excerpt) {
        begin = excerpt.mark_begin > excerpt_before ? excerpt.mark_begin - excerpt_before : 0;
        end = std::min(end, begin + widest_excerpt);
    }
    std::string line = begin > 0 ? "..." : "";
    std::string marker(line.size() + excerpt.mark_begin - begin, ' ');
    for (std::size_t i = begin; i < end; ++i) line += excerpt.cells[i];
    if (end < excerpt.cells.size()) line += "...";
    line.erase(line.find_last_not_of(' ') + 1);
    const std::size_t mark_end = std::min(excerpt.mark_end, std::max(end, excerpt.mark_begin + 1));
    marker.push_back('^');
    marker.append(mark_end - excerpt.mark_begin - 1, '~');
    return line + '\n' + marker + '\n';
}

}  // namespace

Position position(std::string_view text, std::size_t offset) {
    const Span line = line_around(text, offset);
    Position result;
    for (std::size_t at = 0; at < line.begin; ++at) {
        const bool before_newline = at + 1 < text.size() && text[at + 1] == '\n';
        if (text[at] == '\n' || (text[at] == '\r' && !before_newline)) ++result.line;
    }
    const std::size_t within = std::min(offset, line.end);
    result.column += count_code_points(text.substr(line.begin, within - line.begin));
    return result;
}

std::string render(const Diagnostic& diagnostic, std::string_view text, std::string_view name) {
    const Span line = line_around(text, diagnostic.span.begin);
    const Position at = position(text, diagnostic.span.begin);
    const std::string_view sentence =
        diagnostic.message.empty() ? base::text(diagnostic.status) : diagnostic.message;
    const std::string_view code = symbol(diagnostic.status);
    return fmt::format("{}:{}:{}: {}: {}{}\n{}", diagnostic.file.empty() ? name : diagnostic.file,
                       at.line, at.column,
                       diagnostic.severity == Severity::Error ? "error" : "warning", sentence,
                       code.empty() ? std::string() : fmt::format("  [{}]", code),
                       draw(lay_out(text, line, diagnostic.span)));
}

bool has_errors(const Diagnostics& diagnostics) {
    return std::ranges::any_of(diagnostics,
                               [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

}  // namespace openwmi::base
