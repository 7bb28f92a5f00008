#include "wbem/instance_content.h"

#include <algorithm>

#include "cim/system_property.h"
#include "wbem/element_qualifiers.h"

namespace openwmi::wbem {
namespace {

tl::unexpected<Error> not_for_instances(std::string_view what) {
    return fail(Status::IllegalOperation, "{}, not an instance", what);
}

// Empty when nothing is hidden.
std::vector<bool> visible_properties(const cim::Instance& instance) {
    std::vector<bool> visible(instance.class_of().properties().size(), true);
    for (std::size_t i = 0; i < visible.size(); ++i) visible[i] = !instance.is_hidden(i);
    if (std::ranges::find(visible, false) == visible.end()) visible.clear();
    return visible;
}

}  // namespace

InstanceContent::InstanceContent(cim::InstancePtr instance)
    : instance_(std::move(instance)), own_qualifiers_(instance_->all_qualifiers()) {}

InstanceContent::InstanceContent(cim::ClassPtr cls) : builder_(std::in_place, std::move(cls)) {}

const cim::Class& InstanceContent::cls() const {
    return builder_ ? *builder_->class_ptr() : instance_->class_of();
}

const cim::InstancePtr& InstanceContent::current() const {
    if (!instance_) {
        instance_ = builder_->build();
        if (!visible_.empty()) instance_ = instance_->with_projection(visible_);
    }
    return instance_;
}

cim::InstanceBuilder& InstanceContent::builder() {
    if (!builder_) {
        visible_ = visible_properties(*instance_);
        builder_.emplace(*instance_);
    }
    instance_ = nullptr;
    return *builder_;
}

cim::Value InstanceContent::property(std::size_t index) const {
    if (instance_) return instance_->get(index);
    if (!visible_.empty() && !visible_[index]) return {};
    return builder_->get(index);
}

cim::Value InstanceContent::system_property(const cim::Name& name) const {
    return cim::system_property(*current(), name).value_or(cim::Value());
}

Result<> InstanceContent::put(const cim::Name& name, const VARIANT& value,
                              std::optional<cim::Type> type) {
    if (is_system_property(name)) {
        return fail(Status::ReadOnly, "{} of an instance cannot be changed", name.text());
    }
    const std::size_t index = WMI_TRY(find_property(*this, name));
    const cim::Property& property = cls().properties()[index];
    if (type && !(*type == property.type)) {
        return fail(Status::TypeMismatch, "property {} is a {}, which Put cannot change",
                    name.text(), cim::keyword(property.type.element));
    }
    auto given = value_of(value, property.type);
    if (!given) {
        return fail(given.error().status, "{}.{}: {}", cls().name().text(), property.name.text(),
                    given.error().message);
    }
    return set(index, *std::move(given));
}

Result<> InstanceContent::set(std::size_t index, cim::Value value) {
    WMI_TRY(builder().set(index, std::move(value)));
    if (!visible_.empty()) visible_[index] = true;
    return {};
}

Result<Status> InstanceContent::remove(const cim::Name& name) {
    const std::size_t index = WMI_TRY(find_property(*this, name));
    builder().reset(index);
    return Status::SResetToDefault;
}

const cim::QualifierSet& InstanceContent::own(const Element& element) const {
    static const cim::QualifierSet none;
    if (element.kind == Element::Kind::Object) return own_qualifiers_.own;
    const cim::QualifierSet* found = own_qualifiers_.find(element.name);
    return found ? *found : none;
}

void InstanceContent::set_own(const Element& element, cim::QualifierSet qualifiers) {
    if (element.kind == Element::Kind::Object) {
        own_qualifiers_.own = std::move(qualifiers);
        builder().set_qualifiers(own_qualifiers_.own);
        return;
    }
    own_qualifiers_.put(cls(), element.name, qualifiers);
    builder().set_property_qualifiers(element.name, std::move(qualifiers));
}

Result<cim::QualifierSet> InstanceContent::qualifiers(const Element& element) const {
    return instance_qualifiers(cls(), element, own(element));
}

Result<> InstanceContent::put_qualifier(const Element& element, cim::Qualifier qualifier) {
    WMI_TRY(check_placement(qualifier, element, /*of_class=*/false));
    const cim::QualifierSet of_class = WMI_TRY(class_qualifiers(cls(), element));
    const cim::Qualifier* inherited = of_class.find(qualifier.name);
    if (inherited && inherited->flavor.to_instance && !inherited->flavor.overridable) {
        return fail(Status::OverrideNotAllowed, "class {} does not allow to override qualifier {}",
                    cls().name().text(), qualifier.name.text());
    }
    cim::QualifierSet changed = own(element);
    changed.put(std::move(qualifier));
    set_own(element, std::move(changed));
    return {};
}

Result<Status> InstanceContent::remove_qualifier(const Element& element, const cim::Name& name) {
    const cim::QualifierSet shown = WMI_TRY(qualifiers(element));
    const cim::Qualifier* qualifier = shown.find(name);
    if (!qualifier) return fail(Status::NotFound, "there is no qualifier {}", name.text());
    if (qualifier->propagated) {
        return fail(Status::PropagatedQualifier, "qualifier {} comes from class {}", name.text(),
                    cls().name().text());
    }
    cim::QualifierSet changed = own(element);
    changed.remove(name);
    set_own(element, std::move(changed));
    const auto left = WMI_TRY(qualifiers(element));
    return left.find(name) ? Status::SResetToDefault : Status::Ok;
}

Result<> InstanceContent::put_method(cim::Method) {
    return not_for_instances("a class has methods");
}
Result<> InstanceContent::remove_method(const cim::Name&) {
    return not_for_instances("a class has methods");
}
Result<std::unique_ptr<Content>> InstanceContent::spawn_instance() const {
    return not_for_instances("instances are spawned from a class");
}
Result<std::unique_ptr<Content>> InstanceContent::spawn_derived_class() const {
    return not_for_instances("classes are derived from a class");
}

std::unique_ptr<Content> InstanceContent::clone() const {
    return std::make_unique<InstanceContent>(current());
}

}  // namespace openwmi::wbem
