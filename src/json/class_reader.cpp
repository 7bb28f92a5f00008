#include <algorithm>
#include <array>
#include <initializer_list>

#include "json/reader.h"

// The definition of a class: the other half of Reader.

namespace openwmi::json {
namespace {

using cim::CimType;
using cim::Type;
using Json = nlohmann::json;

// One object of a definition ("properties/3"), whose members must be known ones.
class Element {
  public:
    static Result<Element> open(const Json& json, const Place& place,
                                std::initializer_list<std::string_view> known) {
        if (!json.is_object()) return mismatch(place, "an object", json);
        for (const auto& [member, content] : json.items()) {
            if (std::ranges::find(known, member) == known.end()) {
                return wrong(Status::InvalidParameter, {&place, member},
                             "a class definition has no such member here");
            }
        }
        return Element(json, place);
    }

    const Place& place() const { return place_; }
    const Json* find(const char* member) const {
        const auto found = json_.find(member);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }

    // Empty when it is missing.
    Result<std::string> text(const char* member) const {
        const auto* found = find(member);
        if (!found) return std::string();
        if (!found->is_string()) return mismatch({&place_, member}, "a string", *found);
        return found->get<std::string>();
    }
    Result<std::string> required(const char* member) const {
        auto result = WMI_TRY(text(member));
        if (!result.empty()) return result;
        return wrong(Status::InvalidParameter, place_, "expected \"{}\", found no such member",
                     member);
    }
    // False when it is missing.
    Result<bool> flag(const char* member) const {
        const auto* found = find(member);
        if (!found) return false;
        if (!found->is_boolean()) return mismatch({&place_, member}, "true or false", *found);
        return found->get<bool>();
    }

    // Calls `take` for each element of a list, which may be missing.
    template <class Take>
    Result<> each(const char* member, Take&& take) const {
        const auto* found = find(member);
        if (!found) return {};
        const Place list{&place_, member};
        if (!found->is_array()) return mismatch(list, "an array", *found);
        for (std::size_t i = 0; i < found->size(); ++i) {
            const auto number = fmt::format("{}", i);
            WMI_TRY(take((*found)[i], Place{&list, number}));
        }
        return {};
    }

    Result<Expected> type(const char* member) const {
        const auto word = WMI_TRY(required(member));
        const bool array = WMI_TRY(flag("array"));
        cim::Name class_name = WMI_TRY(text("class"));
        if (word == cim::keyword(CimType::Empty)) return Expected{};
        const auto element = cim::type_of_keyword(word);
        if (!element) {
            return wrong(Status::InvalidCimType, {&place_, member}, "\"{}\" is no CIM type", word);
        }
        return Expected{Type{*element, array}, std::move(class_name)};
    }

  private:
    Element(const Json& json, const Place& place) : json_(json), place_(place) {}

