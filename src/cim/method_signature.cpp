#include "cim/method_signature.h"

#include <algorithm>

#include "cim/limits.h"

namespace openwmi::cim {
namespace {

constexpr std::string_view signature_class = "__PARAMETERS";
constexpr std::string_view return_value = "ReturnValue";
constexpr std::string_view id_qualifier = "ID";

enum class Way { In, Out };

std::string_view keyword(Way way) {
    return way == Way::In ? "in" : "out";
}

Qualifier qualifier(std::string_view name, CimType type, Value value) {
    Qualifier result;
    result.name = name;
    result.type = {type};
    result.value = std::move(value);
    // As MOF's own declarations say: nobody below may change what a parameter is.
    result.flavor = {.to_instance = true, .overridable = false};
    return result;
}

// What MOF leaves out holds all the same: in, and the place in the list (MOF-014).
bool goes(const Parameter& parameter, Way way) {
    if (way == Way::Out) return parameter.qualifiers.is_true("out");
    return parameter.qualifiers.is_true("in") || !parameter.qualifiers.is_true("out");
}

std::size_t place_of(const Method& method, std::size_t index) {
    // A parameter that is listed as in and as out has one place: the first.
    const auto& parameters = method.parameters;
    const auto first = std::ranges::find(parameters, parameters[index].name, &Parameter::name);
    std::size_t place = 0;
    for (auto at = parameters.begin(); at != first; ++at) {
        if (std::ranges::find(parameters.begin(), at, at->name, &Parameter::name) == at) {
            ++place;
        }
    }
    return place;
}

ClassDeclaration declare(const Method& method, Way way) {
    ClassDeclaration declaration;
    declaration.name = signature_class;
    for (std::size_t i = 0; i < method.parameters.size(); ++i) {
        const Parameter& parameter = method.parameters[i];
        if (!goes(parameter, way)) continue;
        Property property;
        property.name = parameter.name;
        property.type = parameter.type;
        property.class_name = parameter.class_name;
        property.default_value = parameter.default_value;
        property.qualifiers = parameter.qualifiers;
        if (!property.qualifiers.find(keyword(way))) {
            property.qualifiers.put(qualifier(keyword(way), CimType::Boolean, true));
        }
        if (!property.qualifiers.find(id_qualifier)) {
            property.qualifiers.put(qualifier(id_qualifier, CimType::Sint32,
                                              static_cast<std::int64_t>(place_of(method, i))));
        }
        declaration.properties.push_back(std::move(property));
    }
    return declaration;
}

// Null for an empty one.
Result<ClassPtr> resolve(ClassDeclaration declaration) {
    if (declaration.properties.empty()) return ClassPtr();
    return Class::derive(std::move(declaration), nullptr);
}

Result<std::size_t> id_of(const Property& property) {
    const Qualifier* id = property.qualifiers.find(id_qualifier);
    if (!id) {
        return fail(Status::MissingParameterId, "parameter {} has no qualifier ID",
                    property.name.text());
    }
    const auto* number = id->value.get_if<std::int64_t>();
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= max_parameters) {
        return fail(Status::InvalidParameterId, "the ID of parameter {} is no place in the list",
                    property.name.text());
    }
    return static_cast<std::size_t>(*number);
}

struct Placed {
    std::size_t id;
    Parameter parameter;
};

QualifierSet qualifiers_of(const Property& property, Way way) {
    QualifierSet qualifiers = property.qualifiers;
    if (!qualifiers.find(keyword(way))) {
        qualifiers.put(qualifier(keyword(way), CimType::Boolean, true));
    }
    return qualifiers;
}

// The same name in both signatures is one parameter that goes both ways (MOF-015).
Result<> merge(Parameter& known, std::size_t known_id, std::size_t id, const Property& again) {
    if (known_id != id || !(known.type == again.type) || !(known.class_name == again.class_name)) {
        return fail(Status::InvalidDuplicateParameter,
                    "parameter {} is declared differently for the way in and the way out",
                    again.name.text());
    }
    const QualifierSet out = qualifiers_of(again, Way::Out);
    for (const Qualifier& qualifier : out.all()) known.qualifiers.put(qualifier);
    return {};
}

Result<> collect(const Class& signature, Way way, std::vector<Placed>& placed) {
    for (const Property& property : signature.properties()) {
        if (way == Way::Out && property.name == Name(return_value)) continue;
        const std::size_t id = WMI_TRY(id_of(property));
        const auto known = std::ranges::find_if(
            placed, [&](const Placed& other) { return other.parameter.name == property.name; });
        if (known != placed.end()) {
            WMI_TRY(merge(known->parameter, known->id, id, property));
            continue;
        }
        Parameter parameter;
        parameter.name = property.name;
        parameter.type = property.type;
        parameter.class_name = property.class_name;
        parameter.default_value = property.default_value;
        parameter.qualifiers = qualifiers_of(property, way);
        placed.push_back({id, std::move(parameter)});
    }
    return {};
}

Result<> check_sequence(const std::vector<Placed>& ordered) {
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        if (ordered[i].id == i) continue;
        if (i > 0 && ordered[i].id == ordered[i - 1].id) {
            return fail(Status::InvalidParameterId, "parameters {} and {} have the same ID {}",
                        ordered[i - 1].parameter.name.text(), ordered[i].parameter.name.text(),
                        ordered[i].id);
        }
        return fail(Status::NonconsecutiveParameterIds, "no parameter has the ID {}, but {} has {}",
                    i, ordered[i].parameter.name.text(), ordered[i].id);
    }
    return {};
}

}  // namespace

Result<MethodSignature> signature_of(const Method& method) {
    ClassDeclaration out = declare(method, Way::Out);
    if (method.return_type.element != CimType::Empty) {
        Property result;
        result.name = return_value;
        result.type = method.return_type;
        result.class_name = method.return_class;
        result.qualifiers.put(qualifier(keyword(Way::Out), CimType::Boolean, true));
        out.properties.push_back(std::move(result));
    }
    MethodSignature signature;
    signature.in = WMI_TRY(resolve(declare(method, Way::In)));
    signature.out = WMI_TRY(resolve(std::move(out)));
    return signature;
}

Result<Method> method_of(const Name& name, const MethodSignature& signature) {
    Method method;
    method.name = name;
    std::vector<Placed> placed;
    if (signature.in) {
        if (signature.in->find_property(return_value)) {
            return fail(Status::InvalidMethodParameters, "ReturnValue cannot go in");
        }
        WMI_TRY(collect(*signature.in, Way::In, placed));
    }
    if (signature.out) {
        if (const auto index = signature.out->find_property(return_value)) {
            const Property& result = signature.out->properties()[*index];
            if (result.qualifiers.find(id_qualifier)) {
                return fail(Status::ParameterIdOnRetval, "ReturnValue cannot have an ID");
            }
            method.return_type = result.type;
            method.return_class = result.class_name;
        }
        WMI_TRY(collect(*signature.out, Way::Out, placed));
    }
    std::ranges::sort(placed, {}, &Placed::id);
    WMI_TRY(check_sequence(placed));
    for (Placed& entry : placed) method.parameters.push_back(std::move(entry.parameter));
    return method;
}

}  // namespace openwmi::cim
