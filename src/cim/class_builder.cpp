#include "cim/class_builder.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.h"
#include "cim/limits.h"

namespace openwmi::cim {
namespace {

// What a name is of, and how its mistakes are reported (COM-045).
struct NameKind {
    std::string_view text;
    Status invalid;
    Status too_wide;
};
constexpr NameKind class_names{"class", Status::InvalidClass, Status::ClassNameTooWide};
constexpr NameKind property_names{"property", Status::InvalidProperty, Status::PropertyNameTooWide};
constexpr NameKind method_names{"method", Status::InvalidMethod, Status::MethodNameTooWide};
constexpr NameKind parameter_names{"parameter", Status::InvalidMethodParameters,
                                   Status::PropertyNameTooWide};
constexpr NameKind qualifier_names{"qualifier", Status::InvalidQualifier,
                                   Status::QualifierNameTooWide};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_identifier(std::string_view text) {
    return !text.empty() && is_letter(text.front()) && base::is_valid_utf8(text) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c); });
}

Result<> check_name(const Name& name, const NameKind& kind, const Name& class_name) {
    if (base::utf16_length(name.text()) > max_name_length) {
        return fail(kind.too_wide, "class {}: the {} name {} has more than {} characters",
                    class_name.text().substr(0, 64), kind.text, name.text().substr(0, 64),
                    max_name_length);
    }
    if (!is_identifier(name.text())) {
        return fail(kind.invalid,
                    "class {}: \"{}\" is no {} name; it must begin with a letter and go on with "
                    "letters, digits and underscores",
                    class_name.text(), name.text(), kind.text);
    }
    return {};
}

// In front of a message: where in which class it is.
tl::unexpected<Error> in(const std::string& where, Status status, const Error& error) {
    return fail(status, "{}: {}", where, error.message);
}
tl::unexpected<Error> in(const std::string& where, const Error& error) {
    return in(where, error.status, error);
}

bool is_qualifier_type(CimType type) {
    return type == CimType::Sint32 || type == CimType::Real64 || type == CimType::String ||
           type == CimType::Boolean;
}

// Gives every qualifier its type and checks it (COM-153).
Result<> check_qualifiers(QualifierSet& qualifiers, const std::string& where, const Name& of) {
    if (qualifiers.all().size() > max_qualifiers) {
        return fail(Status::QuotaViolation, "{}: more than {} qualifiers", where, max_qualifiers);
    }
    QualifierSet checked;
    for (Qualifier qualifier : qualifiers.all()) {
        WMI_TRY(check_name(qualifier.name, qualifier_names, of));
        if (qualifier.type.element == CimType::Empty) {
            qualifier.type = natural_type(qualifier.value);
            if (is_integer(qualifier.type.element)) qualifier.type.element = CimType::Sint32;
        }
        auto value = coerce(std::move(qualifier.value), qualifier.type);
        if (!value || !is_qualifier_type(qualifier.type.element)) {
            return fail(Status::InvalidQualifierType,
                        "{}: qualifier {} must be a sint32, real64, string or boolean, or an "
                        "array of these{}{}",
                        where, qualifier.name.text(), value ? "" : "; ",
                        value ? "" : value.error().message);
        }
        qualifier.value = std::move(*value);
        qualifier.propagated = false;
        checked.put(std::move(qualifier));
    }
    qualifiers = std::move(checked);
    return {};
}

// The qualifiers that decide what a class or property is: they always reach the subclasses, and
// cannot be taken back there, whatever flavor they were written with (MOF-056).
void make_binding(QualifierSet& qualifiers, std::span<const std::string_view> names) {
    for (const std::string_view name : names) {
        if (!qualifiers.is_true(name)) continue;
        Qualifier qualifier = *qualifiers.find(name);
        qualifier.flavor.to_subclass = true;
        qualifier.flavor.overridable = false;
        qualifiers.put(std::move(qualifier));
    }
}
constexpr std::array<std::string_view, 2> binding_for_classes{"association", "singleton"};
constexpr std::array<std::string_view, 3> binding_for_properties{"key", "indexed", "not_null"};

