#include "wbem/element_qualifiers.h"

#include <array>

namespace openwmi::wbem {
namespace {

using cim::CimType;

// The standard qualifiers that decide what an element is; all others may stand anywhere.
struct Placement {
    std::string_view name;
    Element::Kind kind;
};
constexpr std::array placements = std::to_array<Placement>({
    {"key", Element::Kind::Property},
    {"indexed", Element::Kind::Property},
    {"not_null", Element::Kind::Property},
    {"abstract", Element::Kind::Object},
    {"singleton", Element::Kind::Object},
    {"association", Element::Kind::Object},
});

std::string_view plural(Element::Kind kind) {
    switch (kind) {
        case Element::Kind::Object: return "class definitions";
        case Element::Kind::Property: return "properties of class definitions";
        case Element::Kind::Method: return "methods";
    }
    return "elements";
}

Result<const cim::Property*> property_of(const cim::Class& cls, const cim::Name& name) {
    if (is_system_property(name)) {
        return fail(Status::SystemProperty, "{} is a system property, which has no qualifiers",
                    name.text());
    }
    const auto index = cls.find_property(name);
    if (!index) return fail(Status::NotFound, "there is no property {}", name.text());
    return &cls.properties()[*index];
}

}  // namespace

cim::Qualifier cimtype_of(const cim::Property& property) {
    std::string text(cim::keyword(property.type.element));
    if (!property.class_name.empty()) text += ":" + property.class_name.text();
    cim::Qualifier qualifier;
    qualifier.name = cimtype_qualifier;
    qualifier.type = {CimType::String};
    qualifier.value = std::move(text);
    qualifier.flavor = {.to_instance = true, .to_subclass = true};
    qualifier.propagated = !property.local;
    return qualifier;
}

Result<cim::Name> class_in_cimtype(const cim::Value& cimtype, CimType type) {
    const auto* text = cimtype.get_if<std::string>();
    if (!text) return fail(Status::InvalidQualifierType, "CIMTYPE must be a string");
    const std::size_t colon = text->find(':');
    const cim::Name keyword(text->substr(0, colon));
    if (!(keyword == cim::Name(cim::keyword(type)))) {
        return fail(Status::TypeMismatch, "CIMTYPE \"{}\" does not go with the type {}", *text,
                    cim::keyword(type));
    }
    if (colon == std::string::npos) return cim::Name();
    if (type != CimType::Reference && type != CimType::Object) {
        return fail(Status::TypeMismatch, "CIMTYPE \"{}\": a {} is of no class", *text,
                    cim::keyword(type));
    }
    return cim::Name(text->substr(colon + 1));
}

Result<cim::QualifierSet> class_qualifiers(const cim::Class& cls, const Element& element) {
    switch (element.kind) {
        case Element::Kind::Object: return cls.qualifiers();
        case Element::Kind::Property: {
            const cim::Property* property = WMI_TRY(property_of(cls, element.name));
            cim::QualifierSet set = property->qualifiers;
            set.put(cimtype_of(*property));
            return set;
        }
        case Element::Kind::Method: break;
    }
    const cim::Method* method = cls.find_method(element.name);
    if (!method) return fail(Status::NotFound, "there is no method {}", element.name.text());
    return method->qualifiers;
}

Result<cim::QualifierSet> instance_qualifiers(const cim::Class& cls, const Element& element,
                                              const cim::QualifierSet& own) {
    if (element.kind == Element::Kind::Method) {
        return fail(Status::IllegalOperation,
                    "an instance has no methods of its own; ask its class");
    }
    const cim::QualifierSet of_class = WMI_TRY(class_qualifiers(cls, element));
    cim::QualifierSet set = cim::inherit_to_instance(of_class, own);
    // A key identifies instances, so they show it, with whatever flavor it was written.
    if (const auto* key = of_class.find("key"); key && !set.find("key")) {
        cim::Qualifier shown = *key;
        shown.propagated = true;
        set.put(std::move(shown));
    }
    return set;
}

Result<> check_placement(const cim::Qualifier& qualifier, const Element& element, bool of_class) {
    for (const Placement& placement : placements) {
        if (!(qualifier.name == cim::Name(placement.name))) continue;
        if (!of_class || placement.kind != element.kind) {
            return fail(Status::InvalidQualifier, "{} belongs on {} only", qualifier.name.text(),
                        plural(placement.kind));
        }
        if (!(qualifier.type == cim::Type{CimType::Boolean})) {
            return fail(Status::InvalidQualifierType, "{} must be a boolean",
                        qualifier.name.text());
        }
    }
    return {};
}

}  // namespace openwmi::wbem
