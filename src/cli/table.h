#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace openwmi::cli {

// Rows of cells, aligned, as wide as the terminal at most: then columns that may go are left out,
// the last one first, and the widest that may shrink give way. Value.
class Table {
  public:
    enum class Align { Left, Right };
    struct Column {
        std::string title;
        Align align = Align::Left;
        bool may_shrink = false;
        bool may_go = false;
    };
    struct Cell {
        std::string text;
        Style style = Style::Plain;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<Cell> cells);
    // Stands under the row that was added last, indented.
    void add_remark(const std::string& text, Style style = Style::Dim);
    bool empty() const { return rows_.empty(); }

    void print(const Terminal& terminal) const;

  private:
    struct Row {
        std::vector<Cell> cells;
        std::vector<Cell> remarks;
    };
    // Of each column, 0 where it is left out.
    std::vector<std::size_t> widths(std::size_t most) const;

    std::vector<Column> columns_;
    std::vector<Row> rows_;
};

}  // namespace openwmi::cli