std::string typed(Type type, const Name& class_name) {
    return class_name.empty() ? to_text(type) : class_name.text() + " " + to_text(type);
}

Result<QualifierSet> merge(const QualifierSet& inherited, const QualifierSet& local,
                           const std::string& where) {
    auto merged = inherit_to_subclass(inherited, local);
    if (!merged) return in(where, Status::UpdateOverrideNotAllowed, merged.error());
    return merged;
}

bool same_direction(const Parameter& a, const Parameter& b) {
    return a.qualifiers.is_true("in") == b.qualifiers.is_true("in") &&
           a.qualifiers.is_true("out") == b.qualifiers.is_true("out");
}

bool same_signature(const Method& a, const Method& b) {
    const auto same_parameter = [](const Parameter& x, const Parameter& y) {
        return x.name == y.name && x.type == y.type && x.class_name == y.class_name &&
               same_direction(x, y);
    };
    return a.return_type == b.return_type && a.return_class == b.return_class &&
           std::ranges::equal(a.parameters, b.parameters, same_parameter);
}

std::string signature(const Method& method) {
    std::string text = typed(method.return_type, method.return_class) + " (";
    for (const Parameter& parameter : method.parameters) {
        if (text.back() != '(') text += ", ";
        if (parameter.qualifiers.is_true("in")) text += "in ";
        if (parameter.qualifiers.is_true("out")) text += "out ";
        text += typed(parameter.type, parameter.class_name) + " " + parameter.name.text();
    }
    return text += ")";
}

std::size_t text_bytes(const Name& name) {
    return sizeof(Name) + name.text().size();
}

std::size_t qualifier_bytes(const QualifierSet& qualifiers) {
    std::size_t bytes = 0;
    for (const Qualifier& qualifier : qualifiers.all()) {
        bytes += sizeof(Qualifier) + qualifier.name.text().size() + memory_bytes(qualifier.value);
    }
    return bytes;
}

std::size_t method_bytes(const Method& method) {
    std::size_t bytes =
        sizeof(Method) + text_bytes(method.name) + qualifier_bytes(method.qualifiers);
    for (const Parameter& parameter : method.parameters) {
        bytes += sizeof(Parameter) + parameter.name.text().size() +
                 memory_bytes(parameter.default_value) + qualifier_bytes(parameter.qualifiers);
    }
    return bytes;
}

}  // namespace

Result<ClassPtr> Class::derive(ClassDeclaration declaration, ClassPtr superclass) {
    return ClassBuilder(std::move(declaration), std::move(superclass)).build();
}

ClassBuilder::ClassBuilder(ClassDeclaration declaration, ClassPtr superclass)
    : declaration_(std::move(declaration)),
      superclass_(std::move(superclass)),
      class_(new Class()) {}

Result<ClassPtr> ClassBuilder::build() {
    WMI_TRY(check_ancestry());
    WMI_TRY(resolve_class_qualifiers());
    WMI_TRY(check_structure());
    WMI_TRY(resolve_properties());
    WMI_TRY(resolve_keys());
    WMI_TRY(check_association());
    WMI_TRY(resolve_methods());
    WMI_TRY(measure());
    lay_out();
    class_->declaration_ = std::move(declaration_);
    class_->superclass_ = std::move(superclass_);
    return ClassPtr(std::move(class_));
}

Result<> ClassBuilder::check_ancestry() {
    WMI_TRY(check_name(name(), class_names, name()));
    Name& parent = declaration_.superclass;
    if (name() == parent || (superclass_ && superclass_->is_a(name()))) {
        return fail(Status::CircularReference, "class {} cannot be derived from itself",
                    name().text());
    }
    if (!superclass_) {
        if (parent.empty()) return {};
        return fail(Status::InvalidSuperclass, "class {}: there is no superclass {}", name().text(),
                    parent.text());
    }
    if (parent.empty()) parent = superclass_->name();
    if (!(parent == superclass_->name())) {
        return fail(Status::InvalidSuperclass, "class {}: {} was given for its superclass {}",
                    name().text(), superclass_->name().text(), parent.text());
    }
    if (superclass_->qualifiers().is_true("terminal")) {
        return fail(Status::InvalidSuperclass, "class {}: its superclass {} is terminal",
                    name().text(), parent.text());
    }
    class_->derivation_.push_back(superclass_->name());
    const auto ancestors = superclass_->derivation();
    class_->derivation_.insert(class_->derivation_.end(), ancestors.begin(), ancestors.end());
    if (class_->derivation_.size() > max_ancestors) {
        return fail(Status::InvalidSuperclass, "class {}: more than {} ancestors", name().text(),
                    max_ancestors);
    }
    return {};
}

