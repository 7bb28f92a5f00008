#include "core/method_parameters.h"

#include <utility>

namespace openwmi::core {
namespace {

using cim::Name;

// Parameters on their way in or out, against what the method declares.
struct Sent {
    const cim::Method& method;
    const cim::Instance& values;
    Status refusal;
};

tl::unexpected<Error> refuse(const Sent& sent, std::string_view why) {
    return fail(sent.refusal, "method {}: {}", sent.method.name.text(), why);
}

std::string names_of(const cim::Class& parameters) {
    std::string names;
    for (const auto& each : parameters.properties()) {
        names += (names.empty() ? "" : ", ") + each.name.text();
    }
    return names;
}

// The place that somebody's own parameter class gives it must be the method's (COM-148).
Result<> check_place(const Sent& sent, const cim::Property& declared, const cim::Property& given) {
    const auto* place = given.qualifiers.find("ID");
    const auto* expected = declared.qualifiers.find("ID");
    if (!place || !expected || place->value == expected->value) return {};
    return refuse(sent, fmt::format("the ID of parameter {} is {}; expected {}",
                                    declared.name.text(), cim::display(place->value, place->type),
                                    cim::display(expected->value, expected->type)));
}

Result<> take(const Sent& sent, std::size_t index, cim::InstanceBuilder& builder) {
    const auto& given = sent.values.class_of().properties()[index];
    const auto& declared = *builder.class_ptr();
    const auto place = declared.find_property(given.name);
    if (!place) {
        return refuse(sent, fmt::format("there is no parameter {}; there are {}", given.name.text(),
                                        names_of(declared)));
    }
    const auto& property = declared.properties()[*place];
    if (!(property.type == given.type)) {
        return refuse(sent, fmt::format("the parameter {} is {}; expected {}", given.name.text(),
                                        cim::to_text(given.type), cim::to_text(property.type)));
    }
    WMI_TRY(check_place(sent, property, given));
    // A default of the same class stays one; the default of another class is a value.
    if (sent.values.is_default(index) && given.default_value == property.default_value) return {};
    const auto set = builder.set(*place, sent.values.get(index));
    if (!set) {
        return refuse(sent,
                      fmt::format("the parameter {}: {}", given.name.text(), set.error().message));
    }
    return {};
}

Result<cim::InstancePtr> take_all(const Sent& sent, const cim::ClassPtr& signature) {
    if (!(sent.values.class_of().name() == Name("__PARAMETERS"))) {
        return refuse(sent, fmt::format("the parameters are an instance of {}; expected "
                                        "__PARAMETERS",
                                        sent.values.class_of().name().text()));
    }
    const auto given = sent.values.class_of().properties();
    if (!signature) {
        if (given.empty()) return cim::InstancePtr();
        return refuse(sent, fmt::format("there are no such parameters, but {} was given",
                                        names_of(sent.values.class_of())));
    }
    cim::InstanceBuilder builder(signature);
    for (std::size_t i = 0; i < given.size(); ++i) WMI_TRY(take(sent, i, builder));
    return builder.build();
}

// A parameter that was not sent at all, not even as NULL.
Result<> check_complete(const cim::Method& method, const cim::Class& signature,
                        const cim::Instance* in) {
    for (const auto& each : signature.properties()) {
        if (in && in->class_of().find_property(each.name)) continue;
        if (!each.default_value.is_null() || each.qualifiers.is_true("optional")) continue;
        return fail(Status::InvalidMethodParameters, "method {}: the parameter {} ({}) is missing",
                    method.name.text(), each.name.text(), cim::to_text(each.type));
    }
    return {};
}

}  // namespace

Result<cim::InstancePtr> admit_in_parameters(const cim::Method& method,
                                             const cim::MethodSignature& signature,
                                             const cim::InstancePtr& in) {
    cim::InstancePtr taken;
    if (in) {
        taken = WMI_TRY(take_all({method, *in, Status::InvalidMethodParameters}, signature.in));
    }
    if (!signature.in) return taken;
    WMI_TRY(check_complete(method, *signature.in, in.get()));
    if (!taken) taken = cim::InstanceBuilder(signature.in).build();
    if (const auto complete = taken->check_not_null(); !complete) {
        return fail(Status::InvalidMethodParameters, "method {}: {}", method.name.text(),
                    complete.error().message);
    }
    return taken;
}

Result<cim::InstancePtr> admit_out_parameters(const cim::Method& method,
                                              const cim::MethodSignature& signature,
                                              const cim::InstancePtr& out) {
    return take_all({method, *out, Status::ProviderFailure}, signature.out);
}

}  // namespace openwmi::core
