#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cim/class.h"
#include "cim/instance.h"
#include "repository/catalog.h"
#include "repository/layouts.h"
#include "repository/rows.h"
#include "repository/sqlite.h"

namespace openwmi::repository {

// The tables of the index: for each stored instance and each indexed property that is not NULL, one
// entry. They change in the transaction that changes the instance, so they always agree.

// Brings the entries of one instance from what it was to what it is; null: it was not, or is no
// more. Both are of one class.
struct IndexedRow {
    std::int64_t name_space = 0;
    std::int64_t id = 0;  // of the instance
};
Result<> update_index(Database& database, IndexedRow row, const cim::Instance* before,
                      const cim::Instance* after);

// Drops the entries of a class, or of all classes of a namespace.
Result<> erase_index(Database& database, std::int64_t name_space, std::string_view class_key);
Result<> erase_index(Database& database, std::int64_t name_space);

// True when the entries made under one are those that the other asks for.
bool same_index(const cim::Class& a, const cim::Class& b);

// Makes the entries of a class anew, a page of instances at a time.
Result<> rebuild_index(Database& database, const Namespace& name_space, const cim::Class& cls,
                       const Layouts& layouts);
// Of all stored instances.
Result<> rebuild_index(Database& database, const Catalog& catalog, const Layouts& layouts);

// What the index of a system class depends on: it changes with the program. A file whose index was
// made with another one is brought up to date when it is opened.
std::string index_version();

// A part of one property's index, both ends included.
struct IndexRange {
    std::string property;  // row_key of its name
    std::string from;
    std::string to;
};
// Where a page ended.
struct IndexPosition {
    std::string value;
    std::int64_t instance = 0;
};
struct IndexScan {
    std::int64_t name_space = 0;
    std::string class_key;
    IndexRange range;
    std::optional<IndexPosition> after;
};
// As append_page, in the order of the values; `positions` gets one for each row.
Result<bool> append_matches(Database& database, const IndexScan& scan, PageLimit limit,
                            std::vector<Row>& rows, std::vector<IndexPosition>& positions);

}  // namespace openwmi::repository
