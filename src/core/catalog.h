#pragma once

#include "eventing/ports.h"
#include "provider/registry.h"
#include "repository/store.h"

namespace openwmi::core {

// The repository as eventing and provider see it. Thread-safe.
class Catalog final : public eventing::Catalog, public provider::RegistrationSource {
  public:
    explicit Catalog(const repository::Store& store) : store_(store) {}

    std::shared_ptr<const cim::Schema> schema(const cim::NamespacePath& ns) const override;
    Result<cim::InstancePtr> find_instance(const cim::NamespacePath& ns,
                                           const cim::ObjectPath& path) const override;
    Result<std::vector<cim::InstancePtr>> instances(const cim::NamespacePath& ns,
                                                    const cim::Name& class_name) const override;
    std::vector<cim::NamespacePath> namespaces() const override;
    bool is_disabled(const cim::NamespacePath& ns, const cim::ObjectPath& filter) const override;

  private:
    const repository::Store& store_;
};

// Filters that an administrator switched off are instances of a class of ours in a namespace of
// ours, so that compiling the filter's MOF again does not switch it on behind his back.
struct DisabledFilters {
    static cim::NamespacePath name_space();
    static cim::ClassDeclaration class_declaration();
    static cim::ObjectPath path_of(const cim::NamespacePath& ns, const cim::ObjectPath& filter);
};

}  // namespace openwmi::core
