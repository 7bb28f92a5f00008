#include "wbem/path.h"

#include "com/boundary.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "wbem/arguments.h"
#include "wbem/path_model.h"
#include "wbem/text_buffer.h"

namespace openwmi::wbem {
namespace {

template <class Items>
Result<> check_index(const Items& items, ULONG index, std::string_view what) {
    if (index < items.size()) return {};
    return fail(Status::InvalidParameter, "the path has {} {}s, none at {}", items.size(), what,
                index);
}

Result<PathPartPtr> scope_of(const std::string& text) {
    auto parts = cim::parse_path(text);
    if (!parts) return tl::unexpected(parts.error());
    const bool one = !parts->server && parts->namespaces.empty() && parts->scopes.empty();
    if (one && parts->object) return std::make_shared<PathPart>(PathPart::of(*parts->object));
    return fail(Status::InvalidParameter, "\"{}\" is not one scope", text);
}

// Thread-safe.
class Path final : public com::Implements<IWbemPath> {
  public:
    HRESULT STDMETHODCALLTYPE SetText(ULONG uMode, LPCWSTR pszPath) override {
        return change([&](PathModel& model) -> Result<> {
            if (!pszPath) return fail(Status::InvalidParameter, "the path is null");
            return model.set_text(uMode, com::to_utf8(pszPath));
        });
    }
    HRESULT STDMETHODCALLTYPE GetText(LONG lFlags, ULONG* puBuffLength, LPWSTR pszText) override {
        return change([&](const PathModel& model) -> Result<> {
            return put_text(WMI_TRY(model.text(lFlags)), puBuffLength, pszText);
        });
    }
    HRESULT STDMETHODCALLTYPE GetInfo(ULONG uRequestedInfo, ULONGLONG* puResponse) override {
        return change([&](const PathModel& model) -> Result<> {
            if (uRequestedInfo != 0 || !puResponse) {
                return fail(Status::InvalidParameter, "GetInfo takes 0 and a place for the answer");
            }
            *puResponse = model.info();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE SetServer(LPCWSTR Name) override {
        return change([&](PathModel& model) -> Result<> {
            const std::string name = com::to_utf8(Name);
            if (name.empty()) {
                model.server.reset();
            } else {
                model.server = WMI_TRY(path_server(name));
            }
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE GetServer(ULONG* puNameBufLength, LPWSTR pName) override {
        return change([&](const PathModel& model) -> Result<> {
            if (!model.server) return fail(Status::NotAvailable, "the path names no server");
            return put_text(*model.server, puNameBufLength, pName);
        });
    }

    HRESULT STDMETHODCALLTYPE GetNamespaceCount(ULONG* puCount) override {
        return count([](const PathModel& model) { return model.namespaces.size(); }, puCount);
    }
    HRESULT STDMETHODCALLTYPE SetNamespaceAt(ULONG uIndex, LPCWSTR pszName) override {
        return change([&](PathModel& model) -> Result<> {
            auto name = WMI_TRY(path_namespace(com::to_utf8(pszName)));
            if (uIndex > model.namespaces.size()) {
                return check_index(model.namespaces, uIndex, "namespace");
            }
            model.namespaces.insert(model.namespaces.begin() + uIndex, std::move(name));
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE GetNamespaceAt(ULONG uIndex, ULONG* puNameBufLength,
                                             LPWSTR pName) override {
        return change([&](const PathModel& model) -> Result<> {
            WMI_TRY(check_index(model.namespaces, uIndex, "namespace"));
            return put_text(model.namespaces[uIndex].text(), puNameBufLength, pName);
        });
    }
    HRESULT STDMETHODCALLTYPE RemoveNamespaceAt(ULONG uIndex) override {
        return change([&](PathModel& model) -> Result<> {
            WMI_TRY(check_index(model.namespaces, uIndex, "namespace"));
            model.namespaces.erase(model.namespaces.begin() + uIndex);
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE RemoveAllNamespaces() override {
        return change([](PathModel& model) -> Result<> {
            model.namespaces.clear();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetScopeCount(ULONG* puCount) override {
        return count([](const PathModel& model) { return model.scopes.size(); }, puCount);
    }
    HRESULT STDMETHODCALLTYPE SetScope(ULONG uIndex, LPWSTR pszClass) override {
        return change([&](PathModel& model) -> Result<> {
            auto part = std::make_shared<PathPart>();
            part->class_name = WMI_TRY(path_class_name(com::to_utf8(LPCWSTR{pszClass})));
            return put_scope(model, uIndex, std::move(part));
        });
    }
    HRESULT STDMETHODCALLTYPE SetScopeFromText(ULONG uIndex, LPWSTR pszText) override {
        return change([&](PathModel& model) -> Result<> {
            return put_scope(model, uIndex, WMI_TRY(scope_of(com::to_utf8(LPCWSTR{pszText}))));
        });
    }
    HRESULT STDMETHODCALLTYPE GetScope(ULONG uIndex, ULONG* puClassNameBufSize, LPWSTR pszClass,
                                       IWbemPathKeyList** pKeyList) override {
        return change([&](const PathModel& model) -> Result<> {
            if (pKeyList) *pKeyList = nullptr;
            WMI_TRY(check_index(model.scopes, uIndex, "scope"));
            const PathPartPtr& scope = model.scopes[uIndex];
            if (puClassNameBufSize) {
                WMI_TRY(put_text(scope->class_name.text(), puClassNameBufSize, pszClass));
            }
            if (pKeyList) *pKeyList = make_key_list(state_, scope).detach();
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE GetScopeAsText(ULONG uIndex, ULONG* puTextBufSize,
                                             LPWSTR pszText) override {
        return change([&](const PathModel& model) -> Result<> {
            WMI_TRY(check_index(model.scopes, uIndex, "scope"));
            return put_text(model.scopes[uIndex]->object().text(), puTextBufSize, pszText);
        });
    }
    HRESULT STDMETHODCALLTYPE RemoveScope(ULONG uIndex) override {
        return change([&](PathModel& model) -> Result<> {
            WMI_TRY(check_index(model.scopes, uIndex, "scope"));
            model.scopes.erase(model.scopes.begin() + uIndex);
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE RemoveAllScopes() override {
        return change([](PathModel& model) -> Result<> {
            model.scopes.clear();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE SetClassName(LPCWSTR Name) override {
        return change([&](PathModel& model) -> Result<> {
            auto name = WMI_TRY(path_class_name(com::to_utf8(Name)));
            if (!model.part) model.part = std::make_shared<PathPart>();
            model.part->class_name = std::move(name);
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE GetClassName(ULONG* puBuffLength, LPWSTR pszName) override {
        return change([&](const PathModel& model) -> Result<> {
            if (!model.part) {
                return fail(Status::InvalidObjectPath, "the path of a namespace has no class");
            }
            return put_text(model.part->class_name.text(), puBuffLength, pszName);
        });
    }
    HRESULT STDMETHODCALLTYPE GetKeyList(IWbemPathKeyList** pOut) override {
        return change([&](const PathModel& model) -> Result<> {
            WMI_TRY(check_out(pOut));
            if (!model.part) {
                return fail(Status::NotAvailable, "the path of a namespace has no keys");
            }
            *pOut = make_key_list(state_, model.part).detach();
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE CreateClassPart(LONG lFlags, LPCWSTR Name) override {
        return change([&](PathModel& model) -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            auto part = std::make_shared<PathPart>();
            part->class_name = WMI_TRY(path_class_name(com::to_utf8(Name)));
            model.part = std::move(part);
            return {};
        });
    }
    HRESULT STDMETHODCALLTYPE DeleteClassPart(LONG lFlags) override {
        return change([&](PathModel& model) -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            model.part = nullptr;
            return {};
        });
    }

    BOOL STDMETHODCALLTYPE IsRelative(LPWSTR wszMachine, LPWSTR wszNamespace) override {
        return ask([&](const PathModel& model) {
            return model.is_relative(com::to_utf8(LPCWSTR{wszMachine}),
                                     com::to_utf8(LPCWSTR{wszNamespace}), /*or_child=*/false);
        });
    }
    BOOL STDMETHODCALLTYPE IsRelativeOrChild(LPWSTR wszMachine, LPWSTR wszNamespace,
                                             LONG lFlags) override {
        return ask([&](const PathModel& model) {
            return lFlags == 0 &&
                   model.is_relative(com::to_utf8(LPCWSTR{wszMachine}),
                                     com::to_utf8(LPCWSTR{wszNamespace}), /*or_child=*/true);
        });
    }
    BOOL STDMETHODCALLTYPE IsLocal(LPCWSTR wszMachine) override {
        return ask(
            [&](const PathModel& model) { return model.is_local(com::to_utf8(wszMachine)); });
    }
    BOOL STDMETHODCALLTYPE IsSameClassName(LPCWSTR wszClass) override {
        return ask([&](const PathModel& model) {
            return model.part && model.part->class_name == cim::Name(com::to_utf8(wszClass));
        });
    }

  private:
    template <class F>
    HRESULT change(F&& body) {
        return com::boundary([&]() -> Result<> {
            const std::lock_guard lock(state_->mutex);
            return body(state_->model);
        });
    }
    template <class F>
    BOOL ask(F&& question) {
        BOOL answer = FALSE;
        change([&](const PathModel& model) -> Result<> {
            answer = question(model) ? TRUE : FALSE;
            return {};
        });
        return answer;
    }
    template <class F>
    HRESULT count(F&& size, ULONG* result) {
        return change([&](const PathModel& model) -> Result<> {
            if (!result) return fail(Status::InvalidParameter, "an out-parameter is null");
            *result = static_cast<ULONG>(size(model));
            return {};
        });
    }
    // Replaces the scope at the index, or adds one behind the last.
    static Result<> put_scope(PathModel& model, ULONG index, PathPartPtr scope) {
        if (index == model.scopes.size()) {
            model.scopes.push_back(std::move(scope));
            return {};
        }
        WMI_TRY(check_index(model.scopes, index, "scope"));
        model.scopes[index] = std::move(scope);
        return {};
    }

    PathStatePtr state_ = std::make_shared<PathState>();
};

}  // namespace

com::Ptr<IWbemPath> make_path() {
    return com::make<Path>();
}

}  // namespace openwmi::wbem
