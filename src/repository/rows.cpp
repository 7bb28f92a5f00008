#include "repository/rows.h"

#include <numeric>

namespace openwmi::repository {

Result<std::optional<Row>> find_row(Database& database, const Place& place) {
    auto rows = database.query(
        "SELECT class, object, id FROM instances WHERE namespace = ? AND dynasty = ? AND key = ?",
        place.name_space, place.dynasty, place.key);
    if (!WMI_TRY(rows.step())) return std::nullopt;
    return Row{rows.text(0), place.key, rows.blob(1), rows.integer(2)};
}

Result<std::int64_t> insert_row(Database& database, const Place& place, const Row& row) {
    WMI_TRY(database.execute(
        "INSERT INTO instances (namespace, dynasty, key, class, object) VALUES (?, ?, ?, ?, ?)",
        place.name_space, place.dynasty, place.key, row.class_key, row.object));
    return database.last_row();
}

Result<> update_row(Database& database, const Row& row) {
    return database.execute("UPDATE instances SET object = ? WHERE id = ?", row.object, row.id);
}

Result<> erase_row(Database& database, std::int64_t id) {
    return database.execute("DELETE FROM instances WHERE id = ?", id);
}

Result<bool> has_rows(Database& database, std::int64_t name_space, std::string_view class_key) {
    return database
        .query("SELECT 1 FROM instances WHERE namespace = ? AND class = ? LIMIT 1", name_space,
               class_key)
        .step();
}

Result<> erase_rows(Database& database, std::int64_t name_space, std::string_view class_key) {
    return database.execute("DELETE FROM instances WHERE namespace = ? AND class = ?", name_space,
                            class_key);
}

std::size_t bytes_in(std::span<const Row> rows) {
    return std::accumulate(rows.begin(), rows.end(), std::size_t{0},
                           [](std::size_t sum, const Row& row) { return sum + row.object.size(); });
}

Result<bool> append_page(Database& database, std::int64_t name_space, std::string_view class_key,
                         const std::optional<std::string>& after, PageLimit limit,
                         std::vector<Row>& rows) {
    auto found = after ? database.query(
                             "SELECT key, object, id FROM instances"
                             " WHERE namespace = ? AND class = ? AND key > ? ORDER BY key",
                             name_space, class_key, *after)
                       : database.query(
                             "SELECT key, object, id FROM instances"
                             " WHERE namespace = ? AND class = ? ORDER BY key",
                             name_space, class_key);
    std::size_t bytes = bytes_in(rows);
    while (rows.size() < limit.rows && bytes < limit.bytes) {
        if (!WMI_TRY(found.step())) return false;
        rows.push_back({std::string(class_key), found.text(0), found.blob(1), found.integer(2)});
        bytes += rows.back().object.size();
    }
    return true;
}

}  // namespace openwmi::repository
