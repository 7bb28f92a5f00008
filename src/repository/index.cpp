#include "repository/index.h"

#include <algorithm>
#include <vector>

#include "base/fold.h"
#include "cim/schema.h"
#include "repository/index_value.h"
#include "repository/rows.h"

namespace openwmi::repository {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

Result<std::optional<std::int64_t>> find_index(Database& database, std::int64_t name_space,
                                               const std::string& class_key,
                                               const std::string& property) {
    auto row =
        database.query("SELECT id FROM indices WHERE namespace = ? AND class = ? AND property = ?",
                       name_space, class_key, property);
    if (!WMI_TRY(row.step())) return std::nullopt;
    return row.integer(0);
}

Result<std::int64_t> make_index(Database& database, std::int64_t name_space,
                                const std::string& class_key, const std::string& property) {
    if (const auto found = WMI_TRY(find_index(database, name_space, class_key, property))) {
        return *found;
    }
    WMI_TRY(database.execute("INSERT INTO indices (namespace, class, property) VALUES (?, ?, ?)",
                             name_space, class_key, property));
    return database.last_row();
}

std::optional<std::string> value_of(const cim::Instance* instance, std::size_t index) {
    if (!instance) return std::nullopt;
    return index_value(instance->class_of().properties()[index].type.element, instance->get(index));
}

Result<> insert_all(Database& database, const Namespace& name_space, const cim::Class& cls,
                    const Layouts& layouts) {
    const auto key = row_key(cls.name());
    std::optional<std::string> after;
    for (bool more = true; more;) {
        std::vector<Row> rows;
        more = WMI_TRY(append_page(database, name_space.id, key, after, {}, rows));
        for (const auto& row : rows) {
            const auto instance =
                WMI_TRY(layouts.decode(row.object, *name_space.classes, name_space.origin));
            WMI_TRY(update_index(database, {name_space.id, row.id}, nullptr, instance.get()));
        }
        if (!rows.empty()) after = std::move(rows.back().key);
    }
    return {};
}

}  // namespace

Result<> update_index(Database& database, IndexedRow row, const cim::Instance* before,
                      const cim::Instance* after) {
    const auto& cls = (after ? after : before)->class_of();
    const auto indexed = indexed_properties(cls);
    if (indexed.empty()) return {};
    const auto class_key = row_key(cls.name());
    for (const auto property : indexed) {
        const auto old_value = value_of(before, property);
        const auto new_value = value_of(after, property);
        if (old_value == new_value) continue;
        const auto index = WMI_TRY(make_index(database, row.name_space, class_key,
                                              row_key(cls.properties()[property].name)));
        if (old_value) {
            WMI_TRY(database.execute(
                "DELETE FROM entries WHERE index_id = ? AND value = ? AND instance = ?", index,
                bytes_of(*old_value), row.id));
        }
        if (new_value) {
            WMI_TRY(
                database.execute("INSERT INTO entries (index_id, value, instance) VALUES (?, ?, ?)",
                                 index, bytes_of(*new_value), row.id));
        }
    }
    return {};
}

Result<> erase_index(Database& database, std::int64_t name_space, std::string_view class_key) {
    WMI_TRY(
        database.execute("DELETE FROM entries WHERE index_id IN"
                         " (SELECT id FROM indices WHERE namespace = ? AND class = ?)",
                         name_space, class_key));
    return database.execute("DELETE FROM indices WHERE namespace = ? AND class = ?", name_space,
                            class_key);
}

Result<> erase_index(Database& database, std::int64_t name_space) {
    WMI_TRY(
        database.execute("DELETE FROM entries WHERE index_id IN"
                         " (SELECT id FROM indices WHERE namespace = ?)",
                         name_space));
    return database.execute("DELETE FROM indices WHERE namespace = ?", name_space);
}

bool same_index(const cim::Class& a, const cim::Class& b) {
    const auto of = [](const cim::Class& cls) {
        std::vector<const cim::Property*> result;
        for (const auto index : indexed_properties(cls)) result.push_back(&cls.properties()[index]);
        return result;
    };
    return std::ranges::equal(of(a), of(b), [](const auto* x, const auto* y) {
        return x->name == y->name && x->type == y->type && x->default_value == y->default_value;
    });
}

Result<> rebuild_index(Database& database, const Namespace& name_space, const cim::Class& cls,
                       const Layouts& layouts) {
    WMI_TRY(erase_index(database, name_space.id, row_key(cls.name())));
    if (indexed_properties(cls).empty()) return {};
    return insert_all(database, name_space, cls, layouts);
}

Result<> rebuild_index(Database& database, const Catalog& catalog, const Layouts& layouts) {
    WMI_TRY(database.execute("DELETE FROM entries"));
    WMI_TRY(database.execute("DELETE FROM indices"));
    for (const auto& [key, name_space] : catalog.namespaces) {
        for (const auto& cls : name_space->classes->subclasses("")) {
            if (indexed_properties(*cls).empty()) continue;
            WMI_TRY(insert_all(database, *name_space, *cls, layouts));
        }
    }
    return {};
}

std::string index_version() {
    // Values in the index are made as index_value.cpp says; who changes that counts this up.
    std::string text = "2";
    for (const auto& system : cim::system_classes()) {
        for (const auto index : indexed_properties(*system.cls)) {
            const auto& property = system.cls->properties()[index];
            text += fmt::format("\n{}.{}:{}={}", system.cls->name().text(), property.name.text(),
                                cim::to_text(property.type),
                                cim::display(property.default_value, property.type));
        }
    }
    return fmt::format("{:016x}", base::fold_hash(text));
}

Result<bool> append_matches(Database& database, const IndexScan& scan, PageLimit limit,
                            std::vector<Row>& rows, std::vector<IndexPosition>& positions) {
    const auto index =
        WMI_TRY(find_index(database, scan.name_space, scan.class_key, scan.range.property));
    if (!index) return false;  // no instance has a value
    const std::string& from = scan.after ? scan.after->value : scan.range.from;
    const std::int64_t behind = scan.after ? scan.after->instance : -1;
    auto found = database.query(
        "SELECT e.value, e.instance, i.key, i.object FROM entries e"
        " CROSS JOIN instances i ON i.id = e.instance"
        " WHERE e.index_id = ? AND (e.value, e.instance) > (?, ?) AND e.value <= ?"
        " ORDER BY e.value, e.instance",
        *index, bytes_of(from), behind, bytes_of(scan.range.to));
    std::size_t bytes = bytes_in(rows);
    while (rows.size() < limit.rows && bytes < limit.bytes) {
        if (!WMI_TRY(found.step())) return false;
        const auto value = found.blob(0);
        positions.push_back(
            {{reinterpret_cast<const char*>(value.data()), value.size()}, found.integer(1)});
        rows.push_back({scan.class_key, found.text(2), found.blob(3), found.integer(1)});
        bytes += rows.back().object.size();
    }
    return true;
}

}  // namespace openwmi::repository
