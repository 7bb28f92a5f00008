#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/local_check.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/table.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t rows_a_table = 1000;  // then a new one begins, so that memory is bounded

// Objects as rows, with the columns that the first of them has.
class TableOfObjects {
  public:
    explicit TableOfObjects(const Terminal& terminal) : terminal_(terminal) {}
    ~TableOfObjects() { flush(); }
    TableOfObjects(const TableOfObjects&) = delete;
    TableOfObjects& operator=(const TableOfObjects&) = delete;

    void add(const Json& object) {
        if (!table_) begin(object);
        std::vector<Table::Cell> cells;
        for (const auto& name : names_) {
            const auto value = object.find(name);
            const bool none = value == object.end() || value->is_null();
            cells.push_back({none ? "NULL" : value_text(*value), none ? Style::Dim : Style::Plain});
        }
        table_->add(std::move(cells));
        if (++rows_ == rows_a_table) flush();
    }

  private:
    void begin(const Json& object) {
        names_.clear();
        std::vector<Table::Column> columns;
        for (const auto& [name, value] : object.items()) {
            if (name.starts_with("__")) continue;
            names_.push_back(name);
            const auto align = value.is_number() ? Table::Align::Right : Table::Align::Left;
            columns.push_back({name, align, true});
        }
        if (names_.empty()) {
            names_.push_back("__CLASS");
            columns.push_back({"__CLASS", Table::Align::Left, true});
        }
        table_.emplace(std::move(columns));
    }
    void flush() {
        if (table_) table_->print(terminal_);
        table_.reset();
        rows_ = 0;
    }

    const Terminal& terminal_;
    std::vector<std::string> names_;
    std::optional<Table> table_;
    std::size_t rows_ = 0;
};

bool selects_some_properties(const std::string& text) {
    const auto parsed = wql::parse(text);
    return parsed && parsed->select() && !parsed->select()->selects_all();
}

}  // namespace

int query(const Setting& setting, const QueryOptions& options) {
    if (!is_correct(setting, options.query)) return failed;
    const ServiceDoor door(setting.socket);
    auto lines =
        door.lines("POST", "/v1/query",
                   Json{{"namespace", options.name_space}, {"query", options.query}}.dump());
    if (!lines) return setting.terminal.complain(lines.error());
    const bool as_table = options.table || selects_some_properties(options.query);
    std::size_t count = 0;
    TableOfObjects table(setting.terminal);
    for (std::string line;;) {
        const auto next = lines->next_line(line);
        if (!next) return setting.terminal.complain(next.error());
        if (*next == http::Call::Next::End) break;
        if (*next == http::Call::Next::Interrupted) continue;
        const auto object = Json::parse(line, nullptr, false);
        if (const auto error = error_in(object)) return setting.terminal.complain(*error);
        ++count;
        if (setting.json) {
            setting.terminal.line(line);
        } else if (as_table) {
            table.add(object);
        } else {
            setting.terminal.out((count > 1 ? "\n" : "") + object_block(setting.terminal, object));
        }
    }
    if (count == 0 && !setting.json) setting.terminal.note("no instances");
    return ok;
}

}  // namespace openwmi::cli
