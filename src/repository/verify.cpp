#include "repository/verify.h"

#include "repository/folder.h"
#include "repository/format.h"
#include "repository/index.h"
#include "repository/index_value.h"
#include "repository/instance_rules.h"
#include "repository/load.h"

namespace openwmi::repository {
namespace {

constexpr std::size_t max_problems = 100;

// One run of the check. Confined to one thread.
class Verifier {
  public:
    Verifier(Database& database, const std::filesystem::path& file)
        : database_(database), file_(file) {}

    Result<Verification> run() {
        WMI_TRY(database_.execute("BEGIN"));
        check_pages();
        check_references();
        if (const auto loaded = load(); !loaded) {
            add(loaded.error().message);
        } else if (const auto read = check_instances(); !read) {
            add(read.error().message);
        }
        database_.rollback();
        return std::move(result_);
    }

  private:
    void add(std::string problem) {
        if (result_.problems.size() < max_problems) result_.problems.push_back(std::move(problem));
    }

    void check_pages() {
        auto rows = database_.query("PRAGMA integrity_check(100)");
        for (;;) {
            const auto row = rows.step();
            if (!row) return add(row.error().message);
            if (!*row) return;
            if (auto text = rows.text(0); text != "ok") add(std::move(text));
        }
    }

    void check_references() {
        auto rows = database_.query("PRAGMA foreign_key_check");
        const auto row = rows.step();
        if (!row) return add(row.error().message);
        if (*row) add("a row of " + rows.text(0) + " is of a namespace that does not exist");
    }

    Result<> load() {
        WMI_TRY(check_content(database_, file_));
        indexed_ = WMI_TRY(format_of(database_)) >= 2;
        WMI_TRY(layouts_.load(database_));
        catalog_ = WMI_TRY(load_catalog(database_, layouts_, "."));
        for (const auto& [key, each] : catalog_->namespaces) by_id_.emplace(each->id, each.get());
        result_.namespaces = by_id_.size();
        result_.classes = WMI_TRY(count("SELECT count(*) FROM classes"));
        result_.layouts = WMI_TRY(count("SELECT count(*) FROM layouts"));
        if (indexed_) {
            result_.index_entries = WMI_TRY(count("SELECT count(*) FROM entries"));
        }
        return {};
    }

    Result<std::uint64_t> count(const char* sql) {
        auto row = database_.query(sql);
        WMI_TRY(row.step());
        return static_cast<std::uint64_t>(row.integer(0));
    }

    Result<> check_instances() {
        auto rows = database_.query(
            "SELECT id, namespace, dynasty, key, class, object FROM instances ORDER BY id");
        while (WMI_TRY(rows.step())) {
            ++result_.instances;
            const Row row{rows.text(4), rows.text(3), rows.blob(5), rows.integer(0)};
            const auto checked = check_instance({rows.integer(1), rows.text(2), row.key}, row);
            if (!checked)
                add(fmt::format("instance {} of {}: {}", row.key, row.class_key,
                                checked.error().message));
        }
        if (indexed_ && expected_entries_ != result_.index_entries) {
            add(fmt::format("the index has {} entries where {} should be", result_.index_entries,
                            expected_entries_));
        }
        return {};
    }

    Result<> check_instance(const Place& place, const Row& row) {
        const auto found = by_id_.find(place.name_space);
        if (found == by_id_.end()) {
            return fail(Status::CriticalError, "its namespace does not exist");
        }
        const auto& where = *found->second;
        const auto instance = WMI_TRY(layouts_.decode(row.object, *where.classes, where.origin));
        if (row_key(instance->class_of().name()) != row.class_key) {
            return fail(Status::CriticalError, "it says that it is of {}",
                        instance->class_of().name().text());
        }
        const auto own = WMI_TRY(place_of(*instance, where));
        if (own.dynasty != place.dynasty || own.key != place.key) {
            return fail(Status::CriticalError, "it says that its key is {}", own.key);
        }
        if (indexed_) WMI_TRY(check_entries(where, *instance, row.id));
        return {};
    }

    Result<> check_entries(const Namespace& where, const cim::Instance& instance, std::int64_t id) {
        const auto& cls = instance.class_of();
        for (const auto index : indexed_properties(cls)) {
            const auto& property = cls.properties()[index];
            const auto value = index_value(property.type.element, instance.get(index));
            if (!value) continue;
            ++expected_entries_;
            auto entry = database_.query(
                "SELECT 1 FROM indices i JOIN entries e ON e.index_id = i.id"
                " WHERE i.namespace = ? AND i.class = ? AND i.property = ?"
                " AND e.value = ? AND e.instance = ?",
                where.id, row_key(cls.name()), row_key(property.name),
                std::as_bytes(std::span(*value)), id);
            if (!WMI_TRY(entry.step())) {
                return fail(Status::CriticalError, "the index lacks its {}", property.name.text());
            }
        }
        return {};
    }

    Database& database_;
    const std::filesystem::path& file_;
    Verification result_;
    Layouts layouts_;
    std::shared_ptr<const Catalog> catalog_;
    std::unordered_map<std::int64_t, const Namespace*> by_id_;
    std::uint64_t expected_entries_ = 0;
    bool indexed_ = true;  // as format 2 has it
};

Result<Verification> damaged_file(const Error& error) {
    Verification result;
    result.problems.push_back(error.message);
    return result;
}

Result<Verification> verify_file(const std::filesystem::path& file, bool lone) {
    if (const auto ours = check_header(file); !ours) {
        if (ours.error().status == Status::AccessDenied) return fail(ours.error());
        return damaged_file(ours.error());
    }
    auto database = Database::open({.file = file, .vfs = "", .immutable = lone});
    if (!database) return damaged_file(database.error());
    (*database)->set_checkpoint_on_close(false);
    return verify(**database, file);
}

}  // namespace

Result<Verification> verify(Database& database, const std::filesystem::path& file) {
    return Verifier(database, file).run();
}

Result<Verification> verify(const std::filesystem::path& folder_or_file) {
    std::error_code code;
    if (std::filesystem::is_directory(folder_or_file, code)) {
        const auto folder = WMI_TRY(Folder::open(folder_or_file, false));
        return verify_file(folder.database(), false);
    }
    if (!std::filesystem::exists(folder_or_file, code)) {
        return fail(Status::NotFound, "there is no {}", folder_or_file.string());
    }
    return verify_file(folder_or_file, true);
}

}  // namespace openwmi::repository
