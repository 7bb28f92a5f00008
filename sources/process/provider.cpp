#include "process/provider.h"

#include <array>
#include <cstdio>

#include "process/connector.h"

namespace openwmi::process_source {
namespace {

constexpr int scan_interval_milliseconds = 200;
constexpr std::size_t batch_size = 64;

// Runs an operation whose outcome goes to the sink, in the one call that ends it (COM-092).
template <class Body>
HRESULT complete(IWbemObjectSink* sink, Body&& body) {
    const HRESULT hr = guarded([&]() -> HRESULT { return body(); });
    sink->SetStatus(WBEM_STATUS_COMPLETE, hr, nullptr, nullptr);
    return WBEM_S_NO_ERROR;
}

bool is_process_class(const BSTR name) {
    constexpr std::wstring_view expected = L"win32_process";
    const std::wstring_view text(name, SysStringLen(name));
    if (text.size() != expected.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const wchar_t c = text[i] >= L'A' && text[i] <= L'Z' ? text[i] + (L'a' - L'A') : text[i];
        if (c != expected[i]) return false;
    }
    return true;
}

}  // namespace

std::optional<pid_t> process_id_in(std::wstring_view path) {
    const auto equals = path.find(L'=');
    if (equals == std::wstring_view::npos) return std::nullopt;
    std::wstring_view value = path.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == L'"' || value.front() == L'\'')) {
        if (value.back() != value.front()) return std::nullopt;
        value = value.substr(1, value.size() - 2);
    }
    constexpr std::size_t max_digits = 9;
    if (value.empty() || value.size() > max_digits || value.front() == L'0') return std::nullopt;
    pid_t id = 0;
    for (const wchar_t c : value) {
        if (c < L'0' || c > L'9') return std::nullopt;
        id = id * 10 + static_cast<pid_t>(c - L'0');
    }
    return id;
}

std::unique_ptr<ProcessEvents> open_system_events() {
    std::string refusal;
    if (auto connector = open_connector(refusal)) return connector;
    std::fprintf(stderr,
                 "openwmi: process: no process connector: %s; /proc is compared every %d ms "
                 "instead, which misses processes that live shorter\n",
                 refusal.c_str(), scan_interval_milliseconds);
    return make_scan_timer(scan_interval_milliseconds);
}

ProcessProvider::ProcessProvider() : ProcessProvider(ProcFolder(), open_system_events) {}

ProcessProvider::ProcessProvider(ProcFolder proc, ProcessWatch::Open open)
    : proc_(std::move(proc)), machine_(Machine::of_system()), open_(std::move(open)) {}

HRESULT ProcessProvider::Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices* pNamespace,
                                    IWbemContext*, IWbemProviderInitSink* pInitSink) {
    if (!pNamespace || !pInitSink) return WBEM_E_INVALID_PARAMETER;
    {
        const std::lock_guard lock(mutex_);
        services_ = com_ptr<IWbemServices>(pNamespace);
    }
    return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
}

com_ptr<IWbemServices> ProcessProvider::services() const {
    const std::lock_guard lock(mutex_);
    if (!services_) throw error(WBEM_E_INVALID_OPERATION, "the provider is not initialised");
    return services_;
}

HRESULT ProcessProvider::ProvideEvents(IWbemObjectSink* pSink, LONG lFlags) {
    if (!pSink || lFlags != 0) return WBEM_E_INVALID_PARAMETER;
    return guarded([&]() -> HRESULT {
        auto raiser = std::make_shared<EventRaiser>(services().get(), pSink, machine_);
        const std::lock_guard lock(mutex_);
        watch_.reset();  // its thread uses the raiser before
        raiser_ = std::move(raiser);
        watch_ = std::make_unique<ProcessWatch>(
            proc_, open_,
            [raising = raiser_](const ProcessChange& change) { raising->raise(change); });
        watch_if_wanted();
        return WBEM_S_NO_ERROR;
    });
}

HRESULT ProcessProvider::NewQuery(ULONG dwId, WBEM_WSTR, WBEM_WSTR) {
    return guarded([&]() -> HRESULT {
        const std::lock_guard lock(mutex_);
        knows_queries_ = true;
        queries_.insert(dwId);
        watch_if_wanted();
        return WBEM_S_NO_ERROR;
    });
}

HRESULT ProcessProvider::CancelQuery(ULONG dwId) {
    return guarded([&]() -> HRESULT {
        const std::lock_guard lock(mutex_);
        queries_.erase(dwId);
        watch_if_wanted();
        return WBEM_S_NO_ERROR;
    });
}

// Needs the lock.
void ProcessProvider::watch_if_wanted() {
    if (!watch_) return;
    if (!knows_queries_ || !queries_.empty()) {
        watch_->start();
    } else {
        watch_->stop();
    }
}

com_ptr<IWbemClassObject> ProcessProvider::instance_of(pid_t id,
                                                       IWbemClassObject* process_class) const {
    const auto state = proc_.state(id);
    if (!state || state->is_kernel_thread || state->has_ended) return nullptr;
    const ProcessFacts facts = proc_.read(id);
    if (facts.start_ticks != state->start_ticks) return nullptr;  // gone while it was read
    auto instance = spawn_instance(process_class);
    fill_instance(instance.get(), facts, machine_);
    return instance;
}

HRESULT ProcessProvider::GetObjectAsync(const BSTR strObjectPath, LONG, IWbemContext* pCtx,
                                        IWbemObjectSink* pResponseHandler) {
    if (!strObjectPath || !pResponseHandler) return WBEM_E_INVALID_PARAMETER;
    return complete(pResponseHandler, [&]() -> HRESULT {
        const auto id = process_id_in({strObjectPath, SysStringLen(strObjectPath)});
        if (!id) return WBEM_E_INVALID_OBJECT_PATH;
        const auto process_class = get_class(services().get(), L"Win32_Process", pCtx);
        const auto instance = instance_of(*id, process_class.get());
        if (!instance) return WBEM_E_NOT_FOUND;
        IWbemClassObject* object = instance.get();
        return pResponseHandler->Indicate(1, &object);
    });
}

HRESULT ProcessProvider::CreateInstanceEnumAsync(const BSTR strFilter, LONG, IWbemContext* pCtx,
                                                 IWbemObjectSink* pResponseHandler) {
    if (!strFilter || !pResponseHandler) return WBEM_E_INVALID_PARAMETER;
    return complete(pResponseHandler, [&]() -> HRESULT {
        if (!is_process_class(strFilter)) return WBEM_E_INVALID_CLASS;
        const auto process_class = get_class(services().get(), L"Win32_Process", pCtx);
        std::vector<com_ptr<IWbemClassObject>> batch;
        const auto send = [&]() -> HRESULT {
            std::vector<IWbemClassObject*> objects;
            for (const auto& object : batch) objects.push_back(object.get());
            const HRESULT hr =
                objects.empty()
                    ? WBEM_S_NO_ERROR
                    : pResponseHandler->Indicate(static_cast<LONG>(objects.size()), objects.data());
            batch.clear();
            return hr;
        };
        for (const pid_t id : proc_.ids()) {
            if (auto instance = instance_of(id, process_class.get())) {
                batch.push_back(std::move(instance));
            }
            if (batch.size() < batch_size) continue;
            const HRESULT hr = send();
            if (FAILED(hr)) return hr;  // WBEM_E_CALL_CANCELLED: nobody wants the rest
        }
        return send();
    });
}

}  // namespace openwmi::process_source
