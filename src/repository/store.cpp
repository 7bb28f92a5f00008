#include "repository/store.h"

#include <algorithm>
#include "base/check.h"
#include "repository/format.h"
#include "repository/instance_rules.h"
#include "repository/load.h"
#include "repository/rows.h"
#include "repository/shared.h"
#include "repository/system_instances.h"
#include "repository/transaction_state.h"

namespace openwmi::repository {

struct Store::State : Shared {
    using Shared::Shared;
};

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
    shared.writer->set_checkpoint_on_close(true);
    shared.folder.vanish();
    return {};
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
    auto folder = options.folder.empty() ? WMI_TRY(Folder::temporary())
                                         : WMI_TRY(Folder::open(options.folder, options.create));
    auto state = std::make_unique<State>(std::move(folder));
    state->server = options.server;
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
    const base::MachineClock machine;
    const base::Clock& clock = options.clock ? *options.clock : machine;
    WMI_TRY(ensure_system_instances(transaction,
                                    {options.version, options.folder.string(), clock.wall()}));
    return transaction.commit();
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
    const auto catalog = state_->catalog();
    std::vector<cim::NamespacePath> result;
    for (const auto& [key, ns] : catalog->namespaces) result.push_back(ns->path);
    return result;
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

namespace {

// Where a page ended: "class\nkey", both as the tables keep them.
struct Position {
    std::string class_key;
    std::optional<std::string> key;
};

Result<Position> parse_position(const std::string& after) {
    if (after.empty()) return Position{};
    const auto at = after.find('\n');
    if (at == std::string::npos) {
        return fail(Status::InvalidParameter, "'{}' is not where a page ended", after);
    }
    return Position{after.substr(0, at), after.substr(at + 1)};
}

// The tables' names of the classes whose instances an enumeration meets, in its order.
Result<std::vector<std::string>> class_keys(const Namespace& ns, const cim::Name& name, bool deep) {
    const auto cls = ns.classes->find_class(name);
    if (!cls) {
        return fail(Status::InvalidClass, "there is no class {} in {}", name.text(),
                    ns.path.text());
    }
    std::vector<std::string> result;
    const auto add = [&](const cim::Class& each) {
        if (!each.is_abstract()) result.push_back(row_key(each.name()));
    };
    add(*cls);
    if (deep) {
        for (const auto& each : ns.classes->subclasses(name)) add(*each);
    }
    std::ranges::sort(result);
    return result;
}

struct RawPage {
    NamespacePtr name_space;
    std::vector<Row> rows;
    std::vector<NamespacePtr> children;  // those that rows of __Namespace stand for
    bool more = false;
};

// The namespaces below one are the instances of its __Namespace: rows without bytes.
bool append_children(const Catalog& catalog, const std::string& class_key,
                     const std::optional<std::string>& after, std::size_t limit, RawPage& page) {
    for (const auto& child : catalog.children(page.name_space->path)) {
        auto key = row_key(child->path.last());
        if (after && key <= *after) continue;
        if (page.rows.size() >= limit) return true;
        page.rows.push_back({class_key, std::move(key), {}});
        page.children.push_back(child);
    }
    return false;
}

}  // namespace

Result<Store::Page> Store::enumerate(const cim::NamespacePath& ns, const cim::Name& class_name,
                                     bool deep, const std::string& after, std::size_t limit) const {
    WMI_CHECK(limit > 0, "a page has room");
    const auto from = WMI_TRY(parse_position(after));
    const auto namespace_key = row_key("__Namespace");
    const auto collect = [&](const Catalog& catalog) -> Result<RawPage> {
        RawPage page{WMI_TRY(catalog.get(ns)), {}, {}, false};
        for (const auto& key : WMI_TRY(class_keys(*page.name_space, class_name, deep))) {
            if (key < from.class_key) continue;
            const auto start = key == from.class_key ? from.key : std::nullopt;
            page.more = key == namespace_key
                            ? append_children(catalog, key, start, limit, page)
                            : WMI_TRY(append_page(*state_->reader, page.name_space->id, key, start,
                                                  {.rows = limit}, page.rows));
            if (page.more) break;
        }
        return page;
    };
    const auto raw = WMI_TRY(state_->consistently(collect));
    Page page;
    auto child = raw.children.begin();
    for (const auto& row : raw.rows) {
        const auto& where = *raw.name_space;
        page.instances.push_back(
            row.class_key == namespace_key
                ? (*child++)->self
                : WMI_TRY(state_->layouts.decode(row.object, *where.classes, where.origin)));
    }
    if (raw.more) page.next = raw.rows.back().class_key + "\n" + raw.rows.back().key;
    return page;
}

Result<bool> Store::has_instances(const cim::NamespacePath& ns, const cim::Name& class_name) const {
    return state_->consistently([&](const Catalog& catalog) -> Result<bool> {
        const auto where = WMI_TRY(catalog.get(ns));
        for (const auto& key : WMI_TRY(class_keys(*where, class_name, true))) {
            if (key == row_key("__Namespace") && !catalog.children(ns).empty()) return true;
            if (WMI_TRY(has_rows(*state_->reader, where->id, key))) return true;
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
