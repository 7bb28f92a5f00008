#pragma once

#include <unordered_map>

#include "mof/target.h"

namespace openwmi::mof {

// Compiles against the system classes alone, in memory, for -check without a service: every
// namespace exists, nothing is kept but the classes. Use it with CompileOptions::fragments.
// Confined to the compiling thread.
class CheckTarget final : public Target {
  public:
    Result<bool> namespace_exists(const cim::NamespacePath& name_space) override;
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                     const cim::Name& name) override;
    Result<> put_class(const cim::NamespacePath& name_space,
                       const cim::ClassDeclaration& declaration, PutFlags flags) override;
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                         const cim::InstancePtr& instance, PutFlags flags) override;
    Result<> delete_class(const cim::NamespacePath& name_space, const cim::Name& name) override;
    Result<> delete_instance(const cim::NamespacePath& name_space,
                             const cim::ObjectPath& path) override;

  private:
    using Classes = std::unordered_map<cim::Name, cim::ClassPtr>;
    std::unordered_map<cim::NamespacePath, Classes> classes_;
};

}  // namespace openwmi::mof
