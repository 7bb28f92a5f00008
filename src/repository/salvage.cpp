#include <algorithm>
#include <map>
#include <unordered_set>

#include "cim/codec.h"
#include "repository/files.h"
#include "repository/folder.h"
#include "repository/format.h"
#include "repository/layouts.h"
#include "repository/maintenance.h"
#include "repository/rows.h"
#include "repository/store.h"

namespace openwmi::repository {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_reports = 100;
constexpr std::size_t rows_in_a_commit = 1000;

// One salvage: reads what can be read of the old tables, row by row, and puts it into a new store
// as a client would. Confined to one thread.
class Salvager {
  public:
    Salvager(Database& old, Store& fresh) : old_(old), fresh_(fresh) {}

    Result<Salvage> run() {
        read_layouts();
        WMI_TRY(make_namespaces());
        WMI_TRY(put_classes());
        WMI_TRY(put_instances());
        return std::move(result_);
    }

  private:
    void report(std::string text) {
        if (result_.reports.size() < max_reports) result_.reports.push_back(std::move(text));
    }
    void lose(std::string text) {
        ++result_.lost;
        report(std::move(text));
    }

    // Calls `take` with the rows of a table with ids, in their order. Where a page cannot be read,
    // goes on behind it: at twice the distance each time.
    template <class Take>
    Result<> each_row(const char* sql, const char* table, const Take& take) {
        std::int64_t last = 0;
        std::int64_t skip = 0;
        constexpr std::int64_t longest_skip = std::int64_t{1} << 40;
        while (skip < longest_skip) {
            auto rows = old_.query(sql, last + skip);
            for (;;) {
                const auto row = rows.step();
                if (!row) {
                    if (skip == 0) report(fmt::format("{}: {}", table, row.error().message));
                    break;
                }
                if (!*row) return {};
                last = rows.integer(0);
                skip = 0;
                WMI_TRY(take(rows));
            }
            skip = skip == 0 ? 1 : skip * 2;
        }
        return {};
    }

