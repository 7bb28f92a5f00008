#include "wbem/class_content.h"

#include <algorithm>

#include "base/check.h"
#include "cim/system_property.h"
#include "wbem/element_qualifiers.h"
#include "wbem/instance_content.h"

namespace openwmi::wbem {
namespace {

constexpr std::string_view placeholder = "__Unnamed";

Result<cim::ClassPtr> resolve(cim::ClassDeclaration declaration, const cim::ClassPtr& superclass) {
    if (declaration.name.empty()) declaration.name = placeholder;
    return cim::Class::derive(std::move(declaration), superclass);
}

template <class Elements>
auto find_named(Elements& elements, const cim::Name& name) -> decltype(elements.data()) {
    const auto found =
        std::ranges::find_if(elements, [&](const auto& element) { return element.name == name; });
    return found == elements.end() ? nullptr : &*found;
}

// COM-139, SYS-017.
Result<> check_new_property_name(const cim::Name& name) {
    const std::string& text = name.text();
    if (!text.starts_with('_') && !text.ends_with('_')) return {};
    return fail(Status::InvalidParameter,
                "\"{}\" is no property name: names that begin or end with an underscore belong to "
                "the system",
                text);
}

}  // namespace

std::unique_ptr<ClassContent> ClassContent::stored(cim::ClassPtr cls, cim::OriginPtr origin) {
    std::unique_ptr<ClassContent> content(new ClassContent());
    content->declaration_ = cls->declaration();
    content->superclass_ = cls->superclass();
    content->resolved_ = std::move(cls);
    content->origin_ = std::move(origin);
    content->stored_ = true;
    return content;
}

Result<std::unique_ptr<ClassContent>> ClassContent::create(cim::ClassPtr superclass,
                                                           cim::OriginPtr origin) {
    std::unique_ptr<ClassContent> content(new ClassContent());
    if (superclass) content->declaration_.superclass = superclass->name();
    content->superclass_ = std::move(superclass);
    content->resolved_ = WMI_TRY(resolve(content->declaration_, content->superclass_));
    content->origin_ = std::move(origin);
    content->creating_ = true;
    return content;
}

template <class Change>
Result<> ClassContent::change(Change&& change) {
    cim::ClassDeclaration declaration = declaration_;
    change(declaration);
    cim::ClassPtr resolved = WMI_TRY(resolve(declaration, superclass_));
    declaration_ = std::move(declaration);
    resolved_ = std::move(resolved);
    stored_ = false;
    return {};
}

cim::Value ClassContent::property(std::size_t index) const {
    return resolved_->properties()[index].default_value;
}

cim::Value ClassContent::system_property(const cim::Name& name) const {
    static const cim::Name from_own_name[] = {"__CLASS", "__RELPATH", "__PATH"};
    static const cim::Name dynasty("__DYNASTY");
    const bool needs_name = std::ranges::find(from_own_name, name) != std::end(from_own_name) ||
                            (name == dynasty && !superclass_);
    if (declaration_.name.empty() && needs_name) return {};
    return cim::system_property(*resolved_, name, origin_.get()).value_or(cim::Value());
}

Result<> ClassContent::put_name(const VARIANT& value) {
    if (!creating_) {
        return fail(Status::ReadOnly, "class {} exists; its name cannot be changed", name().text());
    }
    const cim::Value given = WMI_TRY(value_of(value, {cim::CimType::String}));
    const auto* text = given.get_if<std::string>();
    if (!text || text->empty()) {
        return fail(Status::InvalidParameter, "the name of a class cannot be left blank");
    }
    return change([&](cim::ClassDeclaration& declaration) { declaration.name = *text; });
}

Result<cim::Type> ClassContent::type_for(const cim::Name& name, const VARIANT& value,
                                         std::optional<cim::Type> type) const {
    const auto index = resolved_->find_property(name);
    if (!index) {
        WMI_TRY(check_new_property_name(name));
        if (!type) type = natural_type(value);
        if (type) return *type;
        return fail(Status::InvalidParameter, "a new property without a value needs a type: {}",
                    name.text());
    }
    const cim::Type has = resolved_->properties()[*index].type;
    if (type && !(*type == has)) {
        return fail(Status::TypeMismatch, "property {} is a {}, which Put cannot change",
                    name.text(), cim::keyword(has.element));
    }
    return has;
}

Result<> ClassContent::put(const cim::Name& name, const VARIANT& value,
                           std::optional<cim::Type> type) {
    if (name == cim::Name("__CLASS")) return put_name(value);
    if (is_system_property(name)) {
        return fail(Status::ReadOnly, "{} cannot be changed", name.text());
    }
    const cim::Type declared = WMI_TRY(type_for(name, value, type));
    auto given = value_of(value, declared);
    if (!given) {
        return fail(given.error().status, "{}: {}", name.text(), given.error().message);
    }
    return change([&](cim::ClassDeclaration& declaration) {
        if (!resolved_->find_property(name)) {
            cim::Property added;
            added.name = name;
            added.type = declared;
            declaration.properties.push_back(std::move(added));
        }
        own_property(declaration, name).default_value = *std::move(given);
    });
}

Result<> ClassContent::set(std::size_t index, cim::Value value) {
    const cim::Property& property = resolved_->properties()[index];
    cim::Value admitted = WMI_TRY(property.admit(std::move(value)));
    return change([&](cim::ClassDeclaration& declaration) {
        own_property(declaration, property.name).default_value = std::move(admitted);
    });
}

Result<Status> ClassContent::remove(const cim::Name& name) {
    WMI_TRY(find_property(*this, name));
    if (!find_named(declaration_.properties, name)) {
        return fail(Status::PropagatedProperty, "property {} comes from a superclass", name.text());
    }
    WMI_TRY(change([&](cim::ClassDeclaration& declaration) {
        std::erase_if(declaration.properties,
                      [&](const cim::Property& property) { return property.name == name; });
    }));
    return resolved_->find_property(name) ? Status::SResetToDefault : Status::Ok;
}

cim::Property& ClassContent::own_property(cim::ClassDeclaration& declaration,
                                          const cim::Name& name) const {
    if (cim::Property* own = find_named(declaration.properties, name)) return *own;
    const auto index = resolved_->find_property(name);
    WMI_CHECK(index.has_value(), "whoever changes a property has looked it up");
    const cim::Property& inherited = resolved_->properties()[*index];
    cim::Property again;
    again.name = inherited.name;
    again.type = inherited.type;
    again.class_name = inherited.class_name;
    return declaration.properties.emplace_back(std::move(again));
}

cim::Method& ClassContent::own_method(cim::ClassDeclaration& declaration,
                                      const cim::Name& name) const {
    if (cim::Method* own = find_named(declaration.methods, name)) return *own;
    const cim::Method* inherited = resolved_->find_method(name);
    WMI_CHECK(inherited, "whoever changes a method has looked it up");
    cim::Method again = *inherited;
    again.qualifiers = {};
    return declaration.methods.emplace_back(std::move(again));
}

cim::QualifierSet& ClassContent::own_qualifiers(cim::ClassDeclaration& declaration,
                                                const Element& element) const {
    switch (element.kind) {
        case Element::Kind::Object: return declaration.qualifiers;
        case Element::Kind::Property: return own_property(declaration, element.name).qualifiers;
        case Element::Kind::Method: break;
    }
    return own_method(declaration, element.name).qualifiers;
}

Result<cim::QualifierSet> ClassContent::qualifiers(const Element& element) const {
    return class_qualifiers(*resolved_, element);
}

Result<> ClassContent::put_cimtype(const cim::Name& name, const cim::Value& text) {
    const std::size_t index = WMI_TRY(find_property(*this, name));
    const cim::Name class_name =
        WMI_TRY(class_in_cimtype(text, resolved_->properties()[index].type.element));
    return change([&](cim::ClassDeclaration& declaration) {
        own_property(declaration, name).class_name = class_name;
    });
}

Result<> ClassContent::put_qualifier(const Element& element, cim::Qualifier qualifier) {
    WMI_TRY(qualifiers(element));
    WMI_TRY(check_placement(qualifier, element, /*of_class=*/true));
    if (element.kind == Element::Kind::Property && qualifier.name == cim::Name(cimtype_qualifier)) {
        return put_cimtype(element.name, qualifier.value);
    }
    const auto inherited =
        superclass_ ? class_qualifiers(*superclass_, element) : Result<cim::QualifierSet>();
    const cim::Qualifier* binding = inherited ? inherited->find(qualifier.name) : nullptr;
    if (binding && binding->flavor.to_subclass && !binding->flavor.overridable &&
        !(binding->value == qualifier.value)) {
        return fail(Status::OverrideNotAllowed,
                    "superclass {} does not allow to override qualifier {}",
                    superclass_->name().text(), qualifier.name.text());
    }
    return change([&](cim::ClassDeclaration& declaration) {
        own_qualifiers(declaration, element).put(std::move(qualifier));
    });
}

Result<Status> ClassContent::remove_qualifier(const Element& element, const cim::Name& name) {
    const cim::QualifierSet shown = WMI_TRY(qualifiers(element));
    if (!shown.find(name)) return fail(Status::NotFound, "there is no qualifier {}", name.text());
    if (element.kind == Element::Kind::Property && name == cim::Name(cimtype_qualifier)) {
        return fail(Status::IllegalOperation, "CIMTYPE is the type of the property");
    }
    cim::ClassDeclaration copy = declaration_;  // own_qualifiers may declare the element again
    if (!own_qualifiers(copy, element).find(name)) {
        return fail(Status::PropagatedQualifier, "qualifier {} comes from a superclass",
                    name.text());
    }
    WMI_TRY(change([&](cim::ClassDeclaration& declaration) {
        own_qualifiers(declaration, element).remove(name);
    }));
    const cim::QualifierSet left = WMI_TRY(qualifiers(element));
    return left.find(name) ? Status::SResetToDefault : Status::Ok;
}

Result<> ClassContent::put_method(cim::Method method) {
    return change([&](cim::ClassDeclaration& declaration) {
        if (cim::Method* own = find_named(declaration.methods, method.name)) {
            method.qualifiers = own->qualifiers;
            *own = std::move(method);
        } else {
            declaration.methods.push_back(std::move(method));
        }
    });
}

Result<> ClassContent::remove_method(const cim::Name& name) {
    if (!find_named(declaration_.methods, name)) {
        if (!resolved_->find_method(name)) {
            return fail(Status::NotFound, "there is no method {}", name.text());
        }
        return fail(Status::PropagatedMethod, "method {} comes from a superclass", name.text());
    }
    return change([&](cim::ClassDeclaration& declaration) {
        std::erase_if(declaration.methods,
                      [&](const cim::Method& method) { return method.name == name; });
    });
}

Result<cim::ClassPtr> ClassContent::as_stored(std::string_view what) const {
    if (stored_) return resolved_;
    return fail(Status::IncompleteClass,
                "{} needs a class as the service has it: put class {} and get it again", what,
                name().text());
}

Result<std::unique_ptr<Content>> ClassContent::spawn_instance() const {
    return std::make_unique<InstanceContent>(WMI_TRY(as_stored("an instance")));
}

Result<std::unique_ptr<Content>> ClassContent::spawn_derived_class() const {
    return create(WMI_TRY(as_stored("a derived class")), origin_);
}

Result<cim::ObjectPtr> ClassContent::snapshot() {
    if (declaration_.name.empty()) {
        return fail(Status::IncompleteClass, "the class has no name: put __CLASS first");
    }
    return cim::ObjectPtr(resolved_);
}

std::unique_ptr<Content> ClassContent::clone() const {
    return std::unique_ptr<Content>(new ClassContent(*this));
}

}  // namespace openwmi::wbem
