#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "core/apply.h"
#include "core/session_target.h"

namespace openwmi::core {

// Stands between the compiler and the service: passes on only what differs from what is stored, and
// writes down what that is. In a dry run nothing is passed on; what would be stored is kept here
// for what builds upon it. Confined to one thread, which may wait.
class ApplyTarget final : public mof::Target {
  public:
    ApplyTarget(std::shared_ptr<Session> session, base::Executor& executor, bool dry_run)
        : session_(session),
          executor_(executor),
          inner_(std::move(session), executor),
          dry_run_(dry_run) {}

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

    // Takes an object out again that nothing asks for any more, if it is still there.
    Result<> prune(const cim::ObjectPath& path);

    const std::vector<AppliedChange>& changes() const { return changes_; }
    std::size_t unchanged() const { return unchanged_; }
    // The paths of all objects that were put, changed or not.
    const std::set<std::string>& seen() const { return seen_; }
    bool dry_run() const { return dry_run_; }
    SessionTarget& inner() { return inner_; }
    // Null: there is none.
    Result<cim::InstancePtr> find_instance(const cim::NamespacePath& name_space,
                                           const cim::ObjectPath& path);

  private:
    void see(std::string_view path);
    void record(AppliedChange::What what, std::string path, std::string_view before,
                std::string_view after);

    const std::shared_ptr<Session> session_;
    base::Executor& executor_;
    SessionTarget inner_;
    const bool dry_run_;
    std::map<cim::NamespacePath, std::unordered_map<cim::Name, cim::ClassPtr>> classes_;
    std::map<std::string, cim::InstancePtr> instances_;  // that a dry run would have stored
    std::set<cim::NamespacePath> namespaces_;
    std::vector<AppliedChange> changes_;
    std::set<std::string> seen_;
    std::size_t unchanged_ = 0;
};

}  // namespace openwmi::core
