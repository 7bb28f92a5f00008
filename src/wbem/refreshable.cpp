#include "wbem/refreshable.h"

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

// Gives the client's object the values that the service has now, under the object's lock.
Result<> take_values(IWbemObjectAccess* to, IWbemClassObject* from) {
    const cim::ObjectPtr now = WMI_TRY(object_of(from));
    Content& content = *WMI_TRY(own_content(to));
    const cim::Instance* instance = now->as_instance();
    const bool same =
        instance && instance->class_of().layout()->hash() == content.cls().layout()->hash();
    if (!same) {
        return fail(Status::HandleOutOfDate,
                    "class {} has changed since the object was added to the refresher",
                    content.name().text());
    }
    WMI_TRY(com::to_result(to->Lock(0), "the object"));
    Result<> taken;
    for (std::size_t i = 0; taken && i < content.cls().properties().size(); ++i) {
        taken = content.set(i, instance->get(i));
    }
    to->Unlock(0);
    return taken;
}

class ObjectOfService final : public Refreshable {
  public:
    ObjectOfService(RefreshRequest request, std::string path, com::Ptr<IWbemObjectAccess> object)
        : request_(std::move(request)), path_(std::move(path)), object_(std::move(object)) {}

    Result<> refresh(LONG) override {
        const auto now = WMI_TRY(get(request_, path_));
        return take_values(object_.get(), now.get());
    }

  private:
    RefreshRequest request_;
    std::string path_;
    com::Ptr<IWbemObjectAccess> object_;
};

class EnumOfService final : public Refreshable {
  public:
    EnumOfService(RefreshRequest request, std::string class_name, com::Ptr<HiPerfEnum> objects)
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
        std::vector<HiPerfEnum::Member> members;
        for (;;) {
            IWbemClassObject* batch[enumeration_batch] = {};
            ULONG count = 0;
            const HRESULT hr = found->Next(WBEM_INFINITE, enumeration_batch, batch, &count);
            std::vector<com::Ptr<IWbemClassObject>> owned;
            for (ULONG i = 0; i < count; ++i) {
                owned.push_back(com::Ptr<IWbemClassObject>::adopt(batch[i]));
            }
            WMI_TRY(com::to_result(hr, class_name_));
            for (const auto& object : owned) {
                members.push_back(
                    {static_cast<LONG>(members.size() + 1), WMI_TRY(access_to(object))});
            }
            if (hr != WBEM_S_NO_ERROR) break;
        }
        objects_->replace(std::move(members));
        return {};
    }

  private:
    RefreshRequest request_;
    std::string class_name_;
    com::Ptr<HiPerfEnum> objects_;
};

// What a provider in this process keeps up to date by itself, until it is told to stop.
class OfProvider final : public Refreshable {
  public:
    static Result<std::unique_ptr<OfProvider>> open(const RefreshRequest& request,
                                                    com::Ptr<IWbemHiPerfProvider> provider) {
        std::unique_ptr<OfProvider> opened(new OfProvider());
        WMI_TRY(com::to_result(
            provider->CreateRefresher(request.name_space.get(), 0, opened->refresher_.put()),
            "CreateRefresher"));
        opened->provider_ = std::move(provider);
        return opened;
    }
    ~OfProvider() override {
        if (added_) provider_->StopRefreshing(refresher_.get(), id_, 0);
    }
    OfProvider(const OfProvider&) = delete;
    OfProvider& operator=(const OfProvider&) = delete;

    Result<com::Ptr<IWbemObjectAccess>> add(const RefreshRequest& request,
                                            const com::Ptr<IWbemObjectAccess>& instance) {
        com::Ptr<IWbemObjectAccess> object;
        WMI_TRY(com::to_result(provider_->CreateRefreshableObject(
                                   request.name_space.get(), instance.get(), refresher_.get(),
                                   request.flags, request.context.get(), object.put(), &id_),
                               "CreateRefreshableObject"));
        added_ = true;
        return object;
    }
    Result<> add(const RefreshRequest& request, const std::string& class_name,
                 HiPerfEnum* objects) {
        WMI_TRY(com::to_result(
            provider_->CreateRefreshableEnum(request.name_space.get(), to_wide(class_name).c_str(),
                                             refresher_.get(), request.flags, request.context.get(),
                                             objects, &id_),
            "CreateRefreshableEnum"));
        added_ = true;
        return {};
    }
    Result<> refresh(LONG flags) override {
        WMI_TRY(com::to_result(refresher_->Refresh(flags), "the provider's refresher"));
        return {};
    }

  private:
    OfProvider() = default;

    com::Ptr<IWbemHiPerfProvider> provider_;
    com::Ptr<IWbemRefresher> refresher_;
    LONG id_ = 0;
    bool added_ = false;
};

class OfRefresher final : public Refreshable {
  public:
    explicit OfRefresher(com::Ptr<IWbemRefresher> refresher) : refresher_(std::move(refresher)) {}
    Result<> refresh(LONG flags) override {
        WMI_TRY(com::to_result(refresher_->Refresh(flags), "a refresher within the refresher"));
        return {};
    }

  private:
    com::Ptr<IWbemRefresher> refresher_;
};

com::Ptr<IWbemHiPerfProvider> provider_of(const RefreshRequest& request,
                                          const std::string& class_name, HiPerfSource* source) {
    if (!source) return {};
    return source->find(request.name_space.get(), to_wide(class_name).c_str());
}

}  // namespace

Result<RefreshedObject> refresh_object(const RefreshRequest& request, const std::string& path,
                                       HiPerfSource* source) {
    const auto found = WMI_TRY(get(request, path));
    const cim::ObjectPtr content = WMI_TRY(object_of(found.get()));
    if (!content->as_instance()) {
        return fail(Status::InvalidParameter, "{} is a class; a refresher refreshes instances",
                    path);
    }
    auto access = WMI_TRY(access_to(found));
    const std::string& class_name = content->class_of().name().text();
    if (auto provider = provider_of(request, class_name, source)) {
        auto direct = WMI_TRY(OfProvider::open(request, std::move(provider)));
        auto object = direct->add(request, access);
        if (object) return RefreshedObject{*std::move(object), std::move(direct)};
        if (object.error().status != Status::ProviderNotCapable) {
            return tl::unexpected(std::move(object.error()));
        }
    }
    return RefreshedObject{found, std::make_unique<ObjectOfService>(request, path, access)};
}

Result<RefreshedEnum> refresh_enum(const RefreshRequest& request, const std::string& class_name,
                                   HiPerfSource* source) {
    auto for_class = request;
    for_class.flags &= ~LONG{WBEM_FLAG_SHALLOW};
    const auto found = WMI_TRY(get(for_class, class_name));
    if (!WMI_TRY(object_of(found.get()))->as_class()) {
        return fail(Status::InvalidParameter, "{} is not the name of a class", class_name);
    }
    auto objects = com::make<HiPerfEnum>();
    if (auto provider = provider_of(request, class_name, source)) {
        auto direct = WMI_TRY(OfProvider::open(request, std::move(provider)));
        const auto added = direct->add(request, class_name, objects.get());
        if (added) return RefreshedEnum{objects, std::move(direct)};
        if (added.error().status != Status::ProviderNotCapable) {
            return tl::unexpected(added.error());
        }
    }
    return RefreshedEnum{objects, std::make_unique<EnumOfService>(request, class_name, objects)};
}

RefreshablePtr refresh_refresher(com::Ptr<IWbemRefresher> refresher) {
    return std::make_unique<OfRefresher>(std::move(refresher));
}

}  // namespace openwmi::wbem
