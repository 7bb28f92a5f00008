#include "core/put_rules.h"

#include <unistd.h>

#include <utility>

#include "cim/datetime.h"
#include "eventing/subscriptions.h"
#include "provider/class_registration.h"
#include "security/sddl.h"

namespace openwmi::core {

namespace {

constexpr std::uint64_t qos_guaranteed = 2;

Result<std::string> required_text(const cim::Instance& instance, const char* property) {
    const auto value = instance.find(property).value_or(cim::Value());
    const auto* text = value.get_if<std::string>();
    if (text && !text->empty()) return *text;
    return fail(Status::IllegalNull, "{} needs a value for {}", instance.class_of().name().text(),
                property);
}

Result<> check_filter(const cim::Instance& filter) {
    const auto language = WMI_TRY(required_text(filter, "QueryLanguage"));
    const auto query = WMI_TRY(required_text(filter, "Query"));
    if (!base::fold_equal(language, "WQL")) {
        return fail(Status::InvalidQueryType, "QueryLanguage is '{}'; only WQL is known", language);
    }
    const auto access = filter.find("EventAccess").value_or(cim::Value());
    if (const auto* sddl = access.get_if<std::string>(); sddl && !sddl->empty()) {
        if (const auto parsed = security::parse_sddl(*sddl); !parsed) {
            return fail(Status::InvalidParameter, "EventAccess: {}", parsed.error().message);
        }
    }
    // Only the text: whether its classes exist shows at activation, and may change (OD-008).
    WMI_TRY(eventing::parse_event_query(query));
    return {};
}

Result<> check_binding(const cim::Instance& binding) {
    for (const char* end : {"Filter", "Consumer"}) {
        const auto text = WMI_TRY(required_text(binding, end));
        const auto path = cim::ObjectPath::parse(text);
        if (!path || path->is_class()) {
            return fail(Status::InvalidParameter,
                        "{} of the binding is '{}', which is no path of an instance", end, text);
        }
    }
    const auto value = binding.find("DeliveryQoS").value_or(cim::Value());
    const auto* qos = value.get_if<std::uint64_t>();
    if (!qos || *qos <= qos_guaranteed) return {};
    return fail(Status::InvalidParameter,
                "DeliveryQoS is {}; 0 is synchronous, 1 express, 2 guaranteed", *qos);
}

// A date that can come: EventDateTime of an absolute timer.
Result<> check_timer(const cim::Instance& instruction) {
    const auto text = WMI_TRY(required_text(instruction, "EventDateTime"));
    const auto date = WMI_TRY(cim::DateTime::parse(text));
    if (date.time()) return {};
    return fail(Status::InvalidParameter,
                "EventDateTime is '{}': a timer needs a date and time without asterisks", text);
}

// The service says who made it, whatever the caller wrote (SYS-023, OD-004).
Result<cim::InstancePtr> with_creator(const cim::InstancePtr& instance,
                                      const security::Identity& who) {
    cim::Unsigneds sid;
    for (const char byte : who.creator().bytes()) sid.push_back(static_cast<unsigned char>(byte));
    cim::InstanceBuilder builder(*instance);
    WMI_TRY(builder.set("CreatorSID", cim::Value(std::move(sid))));
    return builder.build();
}

}  // namespace

Result<cim::InstancePtr> apply_put_rules(const cim::InstancePtr& instance,
                                         const security::Identity& who) {
    const auto& cls = instance->class_of();
    WMI_TRY(check_may_change(cls, who));
    if (cls.is_a("__EventFilter")) {
        WMI_TRY(check_filter(*instance));
        return with_creator(instance, who);
    }
    if (cls.is_a("__FilterToConsumerBinding")) {
        WMI_TRY(check_binding(*instance));
        return with_creator(instance, who);
    }
    if (cls.is_a("__AbsoluteTimerInstruction")) WMI_TRY(check_timer(*instance));
    if (cls.is_a("__EventConsumer")) return with_creator(instance, who);
    return instance;
}

Result<> check_may_change(const cim::Class& cls, const security::Identity& who) {
    if (cls.is_a("__thisNAMESPACE") || cls.is_a("__SystemSecurity")) {  // SYS-117
        return fail(Status::AccessDenied,
                    "{} is the service's own; the methods of __SystemSecurity change the security "
                    "descriptor",
                    cls.name().text());
    }
    const bool registration = cls.is_a("__ProviderRegistration") || cls.is_a("__Provider");
    // Whose user runs the service can do whatever it can.
    if (!registration || who.is_administrator() || who.uid() == ::geteuid()) return {};
    return fail(Status::AccessDenied, "only administrators register providers, and {} is none",
                who.name());
}

Result<> check_registration(const cim::InstancePtr& instance, const cim::Schema& schema) {
    if (!instance->class_of().is_a("__ClassProviderRegistration")) return {};
    WMI_TRY(provider::read_class_registration(instance, schema));
    return {};
}

namespace {

// Removes the amended qualifiers of a set or says that there are some.
Result<> amend(cim::QualifierSet& qualifiers, repository::AmendedQualifiers amended,
               const cim::Name& class_name) {
    cim::QualifierSet neutral;
    for (const auto& qualifier : qualifiers.all()) {
        if (!qualifier.flavor.amended) {
            neutral.put(qualifier);
        } else if (amended == repository::AmendedQualifiers::Refuse) {
            return fail(Status::AmendedObject,
                        "{} of {} is an amended qualifier: such a class is only written with the "
                        "flag for amended qualifiers",
                        qualifier.name.text(), class_name.text());
        }
    }
    qualifiers = std::move(neutral);
    return {};
}

Result<> amend(cim::ClassDeclaration& declaration, repository::AmendedQualifiers amended) {
    if (amended == repository::AmendedQualifiers::Keep) return {};
    const auto& name = declaration.name;
    WMI_TRY(amend(declaration.qualifiers, amended, name));
    for (auto& property : declaration.properties)
        WMI_TRY(amend(property.qualifiers, amended, name));
    for (auto& method : declaration.methods) {
        WMI_TRY(amend(method.qualifiers, amended, name));
        for (auto& each : method.parameters) WMI_TRY(amend(each.qualifiers, amended, name));
    }
    return {};
}

}  // namespace

Result<> apply_class_rules(cim::ClassDeclaration& declaration,
                           repository::AmendedQualifiers amended) {
    const auto& name = declaration.name.text();
    if (name.starts_with('_') || name.ends_with('_')) {
        return fail(Status::InvalidClass,
                    "the name of a class cannot begin or end with an underscore: {}", name);
    }
    for (const auto& property : declaration.properties) {
        if (!property.name.text().starts_with('_')) continue;
        return fail(Status::InvalidProperty,
                    "the name of a property cannot begin with an underscore: {}.{}", name,
                    property.name.text());
    }
    return amend(declaration, amended);
}

Result<> check_class(const cim::Class& cls) {
    const auto& superclass = cls.superclass();
    if (!superclass || !is_kept_by_provider(*superclass) || cls.is_dynamic()) return {};
    return fail(Status::InvalidQualifier,
                "{} must be dynamic like {}, the class from which it is derived", cls.name().text(),
                superclass->name().text());
}

bool is_kept_by_provider(const cim::Class& cls) {
    return cls.is_dynamic() && !cls.is_a("__EventConsumer");
}

}  // namespace openwmi::core
