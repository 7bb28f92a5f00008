#include "provider/registration.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "wql/query.h"

namespace openwmi::provider {

namespace {

constexpr const char* default_hosting_model = "NetworkServiceHostOrSelfHost";  // OD-092

std::string text_property(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name);
    const auto* text = value ? value->get_if<std::string>() : nullptr;
    return text ? *text : std::string();
}

bool flag(const cim::Instance& instance, const char* name, bool when_null) {
    const auto value = instance.find(name);
    const auto* flag = value ? value->get_if<bool>() : nullptr;
    return flag ? *flag : when_null;
}

cim::Strings strings(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name);
    const auto* list = value ? value->get_if<cim::Strings>() : nullptr;
    return list ? *list : cim::Strings();
}

std::optional<std::int64_t> number(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name).value_or(cim::Value());
    if (const auto* number = value.get_if<std::int64_t>()) return *number;
    if (const auto* number = value.get_if<std::uint64_t>())
        return static_cast<std::int64_t>(*number);
    return std::nullopt;
}

std::string path_text(const cim::Instance& instance) {
    const auto path = instance.path();
    return path ? path->text() : instance.class_of().name().text();
}

// The part of a hosting model before the group: "LocalSystemHost:MyGroup" (PRV-039).
Result<> check_hosting_model(const std::string& model, const cim::Instance& instance) {
    static constexpr std::array<std::string_view, 9> known = {"WmiCore",
                                                              "SelfHost",
                                                              "LocalSystemHost",
                                                              "LocalSystemHostOrSelfHost",
                                                              "NetworkServiceHost",
                                                              "NetworkServiceHostOrSelfHost",
                                                              "LocalServiceHost",
                                                              "Decoupled",
                                                              "WmiCoreOrSelfHost"};
    const auto specification = std::string_view(model).substr(0, model.find(':'));
    const auto same = [&](std::string_view name) { return base::fold_equal(name, specification); };
    const bool decoupled_com = !same("Decoupled") || base::fold_starts_with(model, "Decoupled:Com");
    if (model.empty() || (std::ranges::any_of(known, same) && decoupled_com)) return {};
    return fail(
        Status::InvalidProviderRegistration,
        "HostingModel of {} is '{}'; expected WmiCore, LocalSystemHost, NetworkServiceHost, "
        "LocalServiceHost (each also with :Group), SelfHost or Decoupled:Com",
        path_text(instance), model);
}

Result<base::Guid> class_id(const cim::Instance& instance, const char* property) {
    const auto text = text_property(instance, property);
    if (const auto guid = base::Guid::parse(text)) return *guid;
    return fail(Status::InvalidProviderRegistration,
                "{} of {} is '{}'; expected {{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}}", property,
                path_text(instance), text);
}

// SYS-083; nothing means 0.
Result<Serialised> serialised_initialisation(const cim::Instance& instance) {
    switch (number(instance, "InitializationReentrancy").value_or(0)) {
        case 0: return Serialised::All;
        case 1: return Serialised::WithinNamespace;
        case 2: return Serialised::None;
        default:
            return fail(Status::InvalidProviderRegistration,
                        "InitializationReentrancy of {} is {}; expected 0 (all serialised), 1 "
                        "(serialised within a namespace) or 2 (none)",
                        path_text(instance), *number(instance, "InitializationReentrancy"));
    }
}

// SYS-089: version 2 is strict about the ImpersonationLevel.
Result<> check_version(const cim::Instance& instance) {
    const auto version = number(instance, "Version").value_or(1);
    if (version != 1 && version != 2) {
        return fail(Status::InvalidProviderRegistration, "Version of {} is {}; expected 1 or 2",
                    path_text(instance), version);
    }
    const auto level = number(instance, "ImpersonationLevel").value_or(0);
    if (version == 1 || level == 0 || level == 1) return {};
    return fail(Status::InvalidProviderRegistration,
                "ImpersonationLevel of {} is {}; version 2 allows 0 (none) and 1 (impersonates)",
                path_text(instance), level);
}

// SYS-080
Result<> check_machine(const cim::Instance& instance) {
    const auto machine = text_property(instance, "DefaultMachineName");
    if (is_this_computer(machine)) return {};
    return fail(Status::NotSupported,
                "DefaultMachineName of {} is '{}': providers on other computers are not served in "
                "this release",
                path_text(instance), machine);
}

Result<std::string> provider_reference(const cim::Instance& registration) {
    auto path = text_property(registration, "provider");
    if (path.empty()) {
        return fail(Status::InvalidProviderRegistration, "{} names no provider",
                    path_text(registration));
    }
    return path;
}

// A provider supplies all events of a class or none (GEN-020): its condition may only say which
// class the object is of.
bool restricts_instances(const wql::BoundQuery& query) {
    using Kind = wql::BoundNode::Kind;
    return std::ranges::any_of(query.nodes(), [&](const wql::BoundNode& node) {
        switch (node.kind) {
            case Kind::And:
            case Kind::Or:
            case Kind::Not:
            case Kind::IsA: return false;
            case Kind::CompareConstant:
                return query.path(node.path).steps.back().kind != wql::BoundStep::Kind::ClassName;
            default: return true;
        }
    });
}

