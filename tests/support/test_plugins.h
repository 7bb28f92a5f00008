#pragma once

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <openwmi.hpp>
#include <string>
#include <utility>
#include <vector>

#include "com/apartment.h"
#include "com/class_object.h"
#include "com/guid.h"
#include "com/implements.h"
#include "plugins/director.h"
#include "support/temporary_folder.h"

namespace openwmi::support {

// Where the build put the test plug-ins; the test program defines them (see tests/plugins).
#ifndef TEST_STRANGER
#define TEST_STRANGER "test_stranger.so"
#define TEST_NO_ENTRY "test_no_entry.so"
#endif

// The director of the test plug-in: says how it behaves, remembers what it did. Thread-safe.
class TestDirector final : public com::Implements<ITestDirector> {
  public:
    LONG STDMETHODCALLTYPE Behaviour() override { return behaviour; }
    void STDMETHODCALLTYPE Record(LPCWSTR text) override {
        const std::lock_guard lock(mutex_);
        records_.push_back(to_utf8(text));
    }
    void STDMETHODCALLTYPE Keep(IUnknown* object) override {
        if (on_keep) on_keep(com::Ptr<IUnknown>(object));
        const std::lock_guard lock(mutex_);
        kept_ = com::Ptr<IUnknown>(object);
    }
    void STDMETHODCALLTYPE Answer(IWbemClassObject** object) override { answer.copy_to(object); }

    std::vector<std::string> take_records() {
        const std::lock_guard lock(mutex_);
        return std::exchange(records_, {});
    }
    template <class T>
    com::Ptr<T> take_kept() {
        com::Ptr<IUnknown> kept;
        const std::lock_guard lock(mutex_);
        std::swap(kept, kept_);
        return kept.query<T>();
    }

    std::atomic<LONG> behaviour{TEST_GOOD};
    com::Ptr<IWbemClassObject> answer;  // set it before the plug-in is asked
    // Sees all that is kept, not only the last; set it before the plug-in is loaded.
    std::function<void(const com::Ptr<IUnknown>&)> on_keep;

  private:
    std::mutex mutex_;
    std::vector<std::string> records_;
    com::Ptr<IUnknown> kept_;
};

// A multithreaded process in which the test plug-in is registered and the director is there.
class TestPlugins {
  public:
    TestPlugins() : registration_(offer(director)) {
        setenv("OPENWMI_CLASSES_PATH", folder_.path().c_str(), 1);
        for (const CLSID& clsid : {CLSID_TestStranger, CLSID_TestBare, CLSID_TestWithoutInit,
                                   CLSID_TestMissing, CLSID_TestPerformer}) {
            add(clsid, TEST_STRANGER);
        }
        add(CLSID_TestNoEntry, TEST_NO_ENTRY);
    }
    ~TestPlugins() { unsetenv("OPENWMI_CLASSES_PATH"); }
    TestPlugins(const TestPlugins&) = delete;
    TestPlugins& operator=(const TestPlugins&) = delete;

    void add(REFCLSID clsid, const std::string& library) {
        folder_.write(com::to_base(clsid).text() + ".class",
                      "InprocServer32=" + library + "\nThreadingModel=Both\n");
    }

  private:
    com::Apartment apartment_;

  public:
    const com::Ptr<TestDirector> director = com::make<TestDirector>();

  private:
    static com::ClassRegistration offer(const com::Ptr<TestDirector>& one) {
        const auto factory = com::class_object(
            [one]() -> base::Result<com::Ptr<IUnknown>> { return com::Ptr<IUnknown>(one); });
        return com::ClassRegistration::open(CLSID_TestDirector, factory).value();
    }

    TemporaryFolder folder_;
    com::ClassRegistration registration_;
};

}  // namespace openwmi::support
