#pragma once

#include "base/result.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "mof/ast.h"

namespace openwmi::mof {

// What the compiler stores into: a repository, a session with the service, or nothing
// (CheckTarget). Called from the compiling thread only; each call takes effect at once (no
// rollback, MOF-064), but for what is put within a batch.
class Target {
  public:
    virtual ~Target() = default;

    virtual Result<bool> namespace_exists(const cim::NamespacePath& name_space) = 0;
    // Null: there is none.
    virtual Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                             const cim::Name& name) = 0;
    virtual Result<> put_class(const cim::NamespacePath& name_space,
                               const cim::ClassDeclaration& declaration, PutFlags flags) = 0;
    // The path as stored: a string key that was NULL has been given a value (MOF-018).
    virtual Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                                 const cim::InstancePtr& instance,
                                                 PutFlags flags) = 0;
    // Fail with NotFound where there is nothing to delete.
    virtual Result<> delete_class(const cim::NamespacePath& name_space, const cim::Name& name) = 0;
    virtual Result<> delete_instance(const cim::NamespacePath& name_space,
                                     const cim::ObjectPath& path) = 0;

    // A batch spares a disk: what is put between the two takes effect together, with the commit; a
    // call that fails takes nothing of the batch along. Nothing is deleted within one. Where the
    // commit fails, nothing of the batch is stored. A target that has no use for it does nothing.
    virtual Result<> begin_batch() { return {}; }
    virtual Result<> commit_batch() { return {}; }
    // Instances of this class are put outside of batches: others act upon them when the Put
    // returns, or somebody else keeps them.
    virtual bool stands_alone(const cim::Class&) const { return false; }
};

}  // namespace openwmi::mof
