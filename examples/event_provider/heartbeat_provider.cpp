// An event provider: raises Example_Heartbeat once a second.
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <openwmi.hpp>
#include <thread>

DEFINE_GUID(CLSID_Heartbeat, 0xF963ECCF, 0x01C2, 0x479B, 0xBA, 0x7B, 0xC9, 0xA0, 0x9F, 0xB9, 0x6C,
            0x0B);

namespace {

using namespace openwmi;

class HeartbeatProvider final : public implements<IWbemProviderInit, IWbemEventProvider> {
  public:
    // WMI releases a provider that nobody listens to any more.
    ~HeartbeatProvider() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        stopped_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    // The namespace is where the class of the events lives.
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices* pNamespace,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        if (!pNamespace || !pInitSink) return WBEM_E_INVALID_PARAMETER;
        return guarded([&]() -> HRESULT {
            class_ = get_class(pNamespace, L"Example_Heartbeat");
            return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
        });
    }

    // Somebody listens. This call must return soon; events come from a thread of the provider.
    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink* pSink, LONG lFlags) override {
        if (!pSink || lFlags != 0 || !class_ || thread_.joinable()) return WBEM_E_INVALID_PARAMETER;
        return guarded([&]() -> HRESULT {
            sink_ = com_ptr<IWbemObjectSink>(pSink);
            thread_ = std::thread(&HeartbeatProvider::beat, this);
            return WBEM_S_NO_ERROR;
        });
    }

  private:
    void beat() {
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        std::uint32_t count = 0;
        std::unique_lock lock(mutex_);
        while (!stopped_.wait_for(lock, std::chrono::seconds(1), [&] { return stopping_; })) {
            lock.unlock();
            guarded([&] { return raise(++count); });
            lock.lock();
        }
        lock.unlock();
        CoUninitialize();
    }

    HRESULT raise(std::uint32_t count) {
        char machine[256] = {};
        gethostname(machine, sizeof machine - 1);
        const auto event = spawn_instance(class_.get());
        put_property(event.get(), L"Count", count);
        put_property(event.get(), L"Machine", std::string(machine));
        IWbemClassObject* object = event.get();
        return sink_->Indicate(1, &object);
    }

    com_ptr<IWbemClassObject> class_;
    com_ptr<IWbemObjectSink> sink_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<HeartbeatProvider>(CLSID_Heartbeat))
