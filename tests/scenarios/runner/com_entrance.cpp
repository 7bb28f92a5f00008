#include "scenarios/runner/com_entrance.h"

#include <wbemcli.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "bridge/loader.h"
#include "bridge/locator.h"
#include "com/apartment.h"
#include "com/boundary.h"
#include "com/bstr.h"
#include "com/class_object.h"
#include "com/guid.h"
#include "com/implements.h"
#include "scenarios/fixture.h"
#include "scenarios/runner/com_provider.h"
#include "wbem/object.h"

namespace openwmi::scenarios {

namespace {

com::Bstr to_bstr(std::string_view text) {
    return com::Bstr(text);
}

// A connection of a client, made anew for each step: a namespace may have gone in between.
Result<com::Ptr<IWbemServices>> connect(const cim::NamespacePath& ns) {
    com::Ptr<IWbemLocator> locator;
    WMI_TRY(com::to_result(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER,
                                            IID_IWbemLocator, locator.put_void()),
                           "CoCreateInstance"));
    com::Ptr<IWbemServices> services;
    WMI_TRY(com::to_result(locator->ConnectServer(to_bstr(ns.text()).get(), nullptr, nullptr,
                                                  nullptr, 0, nullptr, nullptr, services.put()),
                           "ConnectServer"));
    return services;
}

LONG flags_of(mof::PutFlags flags) {
    LONG bits = WBEM_FLAG_CREATE_OR_UPDATE;
    if (flags.mode == mof::PutMode::UpdateOnly) bits = WBEM_FLAG_UPDATE_ONLY;
    if (flags.mode == mof::PutMode::CreateOnly) bits = WBEM_FLAG_CREATE_ONLY;
    if (flags.update == mof::UpdateMode::Safe) bits |= WBEM_FLAG_UPDATE_SAFE_MODE;
    if (flags.update == mof::UpdateMode::Force) bits |= WBEM_FLAG_UPDATE_FORCE_MODE;
    return bits;
}

// Stores what the MOF compiler says through IWbemServices.
class ComTarget final : public mof::Target {
  public:
    Result<bool> namespace_exists(const cim::NamespacePath& ns) override {
        const auto services = connect(ns);
        if (services) return true;
        if (services.error().status == Status::InvalidNamespace) return false;
        return fail(services.error());
    }

    Result<cim::ClassPtr> find_class(const cim::NamespacePath& ns, const cim::Name& name) override {
        const auto services = WMI_TRY(connect(ns));
        com::Ptr<IWbemClassObject> object;
        const auto got = com::to_result(
            services->GetObject(to_bstr(name.text()).get(), 0, nullptr, object.put(), nullptr),
            "GetObject");
        if (!got && got.error().status == Status::NotFound) return cim::ClassPtr();
        if (!got) return fail(got.error());
        const auto found = WMI_TRY(wbem::object_of(object.get()));
        return cim::ClassPtr(found->as_class());
    }

    Result<> put_class(const cim::NamespacePath& ns, const cim::ClassDeclaration& declaration,
                       mof::PutFlags flags) override {
        const auto services = WMI_TRY(connect(ns));
        cim::ClassPtr superclass;
        if (!declaration.superclass.empty())
            superclass = WMI_TRY(find_class(ns, declaration.superclass));
        const auto object = wbem::make_object(WMI_TRY(cim::Class::derive(declaration, superclass)));
        WMI_TRY(com::to_result(services->PutClass(object.get(), flags_of(flags), nullptr, nullptr),
                               "PutClass"));
        return {};
    }

    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& ns,
                                         const cim::InstancePtr& instance,
                                         mof::PutFlags flags) override {
        const auto services = WMI_TRY(connect(ns));
        const auto object = wbem::make_object(instance);
        com::Ptr<IWbemCallResult> result;
        WMI_TRY(com::to_result(
            services->PutInstance(object.get(), flags_of(flags), nullptr, result.put()),
            "PutInstance"));
        com::Bstr path;
        WMI_TRY(com::to_result(result->GetResultString(0, path.put()), "GetResultString"));
        return cim::ObjectPath::parse(path.utf8());
    }

    Result<> delete_class(const cim::NamespacePath& ns, const cim::Name& name) override {
        const auto services = WMI_TRY(connect(ns));
        WMI_TRY(com::to_result(
            services->DeleteClass(to_bstr(name.text()).get(), 0, nullptr, nullptr), "DeleteClass"));
        return {};
    }

    Result<> delete_instance(const cim::NamespacePath& ns, const cim::ObjectPath& path) override {
        const auto services = WMI_TRY(connect(ns));
        WMI_TRY(com::to_result(
            services->DeleteInstance(to_bstr(path.text()).get(), 0, nullptr, nullptr),
            "DeleteInstance"));
        return {};
    }
};