Result<> ClassBuilder::resolve_class_qualifiers() {
    const std::string where = "class " + name().text();
    WMI_TRY(check_qualifiers(declaration_.qualifiers, where, name()));
    static const QualifierSet none;
    class_->qualifiers_ = WMI_TRY(
        merge(superclass_ ? superclass_->qualifiers() : none, declaration_.qualifiers, where));
    make_binding(class_->qualifiers_, binding_for_classes);
    class_->abstract_ = declaration_.qualifiers.is_true("abstract");
    class_->singleton_ = class_->qualifiers_.is_true("singleton");
    class_->association_ = class_->qualifiers_.is_true("association");
    class_->dynamic_ = class_->qualifiers_.is_true("dynamic");
    return {};
}

// What the class is must go with what its superclass is (COM-044, MOF-025).
Result<> ClassBuilder::check_structure() const {
    if (class_->abstract_ && superclass_ && !superclass_->is_abstract()) {
        return fail(Status::CannotBeAbstract,
                    "class {} cannot be abstract: its superclass {} is not", name().text(),
                    superclass_->name().text());
    }
    if (class_->abstract_ && declaration_.qualifiers.is_true("terminal")) {
        return fail(Status::CannotBeAbstract, "class {} cannot be both abstract and terminal",
                    name().text());
    }
    if (!class_->singleton_ || !superclass_ || superclass_->is_singleton()) return {};
    // An abstract superclass has no instances that the singleton could contradict.
    if (!superclass_->is_abstract() || !superclass_->keys().empty()) {
        return fail(Status::CannotBeSingleton,
                    "class {} cannot be a singleton: its superclass {} is not, and {}",
                    name().text(), superclass_->name().text(),
                    superclass_->is_abstract() ? "has keys" : "is not abstract");
    }
    return {};
}

Result<> ClassBuilder::check_property(Property& property) const {
    WMI_TRY(check_name(property.name, property_names, name()));
    const std::string where =
        fmt::format("class {}: property {}", name().text(), property.name.text());
    if (property.type.element == CimType::Empty) {
        return fail(Status::InvalidPropertyType, "{} has no type", where);
    }
    WMI_TRY(check_qualifiers(property.qualifiers, where, name()));
    auto value = property.admit(std::move(property.default_value));
    if (!value) return in(where, value.error());
    property.default_value = std::move(*value);
    property.origin = Name();
    property.local = true;
    return {};
}

Result<> ClassBuilder::resolve_properties() {
    if (superclass_) {
        const auto inherited = superclass_->properties();
        class_->properties_.assign(inherited.begin(), inherited.end());
        class_->property_index_ = superclass_->property_index_;
    }
    for (Property& property : class_->properties_) {
        property.local = false;
        property.qualifiers = WMI_TRY(inherit_to_subclass(property.qualifiers, {}));
    }
    std::unordered_set<Name> declared;
    for (Property& property : declaration_.properties) {
        WMI_TRY(check_property(property));
        if (!declared.insert(property.name).second) {
            return fail(Status::InvalidProperty, "class {}: property {} is declared twice",
                        name().text(), property.name.text());
        }
        WMI_TRY(add_property(property));
    }
    return {};
}

Result<> ClassBuilder::add_property(Property property) {
    make_binding(property.qualifiers, binding_for_properties);
    if (const auto index = class_->find_property(property.name)) {
        return redeclare(std::move(property), class_->properties_[*index]);
    }
    if (class_->properties_.size() == max_properties) {
        return fail(Status::TooManyProperties, "class {} has more than {} properties",
                    name().text(), max_properties);
    }
    property.origin = name();
    class_->property_index_.emplace(property.name, class_->properties_.size());
    class_->properties_.push_back(std::move(property));
    return {};
}

