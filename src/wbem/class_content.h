#pragma once

#include "cim/class.h"
#include "wbem/content.h"

namespace openwmi::wbem {

// A class definition: its own declaration over its superclass. Each change is tried on a copy and
// kept only if a class still comes of it, so a refused call leaves the class as it was. Confined
// like Content.
class ClassContent final : public Content {
  public:
    // A class that the service has: instances and classes can be derived from it.
    static std::unique_ptr<ClassContent> stored(cim::ClassPtr cls, cim::OriginPtr origin);
    // A class without a name yet; below `superclass`, or top level for null. Fails as Class::derive
    // does.
    static Result<std::unique_ptr<ClassContent>> create(cim::ClassPtr superclass,
                                                        cim::OriginPtr origin);

    bool is_class() const override { return true; }
    const cim::Class& cls() const override { return *resolved_; }
    const cim::Name& name() const override { return declaration_.name; }
    cim::Value property(std::size_t index) const override;
    cim::Value system_property(const cim::Name& name) const override;
    Result<> put(const cim::Name& name, const VARIANT& value,
                 std::optional<cim::Type> type) override;
    Result<> set(std::size_t index, cim::Value value) override;
    Result<Status> remove(const cim::Name& name) override;

    Result<cim::QualifierSet> qualifiers(const Element& element) const override;
    Result<> put_qualifier(const Element& element, cim::Qualifier qualifier) override;
    Result<Status> remove_qualifier(const Element& element, const cim::Name& name) override;

    Result<> put_method(cim::Method method) override;
    Result<> remove_method(const cim::Name& name) override;
    Result<std::unique_ptr<Content>> spawn_instance() const override;
    Result<std::unique_ptr<Content>> spawn_derived_class() const override;

    Result<cim::ObjectPtr> snapshot() override;
    cim::OriginPtr origin() const override { return origin_; }
    std::unique_ptr<Content> clone() const override;

  private:
    ClassContent() = default;
    ClassContent(const ClassContent&) = default;

    template <class Change>
    Result<> change(Change&& change);
    Result<> put_name(const VARIANT& value);
    Result<> put_cimtype(const cim::Name& property, const cim::Value& text);
    Result<cim::Type> type_for(const cim::Name& name, const VARIANT& value,
                               std::optional<cim::Type> type) const;
    // The element in a declaration of this class; an inherited one is declared again first.
    cim::Property& own_property(cim::ClassDeclaration& declaration, const cim::Name& name) const;
    cim::Method& own_method(cim::ClassDeclaration& declaration, const cim::Name& name) const;
    cim::QualifierSet& own_qualifiers(cim::ClassDeclaration& declaration,
                                      const Element& element) const;
    Result<cim::ClassPtr> as_stored(std::string_view what) const;

    cim::ClassDeclaration declaration_;  // the name may be empty
    cim::ClassPtr superclass_;
    cim::ClassPtr resolved_;  // of the declaration, under a name of ours while it has none
    cim::OriginPtr origin_;
    bool stored_ = false;    // as the service has it
    bool creating_ = false;  // its name may be given
};

}  // namespace openwmi::wbem