// A client's sink: passes events on, and drops what comes once it is closed.
class ComReceiver final : public com::Implements<IWbemObjectSink> {
  public:
    explicit ComReceiver(Door::Receive receive) : receive_(std::move(receive)) {}

    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override {
        return com::boundary([&]() -> Result<> {
            std::vector<cim::InstancePtr> events;
            for (LONG i = 0; i < lObjectCount; ++i)
                events.push_back(WMI_TRY(instance_of(apObjArray[i])));
            receive_(events);
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT, BSTR, IWbemClassObject*) override {
        return WBEM_S_NO_ERROR;  // a scenario sees that nothing comes any more
    }

  private:
    const Door::Receive receive_;
};

class ComWatch final : public Door::Watch {
  public:
    ComWatch(com::Ptr<IWbemServices> services, com::Ptr<IWbemObjectSink> sink)
        : services_(std::move(services)), sink_(std::move(sink)) {}
    ~ComWatch() override { (void)services_->CancelAsyncCall(sink_.get()); }

  private:
    const com::Ptr<IWbemServices> services_;
    const com::Ptr<IWbemObjectSink> sink_;
};

class ComDoor final : public Door {
  public:
    explicit ComDoor(bridge::LocatorRegistration locator) : locator_(std::move(locator)) {}

    mof::Target& objects() override { return objects_; }

    Result<std::vector<cim::ObjectPtr>> query(const cim::NamespacePath& ns,
                                              std::string_view text) override {
        const auto services = WMI_TRY(connect(ns));
        com::Ptr<IEnumWbemClassObject> found;
        WMI_TRY(com::to_result(services->ExecQuery(to_bstr("WQL").get(), to_bstr(text).get(),
                                                   WBEM_FLAG_FORWARD_ONLY, nullptr, found.put()),
                               "ExecQuery"));
        std::vector<cim::ObjectPtr> objects;
        for (;;) {
            com::Ptr<IWbemClassObject> next;
            ULONG count = 0;
            WMI_TRY(com::to_result(
                found->Next(static_cast<LONG>(WBEM_INFINITE), 1, next.put(), &count), "Next"));
            if (count == 0) return objects;
            objects.push_back(WMI_TRY(wbem::object_of(next.get())));
        }
    }

    Result<std::unique_ptr<Watch>> watch(const cim::NamespacePath& ns, std::string_view query,
                                         Receive receive) override {
        auto services = WMI_TRY(connect(ns));
        com::Ptr<IWbemObjectSink> sink = com::make<ComReceiver>(std::move(receive));
        WMI_TRY(
            com::to_result(services->ExecNotificationQueryAsync(
                               to_bstr("WQL").get(), to_bstr(query).get(), 0, nullptr, sink.get()),
                           "ExecNotificationQueryAsync"));
        return std::make_unique<ComWatch>(std::move(services), std::move(sink));
    }

    Result<> raise(const cim::NamespacePath& ns, const cim::InstancePtr& event) override {
        const auto services = WMI_TRY(connect(ns));
        com::Ptr<IWbemObjectSink> sink;
        WMI_TRY(com::to_result(services->QueryObjectSink(0, sink.put()), "QueryObjectSink"));
        return indicate(*sink, event);
    }

  private:
    const bridge::LocatorRegistration locator_;
    ComTarget objects_;
};

class ComEntrance final : public Entrance {
  public:
    ComEntrance(TestProvider& provider, base::Executor& executor)
        : executor_(executor), loader_(initialization_, executor) {
        auto factory = com::class_object(
            [&provider]() -> Result<com::Ptr<IUnknown>> { return make_com_provider(provider); });
        const auto clsid = com::to_guid(*base::Guid::parse(test_provider_clsid));
        auto opened = com::ClassRegistration::open(clsid, factory);
        if (opened) provider_class_.emplace(std::move(*opened));
    }

    provider::ProviderLoader& loader() override { return loader_; }
    void attach(core::Service& service) override { loader_.attach(service); }
    Result<std::unique_ptr<Door>> open(core::Service& service) override {
        if (!provider_class_) return fail(Status::Failed, "the test provider is not registered");
        auto locator = WMI_TRY(bridge::LocatorRegistration::open(service, executor_,
                                                                 security::Identity::of_service()));
        return std::make_unique<ComDoor>(std::move(locator));
    }

  private:
    const com::Apartment apartment_;
    base::Executor& executor_;
    // Of its own, as in the real service: who waits for a provider to come up must not meanwhile
    // run another task that needs the same provider.
    base::SimulatedExecutor initialization_{1};
    bridge::Loader loader_;
    std::optional<com::ClassRegistration> provider_class_;
};

}  // namespace

std::unique_ptr<Entrance> make_com_entrance(TestProvider& provider, base::Executor& executor) {
    return std::make_unique<ComEntrance>(provider, executor);
}

}  // namespace openwmi::scenarios