// The same type, or a narrower class of object; new qualifiers and default (MOF-024). Whether the
// new class is derived from the old one only the schema knows.
Result<> ClassBuilder::redeclare(Property property, Property& inherited) const {
    const bool widened = property.class_name.empty() && !inherited.class_name.empty();
    if (!(property.type == inherited.type) || widened) {
        return fail(Status::UpdateTypeMismatch,
                    "class {}: property {} is redeclared as {}, but in class {} it is {}",
                    name().text(), property.name.text(), typed(property.type, property.class_name),
                    inherited.origin.text(), typed(inherited.type, inherited.class_name));
    }
    property.qualifiers =
        WMI_TRY(merge(inherited.qualifiers, property.qualifiers,
                      fmt::format("class {}: property {}", name().text(), property.name.text())));
    make_binding(property.qualifiers, binding_for_properties);
    if (property.default_value.is_null()) {
        property.default_value = WMI_TRY(property.admit(std::move(inherited.default_value)));
    }
    property.origin = inherited.origin;
    inherited = std::move(property);
    return {};
}

Result<> ClassBuilder::resolve_keys() {
    for (std::size_t i = 0; i < class_->properties_.size(); ++i) {
        const Property& property = class_->properties_[i];
        if (!property.is_key()) continue;
        WMI_TRY(check_key(property));
        class_->keys_.push_back(i);
    }
    if (class_->keys_.size() > max_keys) {
        return fail(Status::TooManyProperties, "class {} has more than {} keys", name().text(),
                    max_keys);
    }
    return {};
}

// An association binds two objects (MOF-060); an abstract one may leave that to its subclasses.
Result<> ClassBuilder::check_association() const {
    if (!class_->association_ || class_->abstract_) return {};
    const auto references = std::ranges::count_if(class_->properties_, [](const Property& each) {
        return each.type == Type{CimType::Reference, false};
    });
    if (references == 2) return {};
    return fail(Status::InvalidClass,
                "class {} is an association, which has two references, and has {}", name().text(),
                references);
}

Result<> ClassBuilder::check_key(const Property& property) const {
    const auto refuse = [&](std::string_view why) {
        return fail(Status::CannotBeKey, "class {}: property {} ({}) cannot be a key: {}",
                    name().text(), property.name.text(), to_text(property.type), why);
    };
    if (property.type.array) return refuse("it is an array");
    if (is_real(property.type.element)) return refuse("it is a real number");
    if (property.type.element == CimType::Object) return refuse("it is an embedded object");
    if (class_->singleton_) return refuse("a singleton has no keys");
    if (!superclass_ || superclass_->keys().empty()) return {};
    const auto inherited = superclass_->find_property(property.name);
    if (inherited && superclass_->properties()[*inherited].is_key()) return {};
    return refuse(
        fmt::format("the keys were settled in the superclass {}", superclass_->name().text()));
}

Result<> ClassBuilder::check_method(Method& method) const {
    WMI_TRY(check_name(method.name, method_names, name()));
    const std::string where = fmt::format("class {}: method {}", name().text(), method.name.text());
    if (method.return_type.array) {
        return fail(Status::InvalidMethod, "{} returns an array, which a method cannot", where);
    }
    WMI_TRY(check_qualifiers(method.qualifiers, where, name()));
    method.origin = Name();
    method.local = true;
    return check_parameters(method);
}

