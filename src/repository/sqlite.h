#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace openwmi::repository {

class Database;

// One run of a prepared statement; the statement is reset when this goes. A statement that could
// not be prepared says so in step. Confined to one thread, like its Database.
class Query {
  public:
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    Result<bool> step();  // true: a row; false: the end
    Result<> run();       // to the end, rows unread

    // Columns of the current row, from 0. Copies: they stay valid.
    std::int64_t integer(int column) const;
    std::string text(int column) const;
    std::vector<std::byte> blob(int column) const;

  private:
    friend class Database;
    Query(Database& database, sqlite3_stmt* statement, int code)
        : database_(&database), statement_(statement), code_(code) {}
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view value);
    void bind(int index, std::span<const std::byte> value);

    Database* database_;
    sqlite3_stmt* statement_;
    int code_;  // of preparing and binding
};

// A connection to an SQLite file. Statements are prepared once and kept. Confined to one thread at
// a time (its owner's lock).
class Database {
  public:
    struct Options {
        std::filesystem::path file;  // must exist
        std::string vfs;             // empty: the machine's files
        bool immutable = false;      // nobody writes to it: read without locks or logs
    };
    static Result<std::unique_ptr<Database>> open(const Options& options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // `sql` must be a literal (it is the key of the kept statement) and may run once at a time.
    template <class... Args>
    Query query(const char* sql, const Args&... args) {
        Query result = prepare(sql);
        int index = 0;
        (result.bind(++index, args), ...);
        return result;
    }
    template <class... Args>
    Result<> execute(const char* sql, const Args&... args) {
        return query(sql, args...).run();
    }

    // The first statement that failed since begin: the transaction around it must not be
    // committed, because SQLite may have ended it already.
    const std::optional<Error>& failure() const { return failure_; }
    Result<> begin();  // a writing transaction
    Result<> commit();
    void rollback();  // nothing to do when SQLite did it itself

    std::int64_t last_row() const;  // the id of the row inserted last
    Result<> set_max_pages(std::uint64_t pages);
    // While false, closing leaves the file and its log as they are (no checkpoint).
    void set_checkpoint_on_close(bool checkpoint);
    // Copies what is committed now, page for page, into another, empty file (synced by the caller).
    Result<> copy_to(const std::filesystem::path& file);
    // Makes the transaction impossible to commit, for a reason that SQLite does not know.
    void refuse(Error reason);

  private:
    friend class Query;
    Database(sqlite3* handle, std::string label) : handle_(handle), label_(std::move(label)) {}
    Query prepare(const char* sql);
    Error error(int code);

    sqlite3* handle_;
    std::string label_;  // names the file in messages
    std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
    std::optional<Error> failure_;
};

}  // namespace openwmi::repository
