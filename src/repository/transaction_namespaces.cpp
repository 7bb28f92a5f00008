#include <algorithm>

#include "cim/codec.h"
#include "repository/index.h"
#include "repository/instance_rules.h"
#include "repository/rows.h"
#include "repository/store.h"
#include "repository/transaction_state.h"

namespace openwmi::repository {
namespace {

Result<cim::InstancePtr> make_self(const cim::NamespacePath& path) {
    cim::InstanceBuilder builder(cim::find_system_class("__Namespace"));
    WMI_TRY(builder.set("Name", path.last().text()));
    return builder.build();
}

// Takes everything of one namespace out of the tables.
Result<> erase_namespace(Database& database, std::int64_t id) {
    WMI_TRY(erase_index(database, id));
    WMI_TRY(database.execute("DELETE FROM instances WHERE namespace = ?", id));
    WMI_TRY(database.execute("DELETE FROM classes WHERE namespace = ?", id));
    return database.execute("DELETE FROM namespaces WHERE id = ?", id);
}

}  // namespace

Result<> Transaction::create_namespace(const cim::NamespacePath& path) {
    WMI_TRY(state_->usable());
    if (path.empty() || path.is_root()) {
        return fail(Status::AlreadyExists, "the namespace root exists always");
    }
    WMI_TRY(child_path(path.parent(), path.last().text()));
    const auto self = WMI_TRY(make_self(path));
    WMI_TRY(state_->put_namespace(path.parent(), self, PutMode::CreateOnly));
    return {};
}

Result<> Transaction::delete_namespace(const cim::NamespacePath& path) {
    WMI_TRY(state_->usable());
    const auto ns = WMI_TRY(state_->get_namespace(path));
    if (path.is_root()) {
        return fail(Status::InvalidOperation, "the namespace root cannot be deleted");
    }
    std::vector<NamespacePtr> doomed;  // children first, because they refer to their parents
    for (const auto& [key, each] : state_->catalog.namespaces) {
        if (each->path == path || each->path.is_below(path)) doomed.push_back(each);
    }
    std::ranges::reverse(doomed);
    for (const auto& each : doomed) {
        WMI_TRY(erase_namespace(state_->database(), each->id));
        state_->catalog.namespaces.erase(each->path.key());
    }
    state_->record(
        {Change::Kind::Deleted, Change::What::Namespace, ns->path.parent(), ns->self, nullptr, 0});
    return {};
}

Result<cim::InstancePtr> Transaction::State::put_namespace(const cim::NamespacePath& parent,
                                                           const cim::InstancePtr& instance,
                                                           PutMode mode) {
    const auto above = WMI_TRY(get_namespace(parent));
    auto self = instance->with_origin(above->origin);
    const auto name = self->find("Name");
    const auto* text = name ? name->get_if<std::string>() : nullptr;
    if (!text) return fail(Status::IllegalNull, "a namespace must have a name");
    const auto path = WMI_TRY(child_path(above->path, *text));
    const auto* existing = catalog.find(path);
    if (existing && mode == PutMode::CreateOnly) {
        return fail(Status::AlreadyExists, "the namespace {} exists already", path.text());
    }
    if (!existing && mode == PutMode::UpdateOnly) {
        return fail(Status::NotFound, "there is no namespace {}", path.text());
    }
    if (!existing) {
        WMI_TRY(insert_namespace(path, self));
        record({Change::Kind::Created, Change::What::Namespace, above->path, nullptr, self, 0});
        return self;
    }
    WMI_TRY(shared.layouts.save(database(), *self, saved_layouts));
    WMI_TRY(database().execute("UPDATE namespaces SET object = ? WHERE id = ?", bytes_of(*self),
                               existing->id));
    const auto previous = existing->self;
    Namespace changed = *existing;
    changed.self = self;
    replace(std::move(changed));
    record({Change::Kind::Modified, Change::What::Namespace, above->path, previous, self, 0});
    return self;
}

Result<> Transaction::State::insert_namespace(const cim::NamespacePath& path,
                                              const cim::InstancePtr& self) {
    const auto* parent = catalog.find(path.parent());
    Namespace made;
    made.path = path;
    made.self = self;
    made.origin = std::make_shared<const cim::Origin>(cim::Origin{shared.server, path});
    made.classes = std::make_shared<const ClassTable>(path);
    std::vector<std::byte> object;
    if (self) {
        WMI_TRY(shared.layouts.save(database(), *self, saved_layouts));
        object = bytes_of(*self);
    }
    WMI_TRY(database().execute(
        "INSERT INTO namespaces (parent, path, key, object) VALUES (nullif(?, 0), ?, ?, ?)",
        parent ? parent->id : std::int64_t{0}, path.text(), path.key(), object));
    made.id = database().last_row();
    replace(std::move(made));
    return put_singletons(*catalog.find(path));
}

// What every namespace has comes with it: no events tell of it.
Result<> Transaction::State::put_singletons(const Namespace& ns) {
    for (const char* name : {"__thisNAMESPACE", "__SystemSecurity"}) {
        const auto cls = ns.classes->find_class(name);
        if (!cls) continue;
        const auto instance = WMI_TRY(storable(*cim::InstanceBuilder(cls).build(), cls, ns));
        const auto place = WMI_TRY(place_of(*instance, ns));
        WMI_TRY(shared.layouts.save(database(), *instance, saved_layouts));
        WMI_TRY(insert_row(database(), place, {row_key(name), place.key, bytes_of(*instance)}));
    }
    return {};
}

}  // namespace openwmi::repository
