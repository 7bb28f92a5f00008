#pragma once

#include "cim/class.h"

namespace openwmi::cim {

// Resolves one declaration against its superclass: Class::derive, step by step. Used once.
class ClassBuilder {
  public:
    ClassBuilder(ClassDeclaration declaration, ClassPtr superclass);

    Result<ClassPtr> build();

  private:
    Result<> check_ancestry();
    Result<> resolve_class_qualifiers();
    Result<> check_association() const;
    Result<> check_structure() const;
    Result<> resolve_properties();
    Result<> check_property(Property& property) const;
    Result<> add_property(Property property);
    Result<> redeclare(Property property, Property& inherited) const;
    Result<> resolve_keys();
    Result<> check_key(const Property& property) const;
    Result<> resolve_methods();
    Result<> check_method(Method& method) const;
    Result<> check_parameters(Method& method) const;
    void lay_out();
    Result<> measure();

    const Name& name() const { return declaration_.name; }

    ClassDeclaration declaration_;
    ClassPtr superclass_;
    base::Ref<Class> class_;
};

}  // namespace openwmi::cim
