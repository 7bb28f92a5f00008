#include "bridge/locator.h"

#include <wbemprov.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/fold.h"
#include "base/text.h"
#include "bridge/door.h"
#include "bridge/services.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "core/this_computer.h"
#include "wbem/classes.h"
#include "wbem/error.h"

namespace openwmi::bridge {
namespace {

// What a client without a namespace connects to.
constexpr std::string_view default_namespace = "root\\default";

// COM-024: empty, or MS_ and a language identifier in hexadecimal digits.
Result<> check_locale(const std::string& locale) {
    if (locale.empty()) return {};
    const bool digits = locale.size() > 3 && locale.size() <= 11 &&
                        std::all_of(locale.begin() + 3, locale.end(),
                                    [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (digits && base::fold_equal(std::string_view(locale).substr(0, 3), "MS_")) return {};
    return fail(Status::InvalidParameter, "the locale '{}' is none: write MS_409", locale);
}

// COM-022, 023, 026, 179
Result<> check_credentials(const BSTR user, const BSTR password, const BSTR authority) {
    const std::string name = com::to_utf8(user);
    if (user && name.empty()) {
        return fail(Status::InvalidParameter, "the user name is empty; NULL is the current user");
    }
    const bool domain_twice = name.find('\\') != std::string::npos &&
                              com::to_utf8(authority).find(':') != std::string::npos;
    if (domain_twice) {
        return fail(Status::InvalidParameter, "the domain is given in the user and the authority");
    }
    if (user || password || !com::to_utf8(authority).empty()) {
        return fail(Status::LocalCredentials,
                    "a connection within this computer takes no user, password or authority");
    }
    return {};
}

Result<cim::NamespacePath> read_namespace(const BSTR resource) {
    if (!resource) return fail(Status::InvalidParameter, "the namespace is NULL");
    const std::string text = com::to_utf8(resource);
    std::string server;
    auto path = WMI_TRY(cim::NamespacePath::parse(
        base::trim(text).empty() ? default_namespace : std::string_view(text), &server));
    if (core::is_this_computer(server)) return path;
    return fail(Status::NotSupported,
                "'{}' is another computer; this release connects to the service of its own process "
                "only",
                server);
}

}  // namespace

// Thread-safe.
class LocatorRegistration::Locator final : public com::Implements<IWbemLocator> {
  public:
    explicit Locator(std::shared_ptr<Door> door) : door_(std::move(door)) {}

    HRESULT STDMETHODCALLTYPE ConnectServer(const BSTR strNetworkResource, const BSTR strUser,
                                            const BSTR strPassword, const BSTR strLocale,
                                            LONG lSecurityFlags, const BSTR strAuthority,
                                            IWbemContext*, IWbemServices** ppNamespace) override {
        if (ppNamespace) *ppNamespace = nullptr;
        const auto detail = [&] {
            return wbem::ErrorDetail{.operation = "IWbemLocator::ConnectServer",
                                     .parameter = com::to_utf8(strNetworkResource),
                                     .provider = {}};
        };
        return wbem::extended_boundary(detail, [&]() -> Result<> {
            if (!ppNamespace) return fail(Status::InvalidParameter, "ppNamespace is NULL");
            if (lSecurityFlags & ~WBEM_FLAG_CONNECT_USE_MAX_WAIT) {
                return fail(Status::InvalidParameter,
                            "the flags may be WBEM_FLAG_CONNECT_USE_MAX_WAIT or none");
            }
            const std::string locale = com::to_utf8(strLocale);
            WMI_TRY(check_locale(locale));
            WMI_TRY(check_credentials(strUser, strPassword, strAuthority));
            const auto ns = WMI_TRY(read_namespace(strNetworkResource));
            *ppNamespace = make_services(WMI_TRY(door_->connect(ns, locale))).detach();
            return {};
        });
    }

  private:
    const std::shared_ptr<Door> door_;
};

Result<LocatorRegistration> LocatorRegistration::open(core::Service& service, base::Executor& calls,
                                                      security::Identity identity) {
    const auto door = std::make_shared<Door>(service, calls, std::move(identity));
    LocatorRegistration registration(door);
    registration.classes_ = WMI_TRY(wbem::register_classes());
    for (const CLSID& clsid : {CLSID_WbemLocator, CLSID_WbemAdministrativeLocator}) {
        auto factory = com::class_object([door]() -> Result<com::Ptr<IUnknown>> {
            return com::Ptr<IUnknown>(com::make<Locator>(door));
        });
        registration.classes_.push_back(WMI_TRY(com::ClassRegistration::open(clsid, factory)));
    }
    return registration;
}

LocatorRegistration::~LocatorRegistration() {
    classes_.clear();
    if (door_) door_->close();
}

}  // namespace openwmi::bridge
