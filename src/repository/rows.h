#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "repository/sqlite.h"

namespace openwmi::repository {

// Where an instance is stored: its key is unique among all classes below one keyed dynasty.
struct Place {
    std::int64_t name_space = 0;
    std::string dynasty;  // row_key of the keyed dynasty's class
    std::string key;
};

struct Row {
    std::string class_key;
    std::string key;
    std::vector<std::byte> object;
    std::int64_t id = 0;
};

// The rows of the table of instances, over any connection.
Result<std::optional<Row>> find_row(Database& database, const Place& place);
// Returns its id, which it keeps for as long as it lives.
Result<std::int64_t> insert_row(Database& database, const Place& place, const Row& row);
Result<> update_row(Database& database, const Row& row);  // the object of the row with its id
Result<> erase_row(Database& database, std::int64_t id);
Result<bool> has_rows(Database& database, std::int64_t name_space, std::string_view class_key);
Result<> erase_rows(Database& database, std::int64_t name_space, std::string_view class_key);

// Appends the rows of one class, in key order, that come after `after` (empty: all), until `limit`
// rows or about `limit_bytes` of objects stand in `rows`. True: there may be more.
struct PageLimit {
    std::size_t rows = 256;
    std::size_t bytes = std::size_t{4} << 20;
};
std::size_t bytes_in(std::span<const Row> rows);
Result<bool> append_page(Database& database, std::int64_t name_space, std::string_view class_key,
                         const std::optional<std::string>& after, PageLimit limit,
                         std::vector<Row>& rows);

}  // namespace openwmi::repository