    const Json& json_;
    const Place& place_;
};

Result<> take_flavor(cim::Flavor& flavor, const Json& json, const Place& place) {
    const auto is = [&](std::string_view word) {
        return json.is_string() && cim::Name(json.get_ref<const std::string&>()) == cim::Name(word);
    };
    if (is("ToInstance")) {
        flavor.to_instance = true;
    } else if (is("ToSubclass")) {
        flavor.to_subclass = true;
    } else if (is("DisableOverride")) {
        flavor.overridable = false;
    } else if (is("Amended")) {
        flavor.amended = true;
    } else {
        return mismatch(place, "ToInstance, ToSubclass, DisableOverride or Amended", json);
    }
    return {};
}

Result<cim::QualifierSet> read_qualifiers(const Reader& reader, const Element& element) {
    cim::QualifierSet qualifiers;
    WMI_TRY(element.each("qualifiers", [&](const Json& json, const Place& place) -> Result<> {
        const auto item = WMI_TRY(Element::open(
            json, place, {"name", "type", "array", "class", "value", "flavor", "inherited"}));
        if (WMI_TRY(item.flag("inherited"))) return {};
        cim::Qualifier qualifier;
        qualifier.name = WMI_TRY(item.required("name"));
        const auto expected = WMI_TRY(item.type("type"));
        qualifier.type = expected.type;
        if (const auto* value = item.find("value")) {
            qualifier.value = WMI_TRY(reader.value(*value, expected, {&place, "value"}));
        }
        WMI_TRY(item.each("flavor", [&](const Json& word, const Place& there) {
            return take_flavor(qualifier.flavor, word, there);
        }));
        if (qualifiers.find(qualifier.name)) {
            return wrong(Status::InvalidQualifier, place, "the qualifier {} is given twice",
                         qualifier.name.text());
        }
        qualifiers.put(std::move(qualifier));
        return {};
    }));
    return qualifiers;
}

// Name, type, default and qualifiers: what a property and a parameter share.
template <class Declared>
Result<Declared> read_declared(const Reader& reader, const Element& element) {
    Declared declared;
    declared.name = WMI_TRY(element.required("name"));
    auto expected = WMI_TRY(element.type("type"));
    declared.type = expected.type;
    if (const auto* content = element.find("default")) {
        declared.default_value =
            WMI_TRY(reader.value(*content, expected, {&element.place(), "default"}));
    }
    declared.class_name = std::move(expected.class_name);
    declared.qualifiers = WMI_TRY(read_qualifiers(reader, element));
    return declared;
}

Result<cim::Method> read_method(const Reader& reader, const Element& element) {
    cim::Method method;
    method.name = WMI_TRY(element.required("name"));
    auto returns = WMI_TRY(element.type("returns"));
    method.return_type = returns.type;
    method.return_class = std::move(returns.class_name);
    method.qualifiers = WMI_TRY(read_qualifiers(reader, element));
    WMI_TRY(element.each("parameters", [&](const Json& json, const Place& place) -> Result<> {
        const auto item = WMI_TRY(Element::open(
            json, place, {"name", "type", "array", "class", "default", "qualifiers"}));
        method.parameters.push_back(WMI_TRY(read_declared<cim::Parameter>(reader, item)));
        return {};
    }));
    return method;
}

}  // namespace

Result<cim::ClassPtr> Reader::class_definition(const Json& json, const Place& place) const {
    const auto element = WMI_TRY(Element::open(
        json, place,
        {"__GENUS", "__CLASS", "__SUPERCLASS", "qualifiers", "properties", "methods"}));
    if (const auto* genus = element.find("__GENUS"); genus && *genus != 1) {
        return mismatch({&place, "__GENUS"}, "the 1 of a class", *genus);
    }
    cim::ClassDeclaration declaration;
    declaration.name = WMI_TRY(element.required("__CLASS"));
    declaration.superclass = WMI_TRY(element.text("__SUPERCLASS"));
    declaration.qualifiers = WMI_TRY(read_qualifiers(*this, element));
    WMI_TRY(element.each("properties", [&](const Json& one, const Place& there) -> Result<> {
        const auto item = WMI_TRY(Element::open(
            one, there,
            {"name", "type", "array", "class", "default", "origin", "inherited", "qualifiers"}));
        if (WMI_TRY(item.flag("inherited"))) return {};
        declaration.properties.push_back(WMI_TRY(read_declared<cim::Property>(*this, item)));
        return {};
    }));
    WMI_TRY(element.each("methods", [&](const Json& one, const Place& there) -> Result<> {
        const auto item = WMI_TRY(Element::open(one, there,
                                                {"name", "returns", "array", "class", "origin",
                                                 "inherited", "qualifiers", "parameters"}));
        if (WMI_TRY(item.flag("inherited"))) return {};
        declaration.methods.push_back(WMI_TRY(read_method(*this, item)));
        return {};
    }));

    cim::ClassPtr superclass;
    if (!declaration.superclass.empty()) {
        superclass = schema_.find_class(declaration.superclass);
        if (!superclass) {
            return wrong(Status::InvalidSuperclass, {&place, "__SUPERCLASS"},
                         "there is no class \"{}\"", declaration.superclass.text());
        }
    }
    auto cls = cim::Class::derive(std::move(declaration), std::move(superclass));
    if (!cls) return wrong(cls.error().status, place, "{}", cls.error().message);
    return cls;
}

}  // namespace openwmi::json