    void read_layouts() {
        const auto done =
            each_row("SELECT id, layout FROM layouts WHERE id > ? ORDER BY id", "layouts",
                     [&](Query& row) -> Result<> {
                         const auto bytes = row.blob(1);
                         auto layout = cim::Layout::deserialize(
                             {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
                         if (layout) {
                             layouts_.add(*layout);
                         } else {
                             report("a layout: " + layout.error().message);
                         }
                         return {};
                     });
        if (!done) report(done.error().message);
    }

    Result<> make_namespaces() {
        std::map<std::string, std::int64_t> found;  // parents sort before their children
        WMI_TRY(each_row("SELECT id, path FROM namespaces WHERE id > ? ORDER BY id", "namespaces",
                         [&](Query& row) -> Result<> {
                             found.emplace(row.text(1), row.integer(0));
                             return {};
                         }));
        if (found.empty()) {
            return fail(Status::CriticalError, "not one namespace of it can be read");
        }
        for (const auto& [text, id] : found) {
            const auto path = cim::NamespacePath::parse(text);
            if (!path || !make_with_parents(*path)) {
                lose("namespace " + text);
                continue;
            }
            namespaces_.emplace(id, *path);
            ++result_.namespaces;
        }
        return {};
    }

    bool make_with_parents(const cim::NamespacePath& path) {
        if (fresh_.has_namespace(path)) return true;
        if (path.is_root() || path.empty() || !make_with_parents(path.parent())) return false;
        auto transaction = fresh_.begin();
        return transaction.create_namespace(path) && transaction.commit();
    }

    struct StoredClass {
        std::string key;
        std::vector<std::byte> declaration;
    };

    // From both ends, because this table has no numbers to skip by.
    std::vector<StoredClass> read_classes(std::int64_t name_space) {
        std::vector<StoredClass> result;
        std::unordered_set<std::string> seen;
        for (const char* sql :
             {"SELECT key, declaration FROM classes WHERE namespace = ? ORDER BY key",
              "SELECT key, declaration FROM classes WHERE namespace = ? ORDER BY key DESC"}) {
            auto rows = old_.query(sql, name_space);
            for (;;) {
                const auto row = rows.step();
                if (!row) report("classes: " + row.error().message);
                if (!row || !*row) break;
                if (seen.insert(rows.text(0)).second) {
                    result.push_back({rows.text(0), rows.blob(1)});
                }
            }
        }
        return result;
    }

    // As often as one more finds its superclass.
    Result<> put_classes() {
        for (const auto& [id, path] : namespaces_) {
            auto left = read_classes(id);
            std::string why;
            for (bool progress = true; progress && !left.empty();) {
                const auto before = left.size();
                std::erase_if(left, [&](const StoredClass& each) {
                    const auto put = put_class(path, each);
                    if (!put) why = put.error().message;
                    return put.has_value();
                });
                progress = left.size() < before;
            }
            for (const auto& each : left) lose(fmt::format("class {}: {}", each.key, why));
        }
        return {};
    }

    Result<> put_class(const cim::NamespacePath& path, const StoredClass& stored) {
        const auto schema = fresh_.schema(path);
        auto declaration =
            WMI_TRY(cim::decode_class(stored.declaration, layouts_.resolver(*schema)));
        auto transaction = fresh_.begin();
        WMI_TRY(transaction.put_class(path, std::move(declaration)));
        WMI_TRY(transaction.commit());
        ++result_.classes;
        return {};
    }

    Result<> put_instances() {
        std::optional<Transaction> transaction(fresh_.begin());
        std::size_t pending = 0;
        WMI_TRY(each_row(
            "SELECT id, namespace, class, key, object FROM instances WHERE id > ? ORDER BY id",
            "instances", [&](Query& row) -> Result<> {
                const auto put = put_instance(*transaction, row.integer(1), row.blob(4));
                if (!put) {
                    lose(fmt::format("instance {} of {}: {}", row.text(3), row.text(2),
                                     put.error().message));
                } else {
                    ++result_.instances;
                }
                if (++pending % rows_in_a_commit != 0) return {};
                WMI_TRY(transaction->commit());
                transaction.reset();
                transaction.emplace(fresh_.begin());
                return {};
            }));
        return transaction->commit();
    }

    Result<> put_instance(Transaction& transaction, std::int64_t name_space,
                          const std::vector<std::byte>& object) {
        const auto found = namespaces_.find(name_space);
        if (found == namespaces_.end()) return fail(Status::NotFound, "its namespace is lost");
        const auto schema = fresh_.schema(found->second);
        const auto instance =
            WMI_TRY(cim::decode_instance(object, layouts_.resolver(*schema), nullptr));
        WMI_TRY(transaction.put_instance(found->second, *instance));
        return {};
    }

    Database& old_;
    Store& fresh_;
    Layouts layouts_;
    std::map<std::int64_t, cim::NamespacePath> namespaces_;
    Salvage result_;
};

// A copy to read from: opening the original would write to its folder.
Result<> copy_files(const fs::path& from, const fs::path& to) {
    for (const char* suffix : {"", "-wal"}) {
        std::error_code code;
        const fs::path source = from.string() + suffix;
        if (!fs::exists(source, code)) continue;
        fs::copy_file(source, to.string() + suffix, fs::copy_options::overwrite_existing, code);
        if (code) {
            return fail(
                code == std::errc::no_space_on_device ? Status::OutOfDiskSpace : Status::Failed,
                "cannot copy {}: {}", source.string(), code.message());
        }
    }
    return {};
}

}  // namespace

Result<Salvage> salvage(const fs::path& from, const fs::path& to) {
    const auto damaged_folder = WMI_TRY(Folder::open(from, false));
    std::error_code code;
    if (fs::exists(to / "repository.db", code)) {
        return fail(Status::AlreadyExists, "there is a repository in {}", to.string());
    }
    const auto fresh = WMI_TRY(Store::open({.folder = to}));
    const auto copy = to / "salvage.db";
    WMI_TRY(make_empty_file(copy));
    struct Removal {
        const fs::path& file;
        ~Removal() { remove_database(file); }
    } const removal{copy};
    WMI_TRY(copy_files(damaged_folder.database(), copy));
    const auto old = WMI_TRY(Database::open({.file = copy, .vfs = ""}));
    old->set_checkpoint_on_close(false);
    return Salvager(*old, *fresh).run();
}

}  // namespace openwmi::repository
