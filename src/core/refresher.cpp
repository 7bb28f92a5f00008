#include "core/refresher.h"

#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "core/lookup.h"
#include "core/put_rules.h"
#include "core/session_refresher.h"

namespace openwmi::core {

namespace {

// One thing that a client looks at, and what is known of it.
struct Item {
    provider::Refresher* keeper = nullptr;  // null: it is read anew
    provider::Refresher::Id number{};       // with the keeper
    cim::ObjectPath path;                   // of an object
    cim::Name class_name;                   // of an enumeration
    std::vector<cim::InstancePtr> current;
};

// A high-performance provider that this client uses.
struct Keeper {
    provider::ProviderHandle provider;
    std::unique_ptr<provider::Refresher> refresher;
};

// The right to call providers, for who gets it, as long as he holds it. Confined to one thread.
class AtWork {
  public:
    explicit AtWork(std::atomic<bool>& taken) : taken_(taken), mine_(!taken.exchange(true)) {}
    ~AtWork() {
        if (mine_) taken_ = false;
    }
    AtWork(const AtWork&) = delete;
    AtWork& operator=(const AtWork&) = delete;
    explicit operator bool() const { return mine_; }

  private:
    std::atomic<bool>& taken_;
    const bool mine_;
};

class SessionRefresher final : public Refresher {
  public:
    SessionRefresher(InstanceWork work, std::shared_ptr<Session> session)
        : work_(std::move(work)), session_(std::move(session)) {}

    Result<Id> add_object(const cim::ObjectPath& path) override;
    Result<Id> add_enumeration(const cim::Name& class_name) override;
    Result<> remove(Id id) override;
    Result<> refresh() override;
    Result<std::vector<cim::InstancePtr>> objects(Id id) const override;

  private:
    Result<cim::ClassPtr> find_class(const cim::Name& name) const;
    Result<provider::Refresher*> keeper_of(const cim::Class& cls);
    Id add(Item item);
    Result<std::vector<cim::InstancePtr>> read(const Item& item) const;
    static tl::unexpected<Error> busy() {
        return fail(Status::RefresherBusy, "somebody is at work with this refresher");
    }