// Event providers cannot provide events that are provided by the system (GEN-021).
bool is_raised_by_the_service(const cim::Class& event_class) {
    static constexpr std::array<const char*, 3> own = {"__SystemEvent", "__TimerEvent",
                                                       "__NamespaceOperationEvent"};
    return event_class.name() == cim::Name("__Event") ||
           std::ranges::any_of(own, [&](const char* name) { return event_class.is_a(name); });
}

// What keeps a declared query from being used; the number of the documented event log message goes
// with it (PRV-011).
Result<std::shared_ptr<const wql::BoundQuery>> bind_declared(const std::string& text,
                                                             const cim::Schema& schema) {
    auto query = wql::parse(text);
    if (!query) {
        return fail(Status::UnparsableQuery, "0xC0000015: {}: {}", text, query.error().message);
    }
    auto bound = wql::bind(std::move(*query), schema, wql::BindFor::Event);
    if (!bound) {
        const auto status = bound.error().status;
        const char* message = status == Status::InvalidClass    ? "0xC0000018"
                              : status == Status::NotEventClass ? "0xC0000019"
                                                                : "0xC0000015";
        return fail(status, "{}: {}: {}", message, text, bound.error().message);
    }
    if (!bound->target_property().empty() && bound->target_classes().empty()) {
        return fail(Status::UninterpretableProviderQuery,
                    "0xC0000016: {}: it does not say which classes the events are about; add WHERE "
                    "TargetInstance ISA \"Class\"",
                    text);
    }
    if (!bound->target_property().empty() && restricts_instances(*bound)) {
        return fail(Status::UninterpretableProviderQuery,
                    "0xC0000016: {}: it may restrict TargetInstance by its class only, not by "
                    "properties",
                    text);
    }
    if (is_raised_by_the_service(*bound->from())) {
        return fail(Status::RegistrationTooBroad,
                    "0xC0000017: {}: only the service raises such events", text);
    }
    return std::make_shared<const wql::BoundQuery>(std::move(*bound));
}

}  // namespace

Result<ProviderRegistration> read_provider(const cim::InstancePtr& win32_provider) {
    const auto& instance = *win32_provider;
    ProviderRegistration registration;
    registration.instance = win32_provider;
    if (instance.origin()) registration.name_space = instance.origin()->name_space;
    registration.name = text_property(instance, "Name");
    registration.clsid = WMI_TRY(class_id(instance, "CLSID"));
    if (!text_property(instance, "ClientLoadableCLSID").empty()) {
        registration.client_clsid = WMI_TRY(class_id(instance, "ClientLoadableCLSID"));
    }
    registration.hosting_model = text_property(instance, "HostingModel");
    WMI_TRY(check_hosting_model(registration.hosting_model, instance));
    if (registration.hosting_model.empty()) registration.hosting_model = default_hosting_model;
    WMI_TRY(check_machine(instance));
    WMI_TRY(check_version(instance));
    registration.initialisation = WMI_TRY(serialised_initialisation(instance));
    registration.enabled = flag(instance, "Enabled", true);
    registration.per_user = flag(instance, "PerUserInitialization", false);
    registration.per_locale = flag(instance, "PerLocaleInitialization", false);
    return registration;
}

Result<EventProviderRegistration> read_event_registration(const cim::InstancePtr& registration,
                                                          const cim::Schema& schema) {
    EventProviderRegistration result;
    result.provider_path = WMI_TRY(provider_reference(*registration));
    for (const auto& text : strings(*registration, "EventQueryList")) {
        auto query = bind_declared(text, schema);
        if (query) {
            result.queries.push_back(std::move(*query));
        } else {
            result.ignored.push_back(query.error());
        }
    }
    return result;
}

Result<ConsumerProviderRegistration> read_consumer_registration(
    const cim::InstancePtr& registration) {
    ConsumerProviderRegistration result;
    result.provider_path = WMI_TRY(provider_reference(*registration));
    for (auto& name : strings(*registration, "ConsumerClassNames")) {
        result.consumer_classes.emplace_back(std::move(name));
    }
    return result;
}

InstanceProviderRegistration read_instance_registration(const cim::Instance& registration,
                                                        ProviderRegistration provider) {
    return {.provider = std::move(provider),
            .supports_get = flag(registration, "SupportsGet", false),
            .supports_put = flag(registration, "SupportsPut", false),
            .supports_delete = flag(registration, "SupportsDelete", false),
            .supports_enumeration = flag(registration, "SupportsEnumeration", false),
            .query_support_levels = strings(registration, "QuerySupportLevels")};
}

PropertyProviderRegistration read_property_registration(const cim::Instance& registration,
                                                        ProviderRegistration provider) {
    return {.provider = std::move(provider),
            .supports_get = flag(registration, "SupportsGet", false),
            .supports_put = flag(registration, "SupportsPut", false)};
}

bool names_provider(const cim::Instance& registration, std::string_view provider) {
    const auto path = cim::ObjectPath::parse(text_property(registration, "provider"));
    if (!path || path->keys.size() != 1) return false;
    const auto* name = path->keys.front().value.get_if<std::string>();
    return name && base::fold_equal(*name, provider);
}

bool is_this_computer(std::string_view name) {
    std::array<char, 256> local{};
    ::gethostname(local.data(), local.size() - 1);
    return name.empty() || name == "." || base::fold_equal(name, local.data());
}

}  // namespace openwmi::provider
