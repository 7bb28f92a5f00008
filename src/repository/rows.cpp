#include "repository/rows.h"

#include <numeric>

namespace openwmi::repository {

Result<std::optional<Row>> find_row(Database& database, const Place& place) {
    auto rows = database.query(
        "SELECT class, object FROM instances WHERE namespace = ? AND dynasty = ? AND key = ?",
        place.name_space, place.dynasty, place.key);
    if (!WMI_TRY(rows.step())) return std::nullopt;
    return Row{rows.text(0), place.key, rows.blob(1)};
}

Result<> put_row(Database& database, const Place& place, const Row& row) {
    return database.execute(
        "INSERT INTO instances (namespace, dynasty, key, class, object) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (namespace, dynasty, key)"
        " DO UPDATE SET class = excluded.class, object = excluded.object",
        place.name_space, place.dynasty, place.key, row.class_key, row.object);
}

Result<> erase_row(Database& database, const Place& place) {
    return database.execute("DELETE FROM instances WHERE namespace = ? AND dynasty = ? AND key = ?",
                            place.name_space, place.dynasty, place.key);
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

Result<bool> append_page(Database& database, std::int64_t name_space, std::string_view class_key,
                         const std::optional<std::string>& after, PageLimit limit,
                         std::vector<Row>& rows) {
    auto found = after ? database.query(
                             "SELECT key, object FROM instances"
                             " WHERE namespace = ? AND class = ? AND key > ? ORDER BY key",
                             name_space, class_key, *after)
                       : database.query(
                             "SELECT key, object FROM instances"
                             " WHERE namespace = ? AND class = ? ORDER BY key",
                             name_space, class_key);
    std::size_t bytes =
        std::accumulate(rows.begin(), rows.end(), std::size_t{0},
                        [](std::size_t sum, const Row& row) { return sum + row.object.size(); });
    while (rows.size() < limit.rows && bytes < limit.bytes) {
        if (!WMI_TRY(found.step())) return false;
        rows.push_back({std::string(class_key), found.text(0), found.blob(1)});
        bytes += rows.back().object.size();
    }
    return true;
}

}  // namespace openwmi::repository