    const InstanceWork work_;
    const std::shared_ptr<Session> session_;
    std::atomic<bool> at_work_{false};       // somebody changes what there is, or refreshes
    std::map<std::string, Keeper> keepers_;  // by the name of the provider, folded
    mutable std::mutex mutex_;               // of what follows; nobody calls out with it
    std::map<Id, Item> items_;
    std::int32_t last_id_ = 0;
};

Result<cim::ClassPtr> SessionRefresher::find_class(const cim::Name& name) const {
    const auto schema = session_->schema();
    auto cls = schema ? schema->find_class(name) : nullptr;
    if (cls) return cls;
    return fail(Status::InvalidClass, "there is no class {} in {}", name.text(),
                work_.place.name_space.text());
}

// The refresher of the class's provider, which is made when it is needed first; null for a class
// that is not served through the high-performance interface. A client's refresher uses the class
// object that is meant for clients (SYS-079).
Result<provider::Refresher*> SessionRefresher::keeper_of(const cim::Class& cls) {
    if (!is_kept_by_provider(cls)) return nullptr;
    auto& registry = *work_.service->registry;
    const auto declared = WMI_TRY(registry.instance_provider(work_.place.name_space, cls));
    if (!is_high_performance(cls, declared)) return nullptr;
    const auto key = base::fold(declared.provider.name);
    if (const auto known = keepers_.find(key); known != keepers_.end()) {
        return known->second.refresher.get();
    }
    auto registration = declared.provider;
    if (registration.client_clsid) registration.clsid = *registration.client_clsid;
    Keeper keeper;
    keeper.provider =
        WMI_TRY(registry.use(registration, provider::Role::Refreshers, caller_of(work_).client));
    keeper.refresher = WMI_TRY(keeper.provider->create_refresher());
    return keepers_.emplace(key, std::move(keeper)).first->second.refresher.get();
}

Refresher::Id SessionRefresher::add(Item item) {
    const std::lock_guard lock(mutex_);
    const Id id{++last_id_};
    items_.emplace(id, std::move(item));
    return id;
}

Result<Refresher::Id> SessionRefresher::add_object(const cim::ObjectPath& path) {
    const AtWork mine(at_work_);
    if (!mine) return busy();
    const auto cls = WMI_TRY(find_class(path.class_name));
    WMI_TRY(cim::instance_key(path, *cls));
    Item item;
    item.path = path;
    item.keeper = WMI_TRY(keeper_of(*cls));
    if (item.keeper) {
        const auto keys = WMI_TRY(instance_with_keys(cls, path));
        item.number = WMI_TRY(item.keeper->add_object(keys, caller_of(work_).sent));
    }
    return add(std::move(item));
}

Result<Refresher::Id> SessionRefresher::add_enumeration(const cim::Name& class_name) {
    const AtWork mine(at_work_);
    if (!mine) return busy();
    const auto cls = WMI_TRY(find_class(class_name));
    Item item;
    item.class_name = cls->name();
    item.keeper = WMI_TRY(keeper_of(*cls));
    if (item.keeper) {
        item.number = WMI_TRY(item.keeper->add_enumeration(cls->name(), caller_of(work_).sent));
    }
    return add(std::move(item));
}

Result<> SessionRefresher::remove(Id id) {
    const AtWork mine(at_work_);
    if (!mine) return busy();
    Item removed;
    {
        const std::lock_guard lock(mutex_);
        const auto found = items_.find(id);
        if (found == items_.end()) {
            return fail(Status::NotFound, "the refresher has nothing of number {}",
                        static_cast<std::int32_t>(id));
        }
        removed = std::move(found->second);
        items_.erase(found);
    }
    return removed.keeper ? removed.keeper->remove(removed.number) : Result<>();
}

Result<std::vector<cim::InstancePtr>> SessionRefresher::read(const Item& item) const {
    if (item.keeper) {
        auto current = WMI_TRY(item.keeper->objects(item.number));
        const auto origin =
            std::make_shared<const cim::Origin>(cim::Origin{".", work_.place.name_space});
        for (auto& each : current) each = each->with_origin(origin);
        return current;
    }
    auto found = wait_for(*work_.service->calls, [&](SinkPtr sink) {
        if (item.class_name.empty()) return session_->get_object(item.path, std::move(sink));
        session_->enumerate_instances(item.class_name, Depth::Deep, std::move(sink));
    });
    if (!found && found.error().status == Status::NotFound) return std::vector<cim::InstancePtr>();
    if (!found) return fail(found.error());
    std::vector<cim::InstancePtr> current;
    for (const auto& each : found->objects) current.emplace_back(each->as_instance());
    return current;
}

Result<> SessionRefresher::refresh() {
    const AtWork mine(at_work_);
    if (!mine) return busy();
    for (auto& [name, keeper] : keepers_) WMI_TRY(keeper.refresher->refresh());
    std::map<Id, Item> items;
    {
        const std::lock_guard lock(mutex_);
        items = items_;
    }
    for (const auto& [id, item] : items) {
        auto current = WMI_TRY(read(item));
        const std::lock_guard lock(mutex_);
        items_.at(id).current = std::move(current);
    }
    return {};
}

Result<std::vector<cim::InstancePtr>> SessionRefresher::objects(Id id) const {
    const std::lock_guard lock(mutex_);
    const auto found = items_.find(id);
    if (found != items_.end()) return found->second.current;
    return fail(Status::NotFound, "the refresher has nothing of number {}",
                static_cast<std::int32_t>(id));
}

}  // namespace

std::unique_ptr<Refresher> make_session_refresher(InstanceWork work,
                                                  std::shared_ptr<Session> session) {
    return std::make_unique<SessionRefresher>(std::move(work), std::move(session));
}

}  // namespace openwmi::core
