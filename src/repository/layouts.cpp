#include "repository/layouts.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace openwmi::repository {
namespace {

// Calls `visit` with the layout of the object and of everything embedded in it.
template <class Visit>
Result<> for_each_layout(const cim::Object& object, const Visit& visit) {
    const auto* instance = object.as_instance();
    if (!instance) {
        for (const auto& property : object.as_class()->properties()) {
            const auto& value = property.default_value;
            if (const auto* one = value.get_if<cim::ObjectPtr>()) {
                WMI_TRY(for_each_layout(**one, visit));
            } else if (const auto* many = value.get_if<cim::Objects>()) {
                for (const auto& each : *many) WMI_TRY(for_each_layout(*each, visit));
            }
        }
        return {};
    }
    WMI_TRY(visit(instance->block()->layout()));
    for (const auto& each : instance->block()->embedded()) WMI_TRY(for_each_layout(*each, visit));
    return {};
}

}  // namespace

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
    // Ancestors that exist are used; those that are gone are remembered as bare names.
    cim::ClassPtr superclass;
    const auto derivation = layout->derivation();
    for (const cim::Name& ancestor : std::views::reverse(derivation)) {
        if (auto existing = schema.find_class(ancestor)) {
            superclass = std::move(existing);
            continue;
        }
        cim::ClassDeclaration bare;
        bare.name = ancestor;
        if (superclass) bare.superclass = superclass->name();
        auto derived = cim::Class::derive(std::move(bare), superclass);
        if (!derived) return nullptr;
        superclass = std::move(*derived);
    }
    cim::ClassDeclaration declaration;
    declaration.name = layout->class_name();
    if (superclass) declaration.superclass = superclass->name();
    for (const auto& slot : layout->slots()) {
        if (superclass && superclass->find_property(slot.name)) continue;
        cim::Property property;
        property.name = slot.name;
        property.type = slot.type;
        property.class_name = slot.class_name;
        if (slot.key) {
            property.qualifiers.put({.name = "key",
                                     .type = {cim::CimType::Boolean, false},
                                     .value = true,
                                     .flavor = {.to_instance = true, .to_subclass = true},
                                     .propagated = false});
        }
        declaration.properties.push_back(std::move(property));
    }
    auto derived = cim::Class::derive(std::move(declaration), superclass);
    return derived ? *derived : nullptr;
}

Result<> Layouts::save(Database& database, const cim::Object& object,
                       std::vector<cim::LayoutHash>& saved) {
    return for_each_layout(
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
