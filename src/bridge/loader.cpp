#include "bridge/loader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/fold.h"
#include "bridge/services.h"
#include "com/guid.h"
#include "plugin/provider.h"

namespace openwmi::bridge {
namespace {

bool is_decoupled(std::string_view hosting_model) {
    return base::fold_equal(hosting_model.substr(0, hosting_model.find(':')), "Decoupled");
}

// Whether another __Win32Provider of the namespace has the same CLSID (COM-132).
Result<bool> has_twin(const provider::ProviderRegistration& registration, core::Session& session,
                      base::Executor& executor) {
    // Not the classes below: class providers would be asked for them, maybe this very one.
    const auto all = WMI_TRY(core::wait_for(executor, [&](core::SinkPtr sink) {
        session.enumerate_instances("__Win32Provider", core::Depth::Shallow, std::move(sink));
    }));
    const auto same = std::ranges::count_if(all.objects, [&](const cim::ObjectPtr& object) {
        const auto clsid = object->as_instance()->find("CLSID").value_or(cim::Value());
        const auto* text = clsid.get_if<std::string>();
        return text && base::Guid::parse(*text) == registration.clsid;
    });
    return same > 1;
}

}  // namespace

Result<std::shared_ptr<provider::Provider>> Loader::load(
    const provider::ProviderRegistration& registration, const provider::ProviderScope& scope) {
    if (is_decoupled(registration.hosting_model)) {
        return fail(Status::NotSupported,
                    "the HostingModel of provider '{}' is '{}': decoupled providers are not served "
                    "in this release",
                    registration.name, registration.hosting_model);
    }
    core::Service* service = service_;
    if (!service) return fail(Status::NotAvailable, "no service is attached to the loader");
    const auto session =
        WMI_TRY(service->open_session(security::Identity::of_service(), scope.name_space))
            ->as_provider(registration.name);
    plugin::LoadRequest request;
    request.clsid = com::to_guid(registration.clsid);
    request.name = registration.name;
    request.name_space = scope.name_space.text();
    request.user = scope.user;
    request.locale = scope.locale;
    request.services =
        make_services({.session = session, .executor = &service->executor(), .calls = &calls_});
    request.schema = [session] { return session->schema(); };
    request.calls = &calls_;
    if (WMI_TRY(has_twin(registration, *session, service->executor()))) {
        request.registration = registration.instance;
    }
    return std::shared_ptr<provider::Provider>(
        WMI_TRY(plugin::Provider::load(std::move(request), initialization_)));
}

}  // namespace openwmi::bridge
