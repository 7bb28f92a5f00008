#include <algorithm>

#include "cim/codec.h"
#include "repository/class_update.h"
#include "repository/index.h"
#include "repository/rows.h"
#include "repository/store.h"
#include "repository/transaction_state.h"

namespace openwmi::repository {

Result<bool> Transaction::State::has_instances(const Namespace& ns, const cim::Class& cls) const {
    return has_rows(database(), ns.id, row_key(cls.name()));
}

// What a changed class indexes, or what its instances have by default, may be another now.
Result<> Transaction::State::index_anew(const Namespace& ns, std::span<const cim::ClassPtr> before,
                                        std::span<const cim::ClassPtr> changed) const {
    for (std::size_t i = 0; i < changed.size(); ++i) {
        const auto& cls = changed[i];
        if (!before[i] || same_index(*before[i], *cls)) continue;
        const auto rebuilt = rebuild_index(database(), ns, *cls, shared.layouts);
        if (rebuilt) continue;
        database().refuse(rebuilt.error());  // half done
        return fail(rebuilt.error());
    }
    return {};
}

Result<cim::ClassPtr> Transaction::put_class(const cim::NamespacePath& ns,
                                             cim::ClassDeclaration declaration,
                                             PutClassOptions options) {
    WMI_TRY(state_->usable());
    const auto where = WMI_TRY(state_->get_namespace(ns));
    const auto has_instances = [&](const cim::Class& cls) {
        return state_->has_instances(*where, cls);
    };
    const auto update =
        WMI_TRY(plan_class_update(*where->classes, std::move(declaration), options, has_instances));

    auto& database = state_->database();
    for (const auto& cls : update.declared) {
        WMI_TRY(state_->shared.layouts.save(database, *cls, state_->saved_layouts));
        WMI_TRY(
            database.execute("INSERT OR REPLACE INTO classes (namespace, key, declaration)"
                             " VALUES (?, ?, ?)",
                             where->id, row_key(cls->name()), cim::encode(cls->declaration())));
    }
    std::vector<cim::ClassPtr> before;
    for (const auto& cls : update.resolved) {
        before.push_back(where->classes->find_class(cls->name()));
    }
    for (const auto& cls : update.resolved) state_->put_class(ns, cls);
    const auto changed = WMI_TRY(state_->get_namespace(ns));
    WMI_TRY(state_->index_anew(*changed, before, update.resolved));

    const auto& cls = update.resolved.front();
    state_->record({update.previous ? Change::Kind::Modified : Change::Kind::Created,
                    Change::What::Class, where->path, update.previous, cls, 0});
    return cls;
}

Result<> Transaction::delete_class(const cim::NamespacePath& ns, const cim::Name& name) {
    WMI_TRY(state_->usable());
    const auto where = WMI_TRY(state_->get_namespace(ns));
    const auto cls = where->classes->find_class(name);
    if (!cls) {
        return fail(Status::NotFound, "there is no class {} in {}", name.text(), ns.text());
    }
    if (cim::find_system_class(name)) {
        return fail(Status::InvalidOperation, "the system class {} cannot be deleted",
                    cls->name().text());
    }
    auto doomed = where->classes->subclasses(name);
    std::ranges::reverse(doomed);
    doomed.push_back(cls);
    auto& database = state_->database();
    for (const auto& each : doomed) {
        const auto key = row_key(each->name());
        WMI_TRY(erase_index(database, where->id, key));
        WMI_TRY(erase_rows(database, where->id, key));
        WMI_TRY(database.execute("DELETE FROM classes WHERE namespace = ? AND key = ?", where->id,
                                 key));
        state_->remove_class(ns, each->name());
    }
    for (const auto& each : doomed) {
        state_->record({Change::Kind::Deleted, Change::What::Class, where->path, each, nullptr, 0});
    }
    return {};
}

}  // namespace openwmi::repository
