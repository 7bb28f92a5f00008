#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <openwmi.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::support {

// Real WMI objects for the tests of plug-ins, from MOF: what the service would hand them, without
// a service. Use from one thread; services() may be used from any.
class WmiObjects {
  public:
    WmiObjects();
    ~WmiObjects();
    WmiObjects(const WmiObjects&) = delete;
    WmiObjects& operator=(const WmiObjects&) = delete;

    // Compiles it into root\test, or where it says; throws openwmi::error with what is wrong.
    void compile(std::string_view mof);
    void compile_file(const std::filesystem::path& file);

    // Of root\test, or of the namespace named.
    com_ptr<IWbemClassObject> find_class(const std::string& name,
                                         const std::string& name_space = "root\\test") const;
    // The instance that was compiled last.
    com_ptr<IWbemClassObject> last_instance() const;
    // Answers GetObject for the classes of that namespace; everything else refuses.
    com_ptr<IWbemServices> services(const std::string& name_space) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Collects what it is given. Thread-safe.
class CollectingSink final : public implements<IWbemObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override;
    HRESULT STDMETHODCALLTYPE SetStatus(LONG lFlags, HRESULT hResult, BSTR strParam,
                                        IWbemClassObject* pObjParam) override;

    std::vector<com_ptr<IWbemClassObject>> objects() const;
    // Waits until so many of them fulfil it; false after ten seconds without that.
    bool wait_for(std::size_t count, const std::function<bool(IWbemClassObject*)>& fulfils) const;
    std::vector<HRESULT> statuses() const;

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<com_ptr<IWbemClassObject>> objects_;
    std::vector<HRESULT> statuses_;
};

// Remembers what a provider said of its initialisation.
class InitSink final : public implements<IWbemProviderInitSink> {
  public:
    HRESULT STDMETHODCALLTYPE SetStatus(LONG lStatus, LONG) override {
        status = lStatus;
        return WBEM_S_NO_ERROR;
    }
    LONG status = WBEM_E_FAILED;
};

}  // namespace openwmi::support
