#include "mof/declaration_builder.h"

#include <algorithm>

namespace openwmi::mof {
namespace {

cim::Qualifier number_qualifier(const char* name, std::size_t number) {
    cim::Qualifier qualifier;
    qualifier.name = name;
    qualifier.type = {cim::CimType::Sint32, false};
    qualifier.value = static_cast<std::int64_t>(number);
    return qualifier;
}

// The parameters of a method get the IDs 0, 1, … where none is written (MOF-014).
void number_parameters(std::vector<cim::Parameter>& parameters) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!parameters[i].qualifiers.find("ID")) {
            parameters[i].qualifiers.put(number_qualifier("ID", i));
        }
    }
}

}  // namespace

Judged<cim::ClassDeclaration> DeclarationBuilder::build(const ClassNode& node) {
    cim::ClassDeclaration declaration;
    declaration.name = node.name.text;
    if (node.superclass) declaration.superclass = node.superclass->text;
    Judged<cim::QualifierSet> set = qualifiers_.qualifiers(node.qualifiers, item_);
    if (!set) return tl::unexpected(std::move(set.error()));
    declaration.qualifiers = std::move(*set);
    for (const PropertyNode& written : node.properties) {
        Judged<cim::Property> made = property(written);
        if (!made) return tl::unexpected(std::move(made.error()));
        declaration.properties.push_back(std::move(*made));
    }
    for (const MethodNode& written : node.methods) {
        Judged<cim::Method> made = method(written);
        if (!made) return tl::unexpected(std::move(made.error()));
        declaration.methods.push_back(std::move(*made));
    }
    return declaration;
}

// With the size of an array as MaxLen, which is advice only (MOF-012).
Judged<cim::QualifierSet> DeclarationBuilder::element_qualifiers(const PropertyNode& node) {
    Judged<cim::QualifierSet> set = qualifiers_.qualifiers(node.qualifiers, item_);
    if (set && node.bound && !set->find("MaxLen")) {
        set->put(number_qualifier("MaxLen", *node.bound));
    }
    return set;
}

Judged<cim::Property> DeclarationBuilder::property(const PropertyNode& node) {
    cim::Property made;
    made.name = node.name.text;
    made.type = node.type.type;
    made.class_name = node.type.class_name;
    Judged<cim::QualifierSet> set = element_qualifiers(node);
    if (!set) return tl::unexpected(std::move(set.error()));
    made.qualifiers = std::move(*set);
    if (!node.value) return made;
    Judged<cim::Value> value = convert(*node.value, {made.type, made.class_name}, &resolver_);
    if (!value) return tl::unexpected(std::move(value.error()));
    made.default_value = std::move(*value);
    return made;
}

// A parameter with neither direction is an input (OD-059, where it is accepted at all).
Judged<cim::Parameter> DeclarationBuilder::parameter(const PropertyNode& node) {
    Judged<cim::Property> made = property(node);
    if (!made) return tl::unexpected(std::move(made.error()));
    cim::Parameter parameter;
    parameter.name = std::move(made->name);
    parameter.type = made->type;
    parameter.class_name = std::move(made->class_name);
    parameter.default_value = std::move(made->default_value);
    parameter.qualifiers = std::move(made->qualifiers);
    if (!parameter.qualifiers.find("In") && !parameter.qualifiers.find("Out")) {
        cim::Qualifier in;
        in.name = "In";
        in.type = {cim::CimType::Boolean, false};
        in.value = true;
        parameter.qualifiers.put(std::move(in));
    }
    return parameter;
}

// One that is written twice, as input and as output, is one parameter of both directions (MOF-015).
Judged<cim::Method> DeclarationBuilder::method(const MethodNode& node) {
    cim::Method made;
    made.name = node.name.text;
    made.return_type = node.return_type.type;
    made.return_class = node.return_type.class_name;
    Judged<cim::QualifierSet> set = qualifiers_.qualifiers(node.qualifiers, item_);
    if (!set) return tl::unexpected(std::move(set.error()));
    made.qualifiers = std::move(*set);
    for (const PropertyNode& written : node.parameters) {
        Judged<cim::Parameter> next = parameter(written);
        if (!next) return tl::unexpected(std::move(next.error()));
        const auto same =
            std::find_if(made.parameters.begin(), made.parameters.end(),
                         [&](const cim::Parameter& earlier) { return earlier.name == next->name; });
        if (same == made.parameters.end()) {
            made.parameters.push_back(std::move(*next));
            continue;
        }
        for (const cim::Qualifier& qualifier : next->qualifiers.all()) {
            if (!same->qualifiers.find(qualifier.name)) same->qualifiers.put(qualifier);
        }
    }
    number_parameters(made.parameters);
    return made;
}

}  // namespace openwmi::mof
