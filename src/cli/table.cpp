#include "cli/table.h"

#include <algorithm>

#include "base/check.h"
#include "cli/text.h"

namespace openwmi::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_width = 6;

std::string padded(const std::string& text, std::size_t width, Table::Align align, bool last) {
    const std::size_t taken = columns(text);
    const std::string blanks(width > taken ? width - taken : 0, ' ');
    if (align == Table::Align::Right) return blanks + text;
    return last ? text : text + blanks;
}

}  // namespace

void Table::add(std::vector<Cell> cells) {
    WMI_CHECK(cells.size() == columns_.size(), "a row has a cell a column");
    for (auto& cell : cells) cell.text = printable(cell.text);
    rows_.push_back({std::move(cells), {}});
}

void Table::add_remark(const std::string& text, Style style) {
    WMI_CHECK(!rows_.empty(), "a remark belongs to a row");
    rows_.back().remarks.push_back({printable(text), style});
}

std::vector<std::size_t> Table::widths(std::size_t most) const {
    std::vector<std::size_t> widths;
    for (const auto& column : columns_) widths.push_back(cli::columns(column.title));
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            widths[i] = std::max(widths[i], cli::columns(row.cells[i].text));
        }
    }
    if (most == 0) return widths;
    const auto total = [&] {
        std::size_t sum = 0;
        for (const auto width : widths) sum += width == 0 ? 0 : width + (sum == 0 ? 0 : gap);
        return sum;
    };
    for (std::size_t i = widths.size(); i > 0 && total() > most; --i) {
        if (columns_[i - 1].may_go) widths[i - 1] = 0;
    }
    while (total() > most) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const bool gives = columns_[i].may_shrink && widths[i] > least_width;
            if (gives && (!widest || widths[i] > *widest)) widest = &widths[i];
        }
        if (!widest) break;
        --*widest;
    }
    return widths;
}

void Table::print(const Terminal& terminal) const {
    const auto sizes = widths(terminal.width());
    const auto write = [&](const std::vector<Cell>& cells) {
        std::string text;
        const auto behind =
            std::ranges::find_if(sizes.rbegin(), sizes.rend(), [](auto size) { return size > 0; }) -
            sizes.rbegin();
        const auto count = sizes.size() - static_cast<std::size_t>(behind);
        for (std::size_t i = 0; i < count; ++i) {
            if (sizes[i] == 0) continue;
            const bool last = i + 1 == count;
            const auto shown = shortened(cells[i].text, sizes[i]);
            text +=
                terminal.paint(cells[i].style, padded(shown, sizes[i], columns_[i].align, last));
            if (!last) text.append(gap, ' ');
        }
        terminal.line(text);
    };
    std::vector<Cell> titles;
    for (const auto& column : columns_) titles.push_back({column.title, Style::Bold});
    write(titles);
    for (const auto& row : rows_) {
        write(row.cells);
        for (const auto& remark : row.remarks) {
            const auto room = terminal.width() > 20 ? terminal.width() - 4 : 0;
            std::string_view lead = "  └ ";
            for (const auto& line : wrapped(remark.text, room)) {
                terminal.line(std::string(lead) + terminal.paint(remark.style, line));
                lead = "    ";
            }
        }
    }
}

}  // namespace openwmi::cli
