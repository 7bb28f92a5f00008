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

// Objects as rows. Those that have other properties than the ones before begin a table of their
// own: endpoints of associations are of many classes.
class TableOfObjects {
  public:
    explicit TableOfObjects(const Terminal& terminal) : terminal_(terminal) {}
    ~TableOfObjects() { flush(); }
    TableOfObjects(const TableOfObjects&) = delete;
    TableOfObjects& operator=(const TableOfObjects&) = delete;

    void add(const Json& object) {
        auto names = names_of(object);
        if (table_ && names != names_) {
            flush();
            terminal_.line({});
        }
        if (!table_) begin(object, std::move(names));
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
    static std::vector<std::string> names_of(const Json& object) {
        std::vector<std::string> names;
        const bool is_class = object.value("__GENUS", 0) == 1;
        for (const auto& [name, value] : object.items()) {
            if (!name.starts_with("__") && !is_class) names.push_back(name);
        }
        if (is_class) names = {"__CLASS", "__SUPERCLASS"};
        if (names.empty()) names = {"__CLASS"};
        return names;
    }
    void begin(const Json& object, std::vector<std::string> names) {
        names_ = std::move(names);
        std::vector<Table::Column> columns;
        for (const auto& name : names_) {
            const bool number = object.contains(name) && object[name].is_number();
            columns.push_back({name, number ? Table::Align::Right : Table::Align::Left, true});
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
    if (count == 0 && !setting.json) setting.terminal.note("no results");
    return ok;
}

}  // namespace openwmi::cli
