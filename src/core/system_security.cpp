#include "core/system_security.h"

#include <array>
#include <utility>

#include "core/access.h"
#include "core/method_parameters.h"
#include "core/namespace_security.h"
#include "core/security_objects.h"

namespace openwmi::core {
namespace {

namespace right = security::right;

// A method under way: what it was called with and what it gives back.
struct MethodCall {
    ServiceState& service;
    const MethodRequest& request;
    const cim::InstancePtr& in;  // null: it takes nothing
    cim::InstanceBuilder& out;   // of the signature's out class; every method returns a value
};

Result<> get_rights(MethodCall& call) {
    return call.out.set("rights",
                        static_cast<std::int64_t>(rights_of(call.request.caller.identity)));
}

Result<> get_binary(MethodCall& call) {
    WMI_TRY(check_right(call.request.caller.identity, right::read_control));
    const auto descriptor =
        WMI_TRY(namespace_descriptor(*call.service.store, call.request.caller.name_space));
    cim::Unsigneds bytes;
    for (const char byte : descriptor.bytes()) bytes.push_back(static_cast<unsigned char>(byte));
    return call.out.set("SD", std::move(bytes));
}

Result<> set_binary(MethodCall& call) {
    WMI_TRY(check_right(call.request.caller.identity, right::write_dac));
    const auto value = call.in->find("SD").value_or(cim::Value());
    const auto* bytes = value.get_if<cim::Unsigneds>();
    if (!bytes) return fail(Status::InvalidParameter, "SD is NULL; expected a security descriptor");
    std::string text;
    for (const auto byte : *bytes) text.push_back(static_cast<char>(byte));
    auto descriptor = WMI_TRY(security::SecurityDescriptor::of_bytes(text));
    WMI_TRY(security::check_for_namespace(descriptor));
    return store_namespace_descriptor(call.service, call.request.caller.name_space,
                                      std::move(descriptor));
}

Result<> get_object(MethodCall& call) {
    WMI_TRY(check_right(call.request.caller.identity, right::read_control));
    const auto descriptor =
        WMI_TRY(namespace_descriptor(*call.service.store, call.request.caller.name_space));
    return call.out.set("Descriptor", WMI_TRY(to_object(descriptor)));
}

Result<> set_object(MethodCall& call) {
    WMI_TRY(check_right(call.request.caller.identity, right::write_dac));
    const auto value = call.in->find("Descriptor").value_or(cim::Value());
    const auto* object = value.get_if<cim::ObjectPtr>();
    const auto* given = object ? (*object)->as_instance() : nullptr;
    if (!given) {
        return fail(Status::InvalidParameter,
                    "Descriptor is NULL; expected an instance of __SecurityDescriptor");
    }
    const auto& ns = call.request.caller.name_space;
    auto changed =
        WMI_TRY(apply_object(*given, WMI_TRY(namespace_descriptor(*call.service.store, ns))));
    WMI_TRY(security::check_for_namespace(changed));
    return store_namespace_descriptor(call.service, ns, std::move(changed));
}

struct Entry {
    const char* name;
    Result<> (*run)(MethodCall&);  // null: always disabled (SYS-124)
};
constexpr std::array<Entry, 7> methods = {{{"GetCallerAccessRights", get_rights},
                                           {"GetSD", get_binary},
                                           {"SetSD", set_binary},
                                           {"GetSecurityDescriptor", get_object},
                                           {"SetSecurityDescriptor", set_object},
                                           {"Get9XUserList", nullptr},
                                           {"Set9XUserList", nullptr}}};

Result<const Entry*> find_entry(const cim::Name& method) {
    for (const auto& each : methods) {
        if (method == cim::Name(each.name)) return &each;
    }
    return fail(Status::InvalidMethod, "the class __SystemSecurity has no method {}",
                method.text());
}

Result<cim::InstancePtr> run(ServiceState& service, const MethodRequest& request) {
    const auto& path = request.path;
    if (!path.is_class() && !path.singleton) {
        return fail(Status::InvalidObjectPath,
                    "{} is no path of the one instance, __SystemSecurity=@", path.relative_text());
    }
    const auto cls = cim::find_system_class("__SystemSecurity");
    const auto* entry = WMI_TRY(find_entry(request.method));
    if (!entry->run) {
        return fail(Status::MethodDisabled, "{} belongs to Windows 9x and is disabled",
                    request.method.text());
    }
    const auto& method = *cls->find_method(request.method);
    const auto signature = WMI_TRY(cim::signature_of(method));
    const auto in = WMI_TRY(admit_in_parameters(method, signature, request.in));
    cim::InstanceBuilder out(signature.out);
    MethodCall call{service, request, in, out};
    WMI_TRY(entry->run(call));
    WMI_TRY(out.set("ReturnValue", 0));
    return out.build();
}

}  // namespace

void call_system_security(ServiceState& service, const MethodRequest& request,
                          Completion completion) {
    const auto out = run(service, request);
    if (!out) return completion.complete(Result<>(fail(out.error())));
    completion.indicate(*out);
    completion.complete(Result<>());
}

}  // namespace openwmi::core
