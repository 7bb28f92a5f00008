#pragma once

#include <memory>

#include "base/executor.h"
#include "core/batch.h"
#include "core/session.h"
#include "mof/target.h"

namespace openwmi::core {

// Lets the MOF compiler store through a session, so with its rights and with all that follows from
// a Put. Confined to one thread, which may wait.
class SessionTarget final : public mof::Target {
  public:
    SessionTarget(std::shared_ptr<Session> session, base::Executor& executor)
        : session_(std::move(session)), executor_(executor) {}

    Result<bool> namespace_exists(const cim::NamespacePath& name_space) override;
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                     const cim::Name& name) override;
    Result<> put_class(const cim::NamespacePath& name_space,
                       const cim::ClassDeclaration& declaration, mof::PutFlags flags) override;
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                         const cim::InstancePtr& instance,
                                         mof::PutFlags flags) override;
    Result<> delete_class(const cim::NamespacePath& name_space, const cim::Name& name) override;
    Result<> delete_instance(const cim::NamespacePath& name_space,
                             const cim::ObjectPath& path) override;
    Result<> begin_batch() override;
    Result<> commit_batch() override;
    bool stands_alone(const cim::Class& cls) const override { return core::stands_alone(cls); }

  private:
    Result<std::shared_ptr<Session>> in(const cim::NamespacePath& name_space);

    const std::shared_ptr<Session> session_;
    base::Executor& executor_;
    std::shared_ptr<Batch> batch_;  // null: none is open
};

}  // namespace openwmi::core
