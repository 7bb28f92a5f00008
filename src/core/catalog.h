#pragma once

#include "eventing/ports.h"
#include "provider/registry.h"
#include "repository/store.h"

namespace openwmi::core {

// What an administrator switched stands apart from the object that it is about: as an instance of a
// class of ours in a namespace of ours, so that compiling the object's MOF again does not switch it
// back behind his back.
enum class Switch { DisabledFilter, ObservedBinding };
struct Switches {
    static cim::NamespacePath name_space();
    static cim::ClassDeclaration class_declaration(Switch what);
    // Where it is marked, however its path and the references in it are written. `cls`: the
    // object's.
    static cim::ObjectPath path_of(Switch what, const cim::NamespacePath& ns, const cim::Class& cls,
                                   const cim::ObjectPath& object);
};

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
    bool is_observed(const cim::NamespacePath& ns, const cim::ObjectPath& binding) const override;
    // Is the object marked with that switch?
    bool is_set(Switch what, const cim::NamespacePath& ns, const cim::ObjectPath& object) const;

  private:
    const repository::Store& store_;
};

}  // namespace openwmi::core
