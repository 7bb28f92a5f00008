#include "cim/codec.h"
#include "repository/index.h"
#include "repository/instance_rules.h"
#include "repository/rows.h"
#include "repository/store.h"
#include "repository/transaction_state.h"

namespace openwmi::repository {
namespace {

Result<> check_mode(const std::optional<Row>& existing, const cim::Class& cls, PutMode mode,
                    const std::string& key) {
    if (existing && existing->class_key != row_key(cls.name())) {
        return fail(Status::AlreadyExists,
                    "an instance of {} already has the key {}: an instance cannot move to another "
                    "class of its hierarchy, delete it there first",
                    existing->class_key, key);
    }
    if (existing && mode == PutMode::CreateOnly) {
        return fail(Status::AlreadyExists, "the instance {} of {} exists already", key,
                    cls.name().text());
    }
    if (!existing && mode == PutMode::UpdateOnly) {
        return fail(Status::NotFound, "there is no instance {} of {} to update", key,
                    cls.name().text());
    }
    return {};
}

}  // namespace

Result<cim::InstancePtr> Transaction::put_instance(const cim::NamespacePath& ns,
                                                   const cim::Instance& instance, PutMode mode) {
    WMI_TRY(state_->usable());
    const auto where = WMI_TRY(state_->get_namespace(ns));
    const auto& name = instance.class_of().name();
    const auto cls = where->classes->find_class(name);
    if (!cls) {
        return fail(Status::InvalidClass, "there is no class {} in {}", name.text(), ns.text());
    }
    // A namespace must be named: no GUID stands in.
    if (is_namespace_class(*cls)) {
        return state_->put_namespace(ns, cim::upgrade(instance, cls), mode);
    }
    auto stored = WMI_TRY(storable(instance, cls, *where));
    const auto place = WMI_TRY(place_of(*stored, *where));
    auto& database = state_->database();
    const auto& layouts = state_->shared.layouts;
    const auto existing = WMI_TRY(find_row(database, place));
    WMI_TRY(check_mode(existing, *cls, mode, place.key));
    cim::InstancePtr previous;
    if (existing) {
        previous = WMI_TRY(layouts.decode(existing->object, *where->classes, where->origin));
    }
    WMI_TRY(state_->shared.layouts.save(database, *stored, state_->saved_layouts));
    const Row row{row_key(cls->name()), place.key, bytes_of(*stored), existing ? existing->id : 0};
    if (existing) WMI_TRY(update_row(database, row));
    const auto id = existing ? existing->id : WMI_TRY(insert_row(database, place, row));
    WMI_TRY(update_index(database, {where->id, id}, previous.get(), stored.get()));
    state_->record({previous ? Change::Kind::Modified : Change::Kind::Created,
                    Change::What::Instance, where->path, previous, stored, 0});
    return stored;
}

Result<> Transaction::delete_instance(const cim::NamespacePath& ns, const cim::ObjectPath& path) {
    WMI_TRY(state_->usable());
    const auto target = WMI_TRY(resolve(state_->catalog, ns, path));
    if (is_namespace_class(*target.cls)) {
        const auto child = WMI_TRY(child_path(ns, path));
        if (!state_->catalog.find(child)) return no_instance(ns, path);
        return delete_namespace(child);
    }
    const auto row = WMI_TRY(find_row(state_->database(), target.place));
    if (!row || !matches(*row, target)) return no_instance(ns, path);
    const auto& where = *target.name_space;
    const auto previous =
        WMI_TRY(state_->shared.layouts.decode(row->object, *where.classes, where.origin));
    WMI_TRY(erase_row(state_->database(), row->id));
    WMI_TRY(update_index(state_->database(), {where.id, row->id}, previous.get(), nullptr));
    state_->record(
        {Change::Kind::Deleted, Change::What::Instance, where.path, previous, nullptr, 0});
    return {};
}

Result<cim::InstancePtr> Transaction::get_instance(const cim::NamespacePath& ns,
                                                   const cim::ObjectPath& path) const {
    WMI_TRY(state_->usable());
    const auto target = WMI_TRY(resolve(state_->catalog, ns, path));
    if (is_namespace_class(*target.cls)) {
        const auto* child = state_->catalog.find(WMI_TRY(child_path(ns, path)));
        if (!child) return no_instance(ns, path);
        return child->self;
    }
    const auto row = WMI_TRY(find_row(state_->database(), target.place));
    if (!row || !matches(*row, target)) return no_instance(ns, path);
    const auto& where = *target.name_space;
    return state_->shared.layouts.decode(row->object, *where.classes, where.origin);
}

}  // namespace openwmi::repository
