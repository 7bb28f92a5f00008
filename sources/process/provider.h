#pragma once

#include <memory>
#include <mutex>
#include <openwmi.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "process/event_raiser.h"
#include "process/proc_folder.h"
#include "process/process_watch.h"

// {FC9DB5FE-D2C3-4038-9C7A-EB82E2C17B99}
DEFINE_GUID(CLSID_LinuxProcesses, 0xFC9DB5FE, 0xD2C3, 0x4038, 0x9C, 0x7A, 0xEB, 0x82, 0xE2, 0xC1,
            0x7B, 0x99);

namespace openwmi::process_source {

// The provider of Win32_Process and of the events about processes. It watches only while somebody
// wants events: from ProvideEvents on, and, once WMI has told of queries, while there is one.
// Thread-safe.
class ProcessProvider final
    : public provider_services<IWbemProviderInit, IWbemEventProvider, IWbemEventProviderQuerySink> {
  public:
    ProcessProvider();
    // For tests: another /proc, other events.
    ProcessProvider(ProcFolder proc, ProcessWatch::Open open);

    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR wszUser, LONG lFlags, LPWSTR wszNamespace,
                                         LPWSTR wszLocale, IWbemServices* pNamespace,
                                         IWbemContext* pCtx,
                                         IWbemProviderInitSink* pInitSink) override;
    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink* pSink, LONG lFlags) override;
    HRESULT STDMETHODCALLTYPE NewQuery(ULONG dwId, WBEM_WSTR wszQueryLanguage,
                                       WBEM_WSTR wszQuery) override;
    HRESULT STDMETHODCALLTYPE CancelQuery(ULONG dwId) override;
    HRESULT STDMETHODCALLTYPE GetObjectAsync(const BSTR strObjectPath, LONG lFlags,
                                             IWbemContext* pCtx,
                                             IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE CreateInstanceEnumAsync(const BSTR strFilter, LONG lFlags,
                                                      IWbemContext* pCtx,
                                                      IWbemObjectSink* pResponseHandler) override;

  private:
    com_ptr<IWbemServices> services() const;
    com_ptr<IWbemClassObject> instance_of(pid_t id, IWbemClassObject* process_class) const;
    void watch_if_wanted();

    const ProcFolder proc_;
    const Machine machine_;
    mutable std::mutex mutex_;
    com_ptr<IWbemServices> services_;
    std::shared_ptr<EventRaiser> raiser_;  // from ProvideEvents on
    bool knows_queries_ = false;
    std::set<ULONG> queries_;
    const ProcessWatch::Open open_;
    std::unique_ptr<ProcessWatch> watch_;
};

// The process id in "Win32_Process.Handle=\"42\"", with or without namespace and property name.
// None when the path names no process.
std::optional<pid_t> process_id_in(std::wstring_view path);

// The process connector, or where it is refused (said on standard error) a look at /proc five
// times a second.
std::unique_ptr<ProcessEvents> open_system_events();

}  // namespace openwmi::process_source
