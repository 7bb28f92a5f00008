#include "cim/class.h"

#include <algorithm>

#include "cim/instance.h"
#include "cim/limits.h"

namespace openwmi::cim {
namespace {

Result<> check_class(const ObjectPtr& object, const Name& class_name) {
    if (class_name.empty() || object->class_of().is_a(class_name)) return {};
    return fail(Status::TypeMismatch, "an object of class {} is no {}",
                object->class_of().name().text(), class_name.text());
}

}  // namespace

Result<Value> admit(Value value, Type type, const Name& class_name) {
    Value admitted = WMI_TRY(coerce(std::move(value), type));
    if (type.element != CimType::Object) return admitted;
    if (nesting(admitted) >= max_nesting) {
        return fail(Status::QuotaViolation, "objects may be nested {} deep at most", max_nesting);
    }
    if (const auto* object = admitted.get_if<ObjectPtr>()) {
        WMI_TRY(check_class(*object, class_name));
    } else if (const auto* objects = admitted.get_if<Objects>()) {
        for (const ObjectPtr& element : *objects) WMI_TRY(check_class(element, class_name));
    }
    return admitted;
}

bool Property::is_key() const {
    return qualifiers.is_true("key");
}

bool Property::not_null() const {
    return is_key() || qualifiers.is_true("indexed") || qualifiers.is_true("not_null");
}

Result<Value> Property::admit(Value value) const {
    return cim::admit(std::move(value), type, class_name);
}

const Name& Class::dynasty() const {
    return derivation_.empty() ? name() : derivation_.back();
}

bool Class::is_a(const Name& class_name) const {
    return name() == class_name ||
           std::find(derivation_.begin(), derivation_.end(), class_name) != derivation_.end();
}

std::optional<std::size_t> Class::find_property(const Name& name) const {
    const auto found = property_index_.find(name);
    if (found == property_index_.end()) return std::nullopt;
    return found->second;
}

const Method* Class::find_method(const Name& name) const {
    const auto found = std::find_if(methods_.begin(), methods_.end(),
                                    [&](const Method& method) { return method.name == name; });
    return found == methods_.end() ? nullptr : &*found;
}

std::string Class::provider() const {
    const Qualifier* qualifier = qualifiers_.find("provider");
    if (qualifier == nullptr) return {};
    const auto* text = qualifier->value.get_if<std::string>();
    return text == nullptr ? std::string() : *text;
}

}  // namespace openwmi::cim
