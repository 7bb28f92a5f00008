#include "repository/layouts.h"

#include <algorithm>
#include <utility>

#include "cim/layouts.h"

namespace openwmi::repository {

std::vector<std::byte> bytes_of(const cim::Instance& instance) {
    return cim::encode(*instance.with_origin(nullptr));
}

Result<> Layouts::load(Database& database) {
    const std::lock_guard lock(mutex_);
    auto rows = database.query("SELECT id, layout FROM layouts ORDER BY id");
    while (WMI_TRY(rows.step())) {
        const auto bytes = rows.blob(1);
        const auto layout =
            cim::Layout::deserialize({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        if (!layout) {
            return fail(Status::CriticalError, "layout {} cannot be read: {}", rows.integer(0),
                        layout.error().message);
        }
        remember(*layout, true);
    }
    return {};
}

void Layouts::remember(const cim::LayoutPtr& layout, bool stored) {
    auto& entry = by_hash_[layout->hash()];
    if (!entry.layout) entry.layout = layout;
    entry.stored |= stored;
    newest_[layout->class_name()] = layout;
}

cim::LayoutPtr Layouts::find(const cim::LayoutHash& hash) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_hash_.find(hash);
    return found == by_hash_.end() ? nullptr : found->second.layout;
}

cim::ClassPtr Layouts::remembered_class(const cim::Name& name, const cim::Schema& schema) const {
    cim::LayoutPtr layout;
    {
        const std::lock_guard lock(mutex_);
        const auto found = newest_.find(name);
        if (found == newest_.end()) return nullptr;
        layout = found->second;
    }
    return cim::remembered_class(*layout, schema);
}

Result<> Layouts::save(Database& database, const cim::Object& object,
                       std::vector<cim::LayoutHash>& saved) {
    return cim::for_each_layout(
        object, [&](const cim::LayoutPtr& layout) { return save(database, layout, saved); });
}

Result<> Layouts::save(Database& database, const cim::LayoutPtr& layout,
                       std::vector<cim::LayoutHash>& saved) {
    {
        const std::lock_guard lock(mutex_);
        remember(layout, false);
        if (by_hash_[layout->hash()].stored) return {};
    }
    if (std::ranges::find(saved, layout->hash()) != saved.end()) return {};
    const std::string bytes = layout->serialize();
    WMI_TRY(database.execute("INSERT OR IGNORE INTO layouts (hash, layout) VALUES (?, ?)",
                             layout->hash().text(), std::as_bytes(std::span(bytes))));
    saved.push_back(layout->hash());
    return {};
}

void Layouts::confirm(std::span<const cim::LayoutHash> saved) {
    const std::lock_guard lock(mutex_);
    for (const auto& hash : saved) by_hash_[hash].stored = true;
}

void Layouts::add(const cim::LayoutPtr& layout) {
    const std::lock_guard lock(mutex_);
    remember(layout, false);
}

std::vector<cim::LayoutHash> Layouts::stored_without(const std::set<cim::LayoutHash>& used) const {
    const std::lock_guard lock(mutex_);
    std::vector<cim::LayoutHash> result;
    for (const auto& [hash, entry] : by_hash_) {
        if (entry.stored && !used.contains(hash)) result.push_back(hash);
    }
    return result;
}

void Layouts::forget_stored(std::span<const cim::LayoutHash> hashes) {
    const std::lock_guard lock(mutex_);
    for (const auto& hash : hashes) by_hash_[hash].stored = false;
}

std::size_t Layouts::count() const {
    const std::lock_guard lock(mutex_);
    return by_hash_.size();
}

cim::Resolver Layouts::resolver(const cim::Schema& schema) const {
    return {.find_class =
                [this, &schema, last = cim::ClassPtr()](const cim::Name& name) mutable {
                    if (last && last->name() == name) return last;
                    last = schema.find_class(name);
                    if (!last) last = remembered_class(name, schema);
                    return last;
                },
            .find_layout = [this](const cim::LayoutHash& hash) { return find(hash); }};
}

Result<cim::InstancePtr> Layouts::decode(std::span<const std::byte> bytes,
                                         const ClassTable& classes, cim::OriginPtr origin) const {
    return cim::decode_instance(bytes, resolver(classes), std::move(origin));
}

}  // namespace openwmi::repository
