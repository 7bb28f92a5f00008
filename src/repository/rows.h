#pragma once

#include <cstdint>
#include <optional>
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
};

// The rows of the table of instances, over any connection.
Result<std::optional<Row>> find_row(Database& database, const Place& place);
Result<> put_row(Database& database, const Place& place, const Row& row);
Result<> erase_row(Database& database, const Place& place);
Result<bool> has_rows(Database& database, std::int64_t name_space, std::string_view class_key);
Result<> erase_rows(Database& database, std::int64_t name_space, std::string_view class_key);

// Appends the rows of one class, in key order, that come after `after` (empty: all), until `limit`
// rows or about `limit_bytes` of objects stand in `rows`. True: there may be more.
struct PageLimit {
    std::size_t rows = 256;
    std::size_t bytes = std::size_t{4} << 20;
};
Result<bool> append_page(Database& database, std::int64_t name_space, std::string_view class_key,
                         const std::optional<std::string>& after, PageLimit limit,
                         std::vector<Row>& rows);

}  // namespace openwmi::repository
