#include "repository/format.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "base/fold.h"

namespace openwmi::repository {
namespace {

constexpr std::uint32_t application_id = 0x4F574D49;  // "OWMI"
// Up to this size a start looks at every page.
constexpr std::int64_t small_bytes = std::int64_t{32} << 20;

// What format 2 added: the index of the properties that are looked for.
constexpr const char* index_statements[] = {
    ("CREATE TABLE indices (id INTEGER PRIMARY KEY, namespace INTEGER NOT NULL"
     " REFERENCES namespaces(id), class TEXT NOT NULL, property TEXT NOT NULL,"
     " UNIQUE (namespace, class, property))"),
    ("CREATE TABLE entries (index_id INTEGER NOT NULL, value BLOB NOT NULL,"
     " instance INTEGER NOT NULL, PRIMARY KEY (index_id, value, instance)) WITHOUT ROWID"),
    "INSERT INTO store VALUES ('index', '')",
    "PRAGMA user_version = 2",
};

// Statements of a new file, one after the other; the last makes it a write-ahead-log database for
// good. Numbers are those of the constants above.
constexpr const char* format_statements[] = {
    "PRAGMA application_id = 0x4F574D49",
    "PRAGMA foreign_keys = ON",
    "CREATE TABLE store (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
    ("CREATE TABLE namespaces (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES namespaces(id),"
     " path TEXT NOT NULL, key TEXT NOT NULL UNIQUE, object BLOB NOT NULL)"),
    ("CREATE TABLE classes (namespace INTEGER NOT NULL REFERENCES namespaces(id),"
     " key TEXT NOT NULL, declaration BLOB NOT NULL, PRIMARY KEY (namespace, key)) WITHOUT ROWID"),
    ("CREATE TABLE layouts (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE,"
     " layout BLOB NOT NULL)"),
    ("CREATE TABLE instances (id INTEGER PRIMARY KEY,"
     " namespace INTEGER NOT NULL REFERENCES namespaces(id),"
     " dynasty TEXT NOT NULL, key TEXT NOT NULL, class TEXT NOT NULL, object BLOB NOT NULL,"
     " UNIQUE (namespace, dynasty, key))"),
    "CREATE INDEX instances_of_class ON instances (namespace, class, key)",
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL)",
    "INSERT INTO store VALUES ('ticket', 0)",
};

// What to do about a file that is refused: the same for every reason.
std::string remedy(const std::filesystem::path& file) {
    return fmt::format(
        "It was left as it is. Move {} away and restore a backup in its place; with nothing in its "
        "place a new, empty repository is made",
        file.parent_path().string());
}

std::uint32_t big_endian(const unsigned char* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
           std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

}  // namespace

tl::unexpected<Error> damaged(const std::filesystem::path& file, std::string_view how) {
    return fail(Status::CriticalError, "the repository {} is damaged: {}. {}", file.string(), how,
                remedy(file));
}

Result<> format_database(const Database::Options& options) {
    auto database = WMI_TRY(Database::open(options));
    WMI_TRY(database->begin());
    for (const char* statement : format_statements) WMI_TRY(database->execute(statement));
    WMI_TRY(upgrade_tables(*database, 1));
    WMI_TRY(database->execute("INSERT INTO store VALUES ('fold', ?)", base::fold_version()));
    WMI_TRY(database->commit());
    return database->execute("PRAGMA journal_mode = WAL");
}

Result<> check_header(const std::filesystem::path& file) {
    // Offsets from "The Database Header" of SQLite's file format.
    std::array<unsigned char, 100> header{};
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return fail(Status::AccessDenied, "cannot read {}", file.string());
    stream.read(reinterpret_cast<char*>(header.data()), header.size());
    if (stream.gcount() != header.size() ||
        std::memcmp(header.data(), "SQLite format 3", 16) != 0) {
        return damaged(file, "it does not begin like a database");
    }
    const std::uint32_t application = big_endian(&header[68]);
    const std::uint32_t version = big_endian(&header[60]);
    if (application != application_id) {
        return fail(Status::InvalidObject,
                    "{} is the database of another program (application id {:#010x}). {}",
                    file.string(), application, remedy(file));
    }
    if (version > format_version) {
        return fail(Status::DatabaseVerMismatch,
                    "the repository {} has format {}, this release knows up to {}: install the "
                    "release that wrote it, or a newer one. {}",
                    file.string(), version, format_version, remedy(file));
    }
    if (version == 0) return damaged(file, "its format number is missing");
    return {};
}

namespace {

Result<> check_pages(Database& database, const std::filesystem::path& file, const char* pragma) {
    auto check = database.query(pragma);
    const auto row = check.step();
    if (!row) return damaged(file, row.error().message);
    if (check.text(0) != "ok") return damaged(file, check.text(0));
    return {};
}

Result<std::int64_t> bytes_in_database(Database& database, const std::filesystem::path& file) {
    auto size =
        database.query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    const auto row = size.step();
    if (!row) return damaged(file, row.error().message);
    return size.integer(0);
}

}  // namespace

Result<> check_content(Database& database, const std::filesystem::path& file) {
    if (WMI_TRY(bytes_in_database(database, file)) <= small_bytes) {
        WMI_TRY(check_pages(database, file, "PRAGMA quick_check(1)"));
    } else {
        for (const char* pragma : {"PRAGMA quick_check(store)", "PRAGMA quick_check(namespaces)",
                                   "PRAGMA quick_check(classes)", "PRAGMA quick_check(layouts)"}) {
            WMI_TRY(check_pages(database, file, pragma));
        }
    }
    auto fold = database.query("SELECT value FROM store WHERE key = 'fold'");
    const auto row = fold.step();
    if (!row) return damaged(file, row.error().message);
    if (!*row) return damaged(file, "its table of case folding is not named");
    if (fold.text(0) != base::fold_version()) {
        return fail(Status::DatabaseVerMismatch,
                    "the keys in {} were made with case folding {}, this release folds with {}: "
                    "export it with the release that wrote it and import it here. {}",
                    file.string(), fold.text(0), base::fold_version(), remedy(file));
    }
    return {};
}

Result<std::uint32_t> format_of(Database& database) {
    auto version = database.query("PRAGMA user_version");
    WMI_TRY(version.step());
    return static_cast<std::uint32_t>(version.integer(0));
}

Result<> upgrade_tables(Database& database, std::uint32_t from) {
    if (from >= 2) return {};
    for (const char* statement : index_statements) WMI_TRY(database.execute(statement));
    return {};
}

Result<> configure(Database& database, std::uint64_t max_bytes, bool durable) {
    WMI_TRY(database.execute("PRAGMA foreign_keys = ON"));
    WMI_TRY(database.execute("PRAGMA trusted_schema = OFF"));
    WMI_TRY(database.execute("PRAGMA cell_size_check = ON"));
    WMI_TRY(database.execute("PRAGMA cache_size = -16384"));
    WMI_TRY(database.execute("PRAGMA temp_store = MEMORY"));
    WMI_TRY(database.execute("PRAGMA busy_timeout = 10000"));
    WMI_TRY(database.execute("PRAGMA journal_size_limit = 16777216"));
    WMI_TRY(database.execute(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF"));
    auto page_size = database.query("PRAGMA page_size");
    WMI_TRY(page_size.step());
    const auto pages = max_bytes / static_cast<std::uint64_t>(page_size.integer(0));
    return database.set_max_pages(pages);
}

}  // namespace openwmi::repository
