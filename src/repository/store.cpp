#include "repository/store.h"

#include <algorithm>
#include "base/check.h"
#include "repository/format.h"
#include "repository/instance_rules.h"
#include "repository/load.h"
#include "repository/lookup.h"
#include "repository/rows.h"
#include "repository/store_state.h"
#include "repository/system_instances.h"
#include "repository/transaction_state.h"
#include "repository/upgrade.h"

namespace openwmi::repository {

namespace {

// Opens the writer's connection on a file that passed every check, or on a new one.
Result<std::unique_ptr<Database>> open_file(const Folder& folder, const Store::Options& options) {
    std::error_code code;
    const bool exists = std::filesystem::exists(folder.database(), code);
    if (exists) {
        WMI_TRY(check_header(folder.database()));
    } else {
        const auto fresh = WMI_TRY(folder.make_new_database());
        WMI_TRY(format_database({fresh, options.vfs}));
        WMI_TRY(folder.install(fresh));
    }
    auto writer = WMI_TRY(Database::open({folder.database(), options.vfs}));
    writer->set_checkpoint_on_close(false);
    WMI_TRY(check_content(*writer, folder.database()));
    return writer;
}

Result<> load(Shared& shared) {
    WMI_TRY(shared.layouts.load(*shared.writer));
    shared.publish(WMI_TRY(load_catalog(*shared.writer, shared.layouts, shared.server)));
    return {};
}

Result<> connect(Shared& shared, const Store::Options& options) {
    const bool durable = !shared.folder.is_temporary();
    shared.writer = WMI_TRY(open_file(shared.folder, options));
    shared.reader = WMI_TRY(Database::open({shared.folder.database(), options.vfs}));
    const auto loaded = load(shared);
    if (!loaded && loaded.error().status == Status::CriticalError) {
        return damaged(shared.folder.database(), loaded.error().message);
    }
    WMI_TRY(loaded);
    // From here on the file is ours to change.
    WMI_TRY(configure(*shared.writer, options.max_bytes, durable));
    WMI_TRY(configure(*shared.reader, options.max_bytes, durable));
    WMI_TRY(shared.reader->execute("PRAGMA query_only = ON"));
    WMI_TRY(shared.reader->execute("SELECT count(*) FROM store"));
    WMI_TRY(bring_up_to_date(shared));
    shared.writer->set_checkpoint_on_close(true);
    shared.vanished = shared.folder.is_temporary();
    shared.folder.vanish();
    return {};
}

std::vector<cim::NamespacePath> namespaces_of(const Catalog& catalog) {
    std::vector<cim::NamespacePath> result;
    for (const auto& [key, ns] : catalog.namespaces) result.push_back(ns->path);
    return result;
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
    auto folder = options.folder.empty() ? WMI_TRY(Folder::temporary())
                                         : WMI_TRY(Folder::open(options.folder, options.create));
    auto state = std::make_unique<State>(std::move(folder));
    state->server = options.server;
    state->vfs = options.vfs;
    WMI_TRY(connect(*state, options));
    auto store = std::unique_ptr<Store>(new Store(std::move(state)));
    WMI_TRY(store->populate(options));
    return store;
}

Result<> Store::populate(const Options& options) {
    auto transaction = begin();
    auto& state = *transaction.state_;
    WMI_TRY(state.usable());
    const auto root = cim::NamespacePath::root();
    if (!state.catalog.find(root)) {
        WMI_TRY(state.insert_namespace(root, nullptr));
        for (const char* name : {"default", "cimv2", "subscription"}) {
            WMI_TRY(transaction.create_namespace(root.child(name)));
        }
    }
    for (const auto& ns : namespaces_of(state.catalog)) {
        WMI_TRY(ensure_namespace_instances(transaction, ns));
    }
    const base::MachineClock machine;
    const base::Clock& clock = options.clock ? *options.clock : machine;
    WMI_TRY(ensure_system_instances(transaction,
                                    {options.version, options.folder.string(), clock.wall()}));
    WMI_TRY(transaction.commit());
    // Each version that a class ever had leaves a layout; once they are many, those that nothing
    // uses go.
    constexpr std::size_t many_layouts = 4096;
    std::size_t classes = 0;
    for (const auto& [key, ns] : state_->catalog()->namespaces) {
        classes += ns->classes->subclasses("").size();
    }
    if (state_->layouts.count() > many_layouts + 2 * classes) WMI_TRY(collect_layouts());
    return {};
}

Transaction Store::begin() {
    return Transaction(std::make_unique<Transaction::State>(*state_));
}

bool Store::has_namespace(const cim::NamespacePath& path) const {
    return state_->catalog()->find(path) != nullptr;
}

Result<std::vector<cim::NamespacePath>> Store::children(const cim::NamespacePath& path) const {
    const auto catalog = state_->catalog();
    WMI_TRY(catalog->get(path));
    std::vector<cim::NamespacePath> result;
    for (const auto& child : catalog->children(path)) result.push_back(child->path);
    return result;
}

std::vector<cim::NamespacePath> Store::namespaces() const {
    return namespaces_of(*state_->catalog());
}

std::shared_ptr<const cim::Schema> Store::schema(const cim::NamespacePath& ns) const {
    const auto catalog = state_->catalog();
    const auto* found = catalog->find(ns);
    return found ? found->classes : nullptr;
}

Result<cim::InstancePtr> Store::get_instance(const cim::NamespacePath& ns,
                                             const cim::ObjectPath& path) const {
    struct Found {
        NamespacePtr name_space;
        Row row;
        cim::InstancePtr ready;
    };
    const auto find = [&](const Catalog& catalog) -> Result<Found> {
        const auto target = WMI_TRY(resolve(catalog, ns, path));
        if (is_namespace_class(*target.cls)) {
            const auto* child = catalog.find(WMI_TRY(child_path(ns, path)));
            if (!child) return no_instance(ns, path);
            return Found{target.name_space, {}, child->self};
        }
        auto row = WMI_TRY(find_row(*state_->reader, target.place));
        if (!row || !matches(*row, target)) return no_instance(ns, path);
        return Found{target.name_space, std::move(*row), nullptr};
    };
    const auto found = WMI_TRY(state_->consistently(find));
    if (found.ready) return found.ready;
    const auto& where = *found.name_space;
    return state_->layouts.decode(found.row.object, *where.classes, where.origin);
}

Result<Store::Page> Store::enumerate(const cim::NamespacePath& ns, const cim::Name& class_name,
                                     bool deep, const std::string& after, std::size_t limit) const {
    return find({ns, class_name, deep, {}}, after, limit);
}

Result<Store::Page> Store::find(const Search& search, const std::string& after,
                                std::size_t limit) const {
    WMI_CHECK(limit > 0, "a page has room");
    const PageRequest request{search.name_space,
                              search.class_name,
                              search.deep,
                              search.conditions,
                              WMI_TRY(PagePosition::parse(after)),
                              limit};
    auto raw = WMI_TRY(state_->consistently(
        [&](const Catalog& catalog) { return collect_page(*state_->reader, catalog, request); }));
    Page page;
    auto child = raw.children.begin();
    const auto namespace_key = row_key("__Namespace");
    const auto& where = *raw.name_space;
    const auto resolver = state_->layouts.resolver(*where.classes);
    page.instances.reserve(raw.rows.size());
    for (const auto& row : raw.rows) {
        page.instances.push_back(
            row.class_key == namespace_key
                ? (*child++)->self
                : WMI_TRY(cim::decode_instance(row.object, resolver, where.origin)));
    }
    page.next = std::move(raw.next);
    return page;
}

Result<cim::Name> Store::answers(const Search& search) const {
    const auto where = WMI_TRY(state_->catalog()->get(search.name_space));
    const auto cls = where->classes->find_class(search.class_name);
    if (!cls) {
        return fail(Status::InvalidClass, "there is no class {} in {}", search.class_name.text(),
                    search.name_space.text());
    }
    return plan_lookup(*cls, search.conditions).property;
}

Result<bool> Store::has_instances(const cim::NamespacePath& ns, const cim::Name& class_name) const {
    return state_->consistently([&](const Catalog& catalog) -> Result<bool> {
        const auto where = WMI_TRY(catalog.get(ns));
        for (const auto& cls : WMI_TRY(stored_classes(*where, class_name, true))) {
            if (is_namespace_class(*cls) && !catalog.children(ns).empty()) return true;
            if (WMI_TRY(has_rows(*state_->reader, where->id, row_key(cls->name())))) return true;
        }
        return false;
    });
}

Result<std::vector<OutboxMessage>> Store::outbox(std::size_t limit) const {
    return state_->consistently([&](const Catalog&) -> Result<std::vector<OutboxMessage>> {
        std::vector<OutboxMessage> result;
        auto rows = state_->reader->query("SELECT id, message FROM outbox ORDER BY id LIMIT ?",
                                          static_cast<std::int64_t>(limit));
        while (WMI_TRY(rows.step())) {
            result.push_back({static_cast<std::uint64_t>(rows.integer(0)), rows.blob(1)});
        }
        return result;
    });
}

Result<> Store::forget(std::uint64_t up_to) {
    auto transaction = begin();
    auto& state = *transaction.state_;
    WMI_TRY(state.usable());
    WMI_TRY(state.database().execute("DELETE FROM outbox WHERE id <= ?",
                                     static_cast<std::int64_t>(up_to)));
    state.dirty = true;
    return transaction.commit();
}

}  // namespace openwmi::repository
