#include "wbem/refreshable.h"

#include <utility>
#include <vector>

#include "cim/instance.h"
#include "com/boundary.h"
#include "com/bstr.h"
#include "wbem/class_object.h"
#include "wbem/object.h"

namespace openwmi::wbem {
namespace {

constexpr ULONG enumeration_batch = 64;

Result<com::Ptr<IWbemClassObject>> get(const RefreshRequest& from, const std::string& path) {
    com::Ptr<IWbemClassObject> object;
    const com::Bstr text(path);
    WMI_TRY(com::to_result(from.name_space->GetObject(text.get(), from.flags, from.context.get(),
                                                      object.put(), nullptr),
                           path));
    return object;
}

Result<com::Ptr<IWbemObjectAccess>> access_to(const com::Ptr<IWbemClassObject>& object) {
    if (auto access = object.query<IWbemObjectAccess>()) return access;
    return fail(Status::InvalidObject, "the object has no IWbemObjectAccess");
}

// Gives the client's object the values that there are now, under the object's lock.
Result<> take_values(IWbemObjectAccess* to, const cim::Instance& from) {
    Content& content = *WMI_TRY(own_content(to));
    if (from.class_of().layout()->hash() != content.cls().layout()->hash()) {
        return fail(Status::HandleOutOfDate,
                    "class {} has changed since the object was added to the refresher",
                    content.name().text());
    }
    WMI_TRY(com::to_result(to->Lock(0), "the object"));
    Result<> taken;
    for (std::size_t i = 0; taken && i < content.cls().properties().size(); ++i) {
        taken = content.set(i, from.get(i));
    }
    to->Unlock(0);
    return taken;
}

class ObjectOfService final : public Refreshable {
  public:
    ObjectOfService(RefreshRequest request, std::string path, com::Ptr<IWbemObjectAccess> object)
        : request_(std::move(request)), path_(std::move(path)), object_(std::move(object)) {}

    Result<> refresh(LONG) override {
        const auto found = WMI_TRY(get(request_, path_));
        const cim::ObjectPtr now = WMI_TRY(object_of(found.get()));
        if (const auto* instance = now->as_instance()) return take_values(object_.get(), *instance);
        return fail(Status::InvalidObject, "{} is a class", path_);
    }

  private:
    RefreshRequest request_;
    std::string path_;
    com::Ptr<IWbemObjectAccess> object_;
};

class EnumOfService final : public Refreshable {
  public:
    EnumOfService(RefreshRequest request, std::string class_name,
                  com::Ptr<HighPerformanceEnum> objects)
        : request_(std::move(request)),
          class_name_(std::move(class_name)),
          objects_(std::move(objects)) {}

    Result<> refresh(LONG) override {
        com::Ptr<IEnumWbemClassObject> found;
        const com::Bstr name(class_name_);
        WMI_TRY(com::to_result(request_.name_space->CreateInstanceEnum(
                                   name.get(), request_.flags | WBEM_FLAG_FORWARD_ONLY,
                                   request_.context.get(), found.put()),
                               class_name_));
        std::vector<com::Ptr<IWbemObjectAccess>> objects;
        while (WMI_TRY(read_some(*found.get(), objects))) {
        }
        objects_->replace(std::move(objects));
        return {};
    }

  private:
    // False at the end.
    Result<bool> read_some(IEnumWbemClassObject& from,
                           std::vector<com::Ptr<IWbemObjectAccess>>& into) const {
        IWbemClassObject* batch[enumeration_batch] = {};
        ULONG count = 0;
        const HRESULT hr = from.Next(WBEM_INFINITE, enumeration_batch, batch, &count);
        std::vector<com::Ptr<IWbemClassObject>> owned;
        for (ULONG i = 0; i < count; ++i) {
            owned.push_back(com::Ptr<IWbemClassObject>::adopt(batch[i]));
        }
        WMI_TRY(com::to_result(hr, class_name_));
        for (const auto& object : owned) into.push_back(WMI_TRY(access_to(object)));
        return hr == WBEM_S_NO_ERROR;
    }

    RefreshRequest request_;
    std::string class_name_;
    com::Ptr<HighPerformanceEnum> objects_;
};

// What the bulk refresher of a namespace keeps current under a number.
class InBulk {
  public:
    InBulk(NamespaceRefresherPtr bulk, BulkRefresher::Id id) : bulk_(std::move(bulk)), id_(id) {}
    ~InBulk() {
        if (bulk_) static_cast<void>(bulk_->bulk().remove(id_));  // gone with the refresher at last
    }
    InBulk(InBulk&& other) noexcept : bulk_(std::move(other.bulk_)), id_(other.id_) {}
    InBulk(const InBulk&) = delete;
    InBulk& operator=(InBulk&&) = delete;

