#pragma once

#include <vector>

#include "cim/instance.h"
#include "wbem/content.h"

namespace openwmi::wbem {

// An instance: the immutable one as long as nobody writes, from the first write on a builder, so
// that no other holder of the instance sees the change. Confined like Content.
class InstanceContent final : public Content {
  public:
    explicit InstanceContent(cim::InstancePtr instance);
    explicit InstanceContent(cim::ClassPtr cls);  // a new one: every property has its default

    bool is_class() const override { return false; }
    const cim::Class& cls() const override;
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

    Result<cim::ObjectPtr> snapshot() override { return cim::ObjectPtr(current()); }
    cim::OriginPtr origin() const override { return current()->origin(); }
    std::unique_ptr<Content> clone() const override;

  private:
    const cim::InstancePtr& current() const;
    // What is written on the element itself.
    const cim::QualifierSet& own(const Element& element) const;
    void set_own(const Element& element, cim::QualifierSet qualifiers);
    // The builder, for a change: what was built before is out of date.
    cim::InstanceBuilder& builder();

    mutable cim::InstancePtr instance_;  // null when the builder has changed since
    std::optional<cim::InstanceBuilder> builder_;
    std::vector<bool> visible_;  // of a projected instance that is written to
    cim::InstanceQualifiers own_qualifiers_;
};

}  // namespace openwmi::wbem
