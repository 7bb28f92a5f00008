#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "bridge/loader.h"
#include "bridge/locator.h"
#include "com/variant.h"
#include "core/service.h"
#include "support/test_plugins.h"

namespace openwmi::support {

// What a client's sink was told. Confined to one thread.
class ClientSinkRecorder final : public com::Implements<IWbemObjectSink> {
  public:
    explicit ClientSinkRecorder(bool* released = nullptr) : released_(released) {}
    ~ClientSinkRecorder() override {
        if (released_) *released_ = true;
    }

    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override {
        EXPECT_TRUE(statuses.empty()) << "SetStatus is the last";
        for (LONG i = 0; i < lObjectCount; ++i) objects.emplace_back(apObjArray[i]);
        if (on_indicate) on_indicate();
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG lFlags, HRESULT hResult, BSTR strParam,
                                        IWbemClassObject* pObjParam) override {
        if (lFlags == WBEM_STATUS_PROGRESS) {
            EXPECT_TRUE(statuses.empty()) << "the end is the last";
            progress.push_back(hResult);
            return WBEM_S_NO_ERROR;
        }
        EXPECT_EQ(lFlags, WBEM_STATUS_COMPLETE);
        statuses.push_back(hResult);
        text = strParam ? to_utf8(strParam) : "";
        detail = com::Ptr<IWbemClassObject>(pObjParam);
        return WBEM_S_NO_ERROR;
    }

    std::vector<com::Ptr<IWbemClassObject>> objects;
    std::vector<HRESULT> progress;  // LOWORD of HIWORD
    std::vector<HRESULT> statuses;
    std::string text;
    com::Ptr<IWbemClassObject> detail;
    std::function<void()> on_indicate;

  private:
    bool* released_;
};

inline com::Variant get(const com::Ptr<IWbemClassObject>& object, const wchar_t* name) {
    com::Variant value;
    EXPECT_EQ(object->Get(name, 0, value.put(), nullptr, nullptr), WBEM_S_NO_ERROR);
    return value;
}

inline std::string text_of(const com::Ptr<IWbemClassObject>& object, const wchar_t* name) {
    const auto value = get(object, name);
    return value.is_null() ? "NULL" : value.as<std::string>();
}

template <class T>
void put(const com::Ptr<IWbemClassObject>& object, const wchar_t* name, const T& value,
         CIMTYPE type = 0) {
    EXPECT_EQ(object->Put(name, 0, com::Variant(value).in(), type), WBEM_S_NO_ERROR)
        << take_error_text();
}

// A whole service on virtual time, in memory, with the test plug-in, reached through COM as a
// client would.
class TestService {
  public:
    TestService() {
        auto started = core::Service::start(
            {.executor = &executor,
             .calls = &executor,
             .loader = &loader_,
             .on_ready_for_providers = [this](core::Service& one) { loader_.attach(one); }});
        EXPECT_TRUE(started) << (started ? "" : started.error().message);
        service = std::move(*started);
        auto registered =
            bridge::LocatorRegistration::open(*service, executor, security::Identity::of_service());
        EXPECT_TRUE(registered);
        locators = std::make_unique<bridge::LocatorRegistration>(std::move(*registered));
        root = connect("root");
        services = connect("root\\default");
    }
    ~TestService() {
        root = nullptr;
        services = nullptr;
        locators.reset();
        if (service) service->stop();
        executor.drain();
        service.reset();
        executor.drain();
    }
    TestService(const TestService&) = delete;
    TestService& operator=(const TestService&) = delete;

    static com::Ptr<IWbemLocator> locator(REFCLSID clsid = CLSID_WbemLocator) {
        com::Ptr<IWbemLocator> found;
        EXPECT_EQ(CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER, IID_PPV_ARGS(found.put())),
                  S_OK)
            << take_error_text();
        return found;
    }
    static com::Ptr<IWbemServices> connect(std::string_view name_space) {
        com::Ptr<IWbemServices> connected;
        EXPECT_EQ(locator()->ConnectServer(bstr(name_space).get(), nullptr, nullptr, nullptr, 0,
                                           nullptr, nullptr, connected.put()),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        return connected;
    }

    com::Ptr<IWbemClassObject> object(std::string_view path) const {
        com::Ptr<IWbemClassObject> found;
        EXPECT_EQ(services->GetObject(bstr(path).get(), 0, nullptr, found.put(), nullptr),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        return found;
    }
    com::Ptr<IWbemClassObject> spawn(std::string_view class_name) const {
        com::Ptr<IWbemClassObject> spawned;
        EXPECT_EQ(object(class_name)->SpawnInstance(0, spawned.put()), WBEM_S_NO_ERROR);
        return spawned;
    }
    void put_instance(const com::Ptr<IWbemClassObject>& instance) const {
        EXPECT_EQ(services->PutInstance(instance.get(), 0, nullptr, nullptr), WBEM_S_NO_ERROR)
            << take_error_text();
    }
    // A class under construction; an empty superclass makes a top-level one.
    com::Ptr<IWbemClassObject> new_class(std::string_view name, std::string_view superclass) const {
        com::Ptr<IWbemClassObject> made = object(superclass);
        if (!superclass.empty()) {
            const auto base = std::exchange(made, nullptr);
            EXPECT_EQ(base->SpawnDerivedClass(0, made.put()), WBEM_S_NO_ERROR);
        }
        put(made, L"__CLASS", name);
        return made;
    }
    static void add_property(const com::Ptr<IWbemClassObject>& cls, const wchar_t* name,
                             CIMTYPE type, bool key = false) {
        EXPECT_EQ(cls->Put(name, 0, nullptr, type), WBEM_S_NO_ERROR) << take_error_text();
        if (!key) return;
        com::Ptr<IWbemQualifierSet> qualifiers;
        EXPECT_EQ(cls->GetPropertyQualifierSet(name, qualifiers.put()), WBEM_S_NO_ERROR);
        EXPECT_EQ(qualifiers->Put(L"key", com::Variant(true).in(), 0), WBEM_S_NO_ERROR);
    }
    void put_class(const com::Ptr<IWbemClassObject>& cls) const {
        EXPECT_EQ(services->PutClass(cls.get(), 0, nullptr, nullptr), WBEM_S_NO_ERROR)
            << take_error_text();
    }

    TestPlugins plugins;
    base::SimulatedExecutor executor{1};

  private:
    bridge::Loader loader_{executor, executor};

  public:
    std::unique_ptr<core::Service> service;
    std::unique_ptr<bridge::LocatorRegistration> locators;
    com::Ptr<IWbemServices> root;
    com::Ptr<IWbemServices> services;  // root\default
};

// Reads what is there, without waiting.
inline std::vector<com::Ptr<IWbemClassObject>> read_all(IEnumWbemClassObject* enumerator,
                                                        HRESULT* last = nullptr) {
    std::vector<com::Ptr<IWbemClassObject>> found;
    for (;;) {
        com::Ptr<IWbemClassObject> next;
        ULONG count = 0;
        const HRESULT hr = enumerator->Next(WBEM_NO_WAIT, 1, next.put(), &count);
        if (last) *last = hr;
        if (count == 0) return found;
        found.push_back(std::move(next));
    }
}

}  // namespace openwmi::support