Result<> ClassBuilder::check_parameters(Method& method) const {
    const std::string where = fmt::format("class {}: method {}", name().text(), method.name.text());
    if (method.parameters.size() > max_parameters) {
        return fail(Status::InvalidMethodParameters, "{} has more than {} parameters", where,
                    max_parameters);
    }
    std::unordered_map<Name, const Parameter*> seen;
    for (Parameter& parameter : method.parameters) {
        WMI_TRY(check_name(parameter.name, parameter_names, name()));
        const std::string which = where + ": parameter " + parameter.name.text();
        if (parameter.type.element == CimType::Empty) {
            return fail(Status::InvalidMethodParameters, "{} has no type", which);
        }
        WMI_TRY(check_qualifiers(parameter.qualifiers, which, name()));
        auto value =
            admit(std::move(parameter.default_value), parameter.type, parameter.class_name);
        if (!value) return in(which, value.error());
        parameter.default_value = std::move(*value);
        const auto [first, is_new] = seen.emplace(parameter.name, &parameter);
        if (is_new) continue;
        // The same parameter may be listed once as in and once as out (MOF-015).
        const Parameter& other = *first->second;
        if (!(other.type == parameter.type) || !(other.class_name == parameter.class_name) ||
            same_direction(other, parameter)) {
            return fail(Status::InvalidDuplicateParameter, "{} is declared twice", which);
        }
    }
    return {};
}

Result<> ClassBuilder::resolve_methods() {
    auto& methods = class_->methods_;
    if (superclass_) methods.assign(superclass_->methods().begin(), superclass_->methods().end());
    std::unordered_map<Name, std::size_t> known;
    for (std::size_t i = 0; i < methods.size(); ++i) {
        methods[i].local = false;
        methods[i].qualifiers = WMI_TRY(inherit_to_subclass(methods[i].qualifiers, {}));
        known.emplace(methods[i].name, i);
    }
    for (Method& declared : declaration_.methods) {
        WMI_TRY(check_method(declared));
        Method method = declared;
        const auto [found, is_new] = known.emplace(method.name, methods.size());
        if (is_new) {
            if (methods.size() == max_methods) {
                return fail(Status::QuotaViolation, "class {} has more than {} methods",
                            name().text(), max_methods);
            }
            method.origin = name();
            methods.push_back(std::move(method));
            continue;
        }
        Method& inherited = methods[found->second];
        if (inherited.local) {
            return fail(Status::InvalidMethod, "class {}: method {} is declared twice",
                        name().text(), method.name.text());
        }
        if (!same_signature(method, inherited)) {
            return fail(Status::UpdatePropagatedMethod,
                        "class {}: method {} is redeclared as {}, but in class {} it is {}",
                        name().text(), method.name.text(), signature(method),
                        inherited.origin.text(), signature(inherited));
        }
        method.qualifiers =
            WMI_TRY(merge(inherited.qualifiers, method.qualifiers,
                          fmt::format("class {}: method {}", name().text(), method.name.text())));
        method.origin = inherited.origin;
        inherited = std::move(method);
    }
    return {};
}

void ClassBuilder::lay_out() {
    std::vector<Slot> slots;
    slots.reserve(class_->properties_.size());
    for (const Property& property : class_->properties_) {
        Slot slot;
        slot.name = property.name;
        slot.type = property.type;
        slot.class_name = property.class_name;
        slot.key = property.is_key();
        slots.push_back(std::move(slot));
    }
    class_->layout_ = Layout::make(name(), class_->derivation_, std::move(slots));
}

Result<> ClassBuilder::measure() {
    std::size_t bytes = sizeof(Class) + qualifier_bytes(class_->qualifiers_);
    for (const Property& property : class_->properties_) {
        const std::size_t nested = nesting(property.default_value);
        const std::size_t value_bytes = memory_bytes(property.default_value);
        class_->depth_ = std::max(class_->depth_, nested + 1);
        if (nested != 0) class_->default_object_bytes_ += value_bytes;
        bytes += sizeof(Property) + text_bytes(property.name) + value_bytes +
                 qualifier_bytes(property.qualifiers);
    }
    for (const Method& method : class_->methods_) {
        bytes += method_bytes(method);
        for (const Parameter& parameter : method.parameters) {
            class_->depth_ = std::max(class_->depth_, nesting(parameter.default_value) + 1);
        }
    }
    class_->memory_bytes_ = bytes;
    if (bytes <= max_object_bytes / 2) return {};
    return fail(Status::QuotaViolation, "class {} would take {} bytes, {} at most", name().text(),
                bytes, max_object_bytes / 2);
}

}  // namespace openwmi::cim
