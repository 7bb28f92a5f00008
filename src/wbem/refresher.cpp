#include "wbem/refresher.h"

#include <atomic>
#include <functional>
#include <map>
#include <optional>

#include "com/boundary.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "com/variant.h"
#include "wbem/arguments.h"
#include "wbem/refreshable.h"

namespace openwmi::wbem {
namespace {

constexpr LONG object_flags = WBEM_FLAG_USE_AMENDED_QUALIFIERS;
constexpr LONG enum_flags = object_flags | LONG{WBEM_FLAG_SHALLOW};

Result<> check_flags(LONG flags, LONG known) {
    if ((flags & ~known) == 0) return {};
    return fail(Status::InvalidParameter, "0x{:X} has no meaning here", static_cast<ULONG>(flags));
}

Result<std::string> path_of(IWbemClassObject* object) {
    if (!object) return fail(Status::InvalidParameter, "the template is null");
    com::Variant path;
    WMI_TRY(com::to_result(object->Get(L"__RELPATH", 0, path.put(), nullptr, nullptr),
                           "the template's path"));
    if (!path.is_null()) return path.as<std::string>();
    return fail(Status::InvalidParameter, "the template has no path: its keys are not set");
}

// Thread-safe in that a second use at the same time is refused.
class Refresher final : public com::Implements<IWbemRefresher, IWbemConfigureRefresher> {
  public:
    HRESULT STDMETHODCALLTYPE Refresh(LONG lFlags) override {
        return alone([&]() -> Result<Status> {
            WMI_TRY(check_flags(lFlags, WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT));
            for (const auto& [_, name_space] : namespaces_) name_space->refresh();
            std::optional<Error> first;
            std::size_t failed = 0;
            for (const auto& [_, item] : items_) {
                auto refreshed = item->refresh(lFlags);
                if (refreshed) continue;
                ++failed;
                if (!first) first = std::move(refreshed.error());
            }
            if (failed == 0) return Status::Ok;
            if (failed < items_.size()) return Status::SPartialResults;
            return tl::unexpected(*std::move(first));
        });
    }

    HRESULT STDMETHODCALLTYPE AddObjectByPath(IWbemServices* pNamespace, LPCWSTR wszPath,
                                              LONG lFlags, IWbemContext* pContext,
                                              IWbemClassObject** ppRefreshable,
                                              LONG* plId) override {
        return add_object(pNamespace, lFlags, pContext, ppRefreshable, plId,
                          [&]() -> Result<std::string> {
                              std::string path = com::to_utf8(wszPath);
                              if (!path.empty()) return path;
                              return fail(Status::InvalidParameter, "the path is missing");
                          });
    }

    HRESULT STDMETHODCALLTYPE AddObjectByTemplate(IWbemServices* pNamespace,
                                                  IWbemClassObject* pTemplate, LONG lFlags,
                                                  IWbemContext* pContext,
                                                  IWbemClassObject** ppRefreshable,
                                                  LONG* plId) override {
        return add_object(pNamespace, lFlags, pContext, ppRefreshable, plId,
                          [&] { return path_of(pTemplate); });
    }

    HRESULT STDMETHODCALLTYPE AddRefresher(IWbemRefresher* pRefresher, LONG lFlags,
                                           LONG* plId) override {
        return alone([&]() -> Result<> {
            WMI_TRY(check_flags(lFlags, 0));
            if (!pRefresher || pRefresher == static_cast<IWbemRefresher*>(this)) {
                return fail(Status::InvalidParameter, "the refresher is null, or this one");
            }
            keep(refresh_refresher(com::Ptr<IWbemRefresher>(pRefresher)), plId);
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE Remove(LONG lId, LONG lFlags) override {
        RefreshablePtr removed;  // released when the refresher may be used again
        return alone([&]() -> Result<> {
            WMI_TRY(check_flags(lFlags, 0));
            const auto found = items_.find(lId);
            if (found == items_.end()) {
                return fail(Status::NotFound, "the refresher has nothing with the id {}", lId);
            }
            removed = std::move(found->second);
            items_.erase(found);
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE AddEnum(IWbemServices* pNamespace, LPCWSTR wszClassName, LONG lFlags,
                                      IWbemContext* pContext, IWbemHiPerfEnum** ppEnum,
                                      LONG* plId) override {
        return alone([&]() -> Result<> {
            WMI_TRY(check_out(ppEnum));
            WMI_TRY(check_flags(lFlags, enum_flags));
            const auto request = WMI_TRY(request_of(pNamespace, lFlags, pContext));
            const cim::Name name = WMI_TRY(name_argument(wszClassName));
            auto made = WMI_TRY(refresh_enum(request, name.text()));
            keep(std::move(made.refreshable), plId);
            *ppEnum = made.objects.detach();
            return {};
        });
    }

  private:
    // Runs the body unless another call is at work.
    template <class F>
    HRESULT alone(F&& body) {
        return com::boundary([&]() -> decltype(body()) {
            if (busy_.test_and_set(std::memory_order_acquire)) {
                return fail(Status::RefresherBusy, "the refresher is at work for another call");
            }
            struct Free {
                std::atomic_flag& busy;
                ~Free() { busy.clear(std::memory_order_release); }
            } const free{busy_};
            return body();
        });
    }

    template <class Path>
    HRESULT add_object(IWbemServices* name_space, LONG flags, IWbemContext* context,
                       IWbemClassObject** object, LONG* id, Path&& path) {
        return alone([&]() -> Result<> {
            WMI_TRY(check_out(object));
            WMI_TRY(check_flags(flags, object_flags));
            const auto request = WMI_TRY(request_of(name_space, flags, context));
            auto made = WMI_TRY(refresh_object(request, WMI_TRY(path())));
            keep(std::move(made.refreshable), id);
            *object = made.object.detach();
            return {};
        });
    }

    Result<RefreshRequest> request_of(IWbemServices* name_space, LONG flags,
                                      IWbemContext* context) {
        if (!name_space) return fail(Status::InvalidParameter, "the namespace is null");
        RefreshRequest request{com::Ptr<IWbemServices>(name_space), flags,
                               com::Ptr<IWbemContext>(context), nullptr};
        // What a call is to say besides is said in calls only.
        if (flags == 0 && !context) request.bulk = bulk_of(request.name_space);
        return request;
    }

    // Null for a service elsewhere.
    NamespaceRefresherPtr bulk_of(const com::Ptr<IWbemServices>& name_space) {
        if (const auto known = namespaces_.find(name_space); known != namespaces_.end()) {
            return known->second;
        }
        const auto access = name_space.query<IRefreshAccess>();
        if (!access) return nullptr;
        auto made = std::make_shared<NamespaceRefresher>(access->make_refresher());
        return namespaces_.emplace(name_space, std::move(made)).first->second;
    }

    void keep(RefreshablePtr item, LONG* id) {
        items_.emplace(++last_id_, std::move(item));
        if (id) *id = last_id_;
    }

    struct ByAddress {
        bool operator()(const com::Ptr<IWbemServices>& a, const com::Ptr<IWbemServices>& b) const {
            return std::less<>()(a.get(), b.get());
        }
    };

    std::atomic_flag busy_;
    std::map<com::Ptr<IWbemServices>, NamespaceRefresherPtr, ByAddress> namespaces_;
    std::map<LONG, RefreshablePtr> items_;  // in the order they were added
    LONG last_id_ = 0;
};

}  // namespace

com::Ptr<IWbemRefresher> make_refresher() {
    return com::make<Refresher>();
}

}  // namespace openwmi::wbem
