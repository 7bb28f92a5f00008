#include "plugin/refresher.h"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/text.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "plugin/objects.h"
#include "plugin/stranger.h"
#include "wbem/call_context.h"
#include "wbem/high_performance_enum.h"
#include "wbem/object.h"

namespace openwmi::plugin {
namespace {

Result<com::Ptr<IWbemObjectAccess>> object_access(const cim::InstancePtr& instance) {
    const auto object = wbem::make_object(instance);
    auto access = object.query<IWbemObjectAccess>();
    if (access) return access;
    return fail(Status::Failed, "an object does not offer IWbemObjectAccess");
}

Result<cim::InstancePtr> instance_of(const com::Ptr<IWbemObjectAccess>& object) {
    IWbemClassObject* one = object.get();
    return WMI_TRY(instances_of(1, &one)).front();
}

// A stranger's refresher and what he keeps in it. What is read comes from his own objects, after he
// brought them up to date. Thread-safe as long as the stranger's is.
class StrangersRefresher final : public provider::Refresher {
  public:
    StrangersRefresher(HighPerformanceProvider provider, com::Ptr<IWbemRefresher> refresher)
        : provider_(std::move(provider)), refresher_(std::move(refresher)) {}
    ~StrangersRefresher() override;
    StrangersRefresher(const StrangersRefresher&) = delete;
    StrangersRefresher& operator=(const StrangersRefresher&) = delete;

    Result<Id> add_object(const cim::InstancePtr& keys, const cim::CallContextPtr& sent) override;
    Result<Id> add_enumeration(const cim::Name& class_name,
                               const cim::CallContextPtr& sent) override;
    Result<> remove(Id id) override;
    Result<> refresh() override;
    Result<std::vector<cim::InstancePtr>> objects(Id id) const override;

  private:
    // One object, or an enumeration.
    struct Item {
        LONG number = 0;  // the stranger's
        com::Ptr<IWbemObjectAccess> object;
        com::Ptr<wbem::HighPerformanceEnum> enumeration;
    };
    std::string what(std::string_view method) const {
        return fmt::format("provider '{}': {}", provider_.name, method);
    }
    Id add(Item item);
    void stop(LONG number) const;
    static tl::unexpected<Error> unknown(Id id) {
        return fail(Status::NotFound, "the refresher has nothing of number {}",
                    static_cast<std::int32_t>(id));
    }

    const HighPerformanceProvider provider_;
    com::Ptr<IWbemRefresher> refresher_;
    mutable std::mutex mutex_;
    std::int32_t last_id_ = 0;
    std::map<Id, Item> items_;
};

StrangersRefresher::~StrangersRefresher() {
    const com::Apartment apartment;
    for (const auto& [id, item] : items_) stop(item.number);
    items_.clear();
    refresher_ = nullptr;
}

// Whatever the stranger says, it is released.
void StrangersRefresher::stop(LONG number) const {
    (void)call_stranger(what("StopRefreshing"), [&] {
        return provider_.object->StopRefreshing(refresher_.get(), number, 0);
    });
}

provider::Refresher::Id StrangersRefresher::add(Item item) {
    const std::lock_guard lock(mutex_);
    const Id id{++last_id_};
    items_.emplace(id, std::move(item));
    return id;
}

Result<provider::Refresher::Id> StrangersRefresher::add_object(const cim::InstancePtr& keys,
                                                               const cim::CallContextPtr& sent) {
    const auto pattern = WMI_TRY(object_access(keys));
    const auto context = WMI_TRY(wbem::make_context(sent));
    Item item;
    WMI_TRY(call_stranger(what("CreateRefreshableObject"), [&] {
        return provider_.object->CreateRefreshableObject(provider_.services.get(), pattern.get(),
                                                         refresher_.get(), 0, context.get(),
                                                         item.object.put(), &item.number);
    }));
    if (item.object) return add(std::move(item));
    return fail(Status::ProviderFailure, "{}: it succeeded without giving an object",
                what("CreateRefreshableObject"));
}

Result<provider::Refresher::Id> StrangersRefresher::add_enumeration(
    const cim::Name& class_name, const cim::CallContextPtr& sent) {
    const auto name = base::utf8_to_wide(class_name.text());
    const auto context = WMI_TRY(wbem::make_context(sent));
    Item item;
    item.enumeration = com::make<wbem::HighPerformanceEnum>();
    WMI_TRY(call_stranger(what("CreateRefreshableEnum"), [&] {
        return provider_.object->CreateRefreshableEnum(provider_.services.get(), name.c_str(),
                                                       refresher_.get(), 0, context.get(),
                                                       item.enumeration.get(), &item.number);
    }));
    return add(std::move(item));
}

Result<> StrangersRefresher::remove(Id id) {
    Item removed;
    {
        const std::lock_guard lock(mutex_);
        const auto found = items_.find(id);
        if (found == items_.end()) return unknown(id);
        removed = std::move(found->second);
        items_.erase(found);
    }
    stop(removed.number);
    return {};
}

Result<> StrangersRefresher::refresh() {
    WMI_TRY(call_stranger(what("Refresh"), [&] { return refresher_->Refresh(0); }));
    return {};
}

Result<std::vector<cim::InstancePtr>> StrangersRefresher::objects(Id id) const {
    Item item;
    {
        const std::lock_guard lock(mutex_);
        const auto found = items_.find(id);
        if (found == items_.end()) return unknown(id);
        item = found->second;
    }
    if (item.object) return std::vector{WMI_TRY(instance_of(item.object))};
    std::vector<cim::InstancePtr> all;
    for (const auto& object : item.enumeration->objects()) {
        all.push_back(WMI_TRY(instance_of(object)));
    }
    return all;
}

}  // namespace

Result<std::unique_ptr<provider::Refresher>> make_refresher(HighPerformanceProvider provider) {
    com::Ptr<IWbemRefresher> refresher;
    const auto what = fmt::format("provider '{}': CreateRefresher", provider.name);
    WMI_TRY(call_stranger(what, [&] {
        return provider.object->CreateRefresher(provider.services.get(), 0, refresher.put());
    }));
    if (!refresher) {
        return fail(Status::ProviderFailure, "{}: it succeeded without giving a refresher", what);
    }
    return std::make_unique<StrangersRefresher>(std::move(provider), std::move(refresher));
}

Result<std::vector<cim::InstancePtr>> fill_objects(const HighPerformanceProvider& provider,
                                                   const std::vector<cim::InstancePtr>& keys,
                                                   const cim::CallContextPtr& sent) {
    std::vector<com::Ptr<IWbemObjectAccess>> objects;
    std::vector<IWbemObjectAccess*> pointers;
    for (const auto& each : keys) {
        objects.push_back(WMI_TRY(object_access(each)));
        pointers.push_back(objects.back().get());
    }
    const auto context = WMI_TRY(wbem::make_context(sent));
    WMI_TRY(call_stranger(fmt::format("provider '{}': GetObjects", provider.name), [&] {
        return provider.object->GetObjects(provider.services.get(),
                                           static_cast<LONG>(pointers.size()), pointers.data(), 0,
                                           context.get());
    }));
    std::vector<cim::InstancePtr> filled;
    for (const auto& object : objects) filled.push_back(WMI_TRY(instance_of(object)));
    return filled;
}

}  // namespace openwmi::plugin
