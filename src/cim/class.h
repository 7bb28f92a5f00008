#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "cim/layout.h"
#include "cim/object.h"
#include "cim/qualifier.h"
#include "cim/type.h"
#include "cim/value.h"

namespace openwmi::cim {

// What a property or parameter declared so can hold of the value: coerced; an object must be of the
// class (empty: of any) and may not be nested too deeply. Fails with TypeMismatch,
// ValueOutOfRange, QuotaViolation.
Result<Value> admit(Value value, Type type, const Name& class_name);

struct Property {
    Name name;
    Type type;
    Name class_name;      // of a reference or object type: the class it must be of; empty: any
    Value default_value;  // NULL: none
    QualifierSet qualifiers;
    Name origin;        // the class that declared it; filled by Class::derive
    bool local = true;  // declared or redeclared by this very class; filled by Class::derive

    bool is_key() const;
    bool not_null() const;  // Key, Indexed and Not_Null (MOF-057)
    Result<Value> admit(Value value) const;

    friend bool operator==(const Property&, const Property&) = default;
};

struct Parameter {
    Name name;
    Type type;
    Name class_name;
    Value default_value;
    QualifierSet qualifiers;  // [in], [out], ID

    friend bool operator==(const Parameter&, const Parameter&) = default;
};

struct Method {
    Name name;
    Type return_type;  // CimType::Empty: void
    Name return_class;
    std::vector<Parameter> parameters;
    QualifierSet qualifiers;
    Name origin;
    bool local = true;

    friend bool operator==(const Method&, const Method&) = default;
};

// What a class says itself, without what it inherits: the input of Class::derive and what MOF and
// the repository store.
struct ClassDeclaration {
    Name name;
    Name superclass;  // empty: top level
    QualifierSet qualifiers;
    std::vector<Property> properties;
    std::vector<Method> methods;

    friend bool operator==(const ClassDeclaration&, const ClassDeclaration&) = default;
};

// A class, resolved against its superclass. Immutable, counted; holds its superclass alive.
class Class final : public Object {
  public:
    // Checks the declaration against the superclass (COM-043 to 045, MOF-056, 057; null for a
    // top-level class) and builds the class with its layout. Names with a leading underscore are
    // allowed here; mof and core refuse them to users.
    static Result<ClassPtr> derive(ClassDeclaration declaration, ClassPtr superclass);

    const Name& name() const { return declaration_.name; }
    const ClassPtr& superclass() const { return superclass_; }
    std::span<const Name> derivation() const {
        return derivation_;
    }  // nearest ancestor first (SYS-007)
    const Name& dynasty() const;              // the top-level class
    bool is_a(const Name& class_name) const;  // itself or an ancestor

    // All properties: the superclass's first, in its order, then its own.
    std::span<const Property> properties() const { return properties_; }
    std::optional<std::size_t> find_property(const Name& name) const;
    std::span<const std::size_t> keys() const { return keys_; }  // indices of key properties
    std::span<const Method> methods() const { return methods_; }
    const Method* find_method(const Name& name) const;
    const QualifierSet& qualifiers() const { return qualifiers_; }

    bool is_abstract() const { return abstract_; }
    bool is_singleton() const { return singleton_; }
    bool is_association() const { return association_; }
    bool is_dynamic() const { return dynamic_; }
    // The Provider qualifier, or empty.
    std::string provider() const;

    const LayoutPtr& layout() const { return layout_; }
    const ClassDeclaration& declaration() const { return declaration_; }
    const Class& class_of() const override { return *this; }
    std::size_t depth() const override { return depth_; }
    std::size_t memory_bytes() const override { return memory_bytes_; }
    // The part of it that every instance reaches through its defaults.
    std::size_t default_object_bytes() const { return default_object_bytes_; }

  private:
    Class() : Object(Kind::Class) {}

    ClassDeclaration declaration_;
    ClassPtr superclass_;
    std::vector<Name> derivation_;
    std::vector<Property> properties_;
    std::unordered_map<Name, std::size_t> property_index_;
    std::vector<std::size_t> keys_;
    std::vector<Method> methods_;
    QualifierSet qualifiers_;
    LayoutPtr layout_;
    bool abstract_ = false;
    bool singleton_ = false;
    bool association_ = false;
    bool dynamic_ = false;
    std::size_t depth_ = 1;
    std::size_t memory_bytes_ = 0;
    std::size_t default_object_bytes_ = 0;

    friend class ClassBuilder;
};

}  // namespace openwmi::cim
