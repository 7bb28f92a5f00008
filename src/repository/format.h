#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "repository/sqlite.h"

namespace openwmi::repository {

// The repository's file format (docs/formats/repository.md): its identity, its tables, and the
// checks that a file passes before anything is written to it.

// Lays the empty tables of a new repository into an empty file. The file is complete and on disk
// when this returns.
Result<> format_database(const Database::Options& options);

// Looks at the file's first bytes, without SQLite. Fails: CriticalError (no database),
// InvalidObject (another program's), DatabaseVerMismatch (a newer release's).
Result<> check_header(const std::filesystem::path& file);

// Looks at what a start needs: the schema, the tables that are read whole, and in a small file all
// of it (docs/decisions/0003-what-a-start-checks.md). Fails: CriticalError (damaged),
// DatabaseVerMismatch (written with another table of case folding).
Result<> check_content(Database& database, const std::filesystem::path& file);

inline constexpr std::uint32_t format_version = 2;
// The number of the format that a file has: needs a header that passed.
Result<std::uint32_t> format_of(Database& database);
// Brings the tables of an older format up to this one, within the caller's transaction.
Result<> upgrade_tables(Database& database, std::uint32_t from);

// CriticalError, with what to do about it.
tl::unexpected<Error> damaged(const std::filesystem::path& file, std::string_view how);

// What every connection needs before its first use. `max_bytes` is the store's share of the disk.
Result<> configure(Database& database, std::uint64_t max_bytes, bool durable);

}  // namespace openwmi::repository
