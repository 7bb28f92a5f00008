#include "repository/sqlite.h"

#include <sqlite3.h>

#include <cerrno>

#include "base/check.h"

namespace openwmi::repository {
namespace {

// An object larger than this is refused (WBEM_LIMITS has no number for it).
constexpr int max_value_bytes = 64 << 20;

Status status_of(int code, int system_error) {
    if (system_error == ENOSPC || system_error == EDQUOT) return Status::OutOfDiskSpace;
    switch (code & 0xff) {
        case SQLITE_FULL: return Status::OutOfDiskSpace;
        case SQLITE_NOMEM: return Status::OutOfMemory;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return Status::CriticalError;
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH: return Status::AccessDenied;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return Status::RetryLater;
        case SQLITE_TOOBIG: return Status::ValueOutOfRange;
        default: return Status::Failed;
    }
}

}  // namespace

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      code_(other.code_) {}

Query::~Query() {
    if (!statement_) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

Result<bool> Query::step() {
    if (code_ != SQLITE_OK) return fail(database_->error(code_));
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fail(database_->error(code));
}

Result<> Query::run() {
    while (WMI_TRY(step())) {
    }
    return {};
}

std::int64_t Query::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string Query::text(int column) const {
    const auto* data = sqlite3_column_text(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data ? std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size))
                : std::string();
}

std::vector<std::byte> Query::blob(int column) const {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return data ? std::vector<std::byte>(data, data + size) : std::vector<std::byte>();
}

void Query::bind(int index, std::int64_t value) {
    if (code_ == SQLITE_OK) code_ = sqlite3_bind_int64(statement_, index, value);
}

void Query::bind(int index, std::string_view value) {
    if (code_ != SQLITE_OK) return;
    const char* data = value.data() ? value.data() : "";
    code_ =
        sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Query::bind(int index, std::span<const std::byte> value) {
    if (code_ != SQLITE_OK) return;
    const void* data = value.data() ? static_cast<const void*>(value.data()) : "";
    code_ = sqlite3_bind_blob64(statement_, index, data, value.size(), SQLITE_TRANSIENT);
}

namespace {

std::string immutable_uri(const std::filesystem::path& file) {
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(file).string()) {
        if (c == '%' || c == '?' || c == '#') {
            uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            uri.push_back(c);
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const Options& options) {
    sqlite3* handle = nullptr;
    const auto name = options.immutable ? immutable_uri(options.file) : options.file.string();
    const int access =
        options.immutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
    const int code =
        sqlite3_open_v2(name.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        options.vfs.empty() ? nullptr : options.vfs.c_str());
    auto database = std::unique_ptr<Database>(new Database(handle, options.file.string()));
    if (code != SQLITE_OK) return fail(database->error(code));
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, max_value_bytes);
    return database;
}

Database::~Database() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    const int code = sqlite3_close(handle_);
    WMI_CHECK(code == SQLITE_OK, "no query outlives its database");
}

Query Database::prepare(const char* sql) {
    if (const auto found = statements_.find(sql); found != statements_.end()) {
        WMI_CHECK(!sqlite3_stmt_busy(found->second), "a statement runs once at a time");
        return Query(*this, found->second, SQLITE_OK);
    }
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code == SQLITE_OK) statements_.emplace(sql, statement);
    return Query(*this, statement, code);
}

Error Database::error(int code) {
    const int system_error = handle_ ? sqlite3_system_errno(handle_) : 0;
    const bool io = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    const char* text = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    Error result{status_of(code, io ? system_error : 0),
                 fmt::format("{}: {} (SQLite error {})", label_, text, code)};
    if (!failure_) failure_ = result;
    return result;
}

Result<> Database::begin() {
    failure_.reset();
    return execute("BEGIN IMMEDIATE");
}

Result<> Database::commit() {
    if (failure_) return fail(*failure_);
    return execute("COMMIT");
}

void Database::rollback() {
    if (sqlite3_get_autocommit(handle_)) return;
    // A failing ROLLBACK leaves the failure recorded; the next begin reports what is wrong.
    static_cast<void>(execute("ROLLBACK"));
}

std::int64_t Database::last_row() const {
    return sqlite3_last_insert_rowid(handle_);
}

Result<> Database::set_max_pages(std::uint64_t pages) {
    // A pragma takes no parameters.
    const auto sql = fmt::format("PRAGMA max_page_count = {}", pages);
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(error(code));
    return {};
}

void Database::refuse(Error reason) {
    if (!failure_) failure_ = std::move(reason);
}

Result<> Database::copy_to(const std::filesystem::path& file) {
    const auto copy = WMI_TRY(open({file, ""}));
    auto* backup = sqlite3_backup_init(copy->handle_, "main", handle_, "main");
    if (!backup) return fail(copy->error(sqlite3_errcode(copy->handle_)));
    const int step = sqlite3_backup_step(backup, -1);
    const int code = sqlite3_backup_finish(backup);
    if (step != SQLITE_DONE || code != SQLITE_OK) {
        return fail(copy->error(code != SQLITE_OK ? code : step));
    }
    return {};
}

void Database::set_checkpoint_on_close(bool checkpoint) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, checkpoint ? 0 : 1, nullptr);
}

}  // namespace openwmi::repository
