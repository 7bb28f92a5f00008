#include "core/put_rules.h"

#include "wql/query.h"

namespace openwmi::core {

namespace {

constexpr std::uint64_t qos_express = 1;
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
    // Only the text: whether its classes exist shows at activation, and may change (OD-008).
    if (const auto parsed = wql::parse(query); !parsed) {
        return fail(Status::UnparsableQuery, "{}", parsed.error().message);
    }
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
    if (!qos || *qos <= qos_express) return {};
    if (*qos == qos_guaranteed) {
        return fail(Status::NotSupported,
                    "DeliveryQoS 2 (Guaranteed) is not served in this release");
    }
    return fail(Status::InvalidParameter, "DeliveryQoS is {}; 0 is synchronous, 1 express", *qos);
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
    if (cls.is_a("__EventFilter")) {
        WMI_TRY(check_filter(*instance));
        return with_creator(instance, who);
    }
    if (cls.is_a("__FilterToConsumerBinding")) {
        WMI_TRY(check_binding(*instance));
        return with_creator(instance, who);
    }
    if (cls.is_a("__EventConsumer")) return with_creator(instance, who);
    return instance;
}

}  // namespace openwmi::core