    // As of the namespace's last refresh, whose failure is this one's.
    Result<std::vector<cim::InstancePtr>> objects() const {
        if (const auto& refreshed = bulk_->refreshed(); !refreshed) {
            return tl::unexpected(refreshed.error());
        }
        return bulk_->bulk().objects(id_);
    }

  private:
    NamespaceRefresherPtr bulk_;
    BulkRefresher::Id id_;
};

class ObjectInBulk final : public Refreshable {
  public:
    ObjectInBulk(InBulk source, std::string path, com::Ptr<IWbemObjectAccess> object)
        : source_(std::move(source)), path_(std::move(path)), object_(std::move(object)) {}

    Result<> refresh(LONG) override {
        const auto now = WMI_TRY(source_.objects());
        if (!now.empty()) return take_values(object_.get(), *now.front());
        return fail(Status::NotFound, "{} is gone", path_);
    }

  private:
    InBulk source_;
    std::string path_;
    com::Ptr<IWbemObjectAccess> object_;
};

class EnumInBulk final : public Refreshable {
  public:
    EnumInBulk(InBulk source, com::Ptr<HighPerformanceEnum> objects)
        : source_(std::move(source)), objects_(std::move(objects)) {}

    Result<> refresh(LONG) override {
        std::vector<com::Ptr<IWbemObjectAccess>> objects;
        for (const auto& instance : WMI_TRY(source_.objects())) {
            objects.push_back(WMI_TRY(access_to(make_object(instance))));
        }
        objects_->replace(std::move(objects));
        return {};
    }

  private:
    InBulk source_;
    com::Ptr<HighPerformanceEnum> objects_;
};

class OfRefresher final : public Refreshable {
  public:
    explicit OfRefresher(com::Ptr<IWbemRefresher> refresher) : refresher_(std::move(refresher)) {}
    Result<> refresh(LONG flags) override {
        const HRESULT hr = refresher_->Refresh(flags);
        if (hr != WBEM_S_PARTIAL_RESULTS) {
            WMI_TRY(com::to_result(hr, "a refresher within the refresher"));
            return {};
        }
        return fail(Status::Failed, "a refresher within the refresher refreshed a part only");
    }

  private:
    com::Ptr<IWbemRefresher> refresher_;
};

}  // namespace

Result<RefreshedObject> refresh_object(const RefreshRequest& request, const std::string& path) {
    const auto found = WMI_TRY(get(request, path));
    const cim::ObjectPtr content = WMI_TRY(object_of(found.get()));
    const auto* instance = content->as_instance();
    if (!instance) {
        return fail(Status::InvalidParameter, "{} is a class; a refresher refreshes instances",
                    path);
    }
    auto access = WMI_TRY(access_to(found));
    if (!request.bulk) {
        return RefreshedObject{found, std::make_unique<ObjectOfService>(request, path, access)};
    }
    const auto own_path = WMI_TRY(instance->path());
    InBulk source(request.bulk, WMI_TRY(request.bulk->bulk().add_object(own_path)));
    return RefreshedObject{
        found, std::make_unique<ObjectInBulk>(std::move(source), path, std::move(access))};
}

Result<RefreshedEnum> refresh_enum(const RefreshRequest& request, const std::string& class_name) {
    auto for_class = request;
    for_class.flags &= ~LONG{WBEM_FLAG_SHALLOW};
    const auto found = WMI_TRY(get(for_class, class_name));
    const cim::ObjectPtr content = WMI_TRY(object_of(found.get()));
    if (!content->as_class()) {
        return fail(Status::InvalidParameter, "{} is not the name of a class", class_name);
    }
    auto objects = com::make<HighPerformanceEnum>();
    if (!request.bulk) {
        return RefreshedEnum{objects,
                             std::make_unique<EnumOfService>(request, class_name, objects)};
    }
    const cim::Name& name = content->class_of().name();
    InBulk source(request.bulk, WMI_TRY(request.bulk->bulk().add_enumeration(name)));
    return RefreshedEnum{objects, std::make_unique<EnumInBulk>(std::move(source), objects)};
}

RefreshablePtr refresh_refresher(com::Ptr<IWbemRefresher> refresher) {
    return std::make_unique<OfRefresher>(std::move(refresher));
}

}  // namespace openwmi::wbem
