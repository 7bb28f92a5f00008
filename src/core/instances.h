#pragma once

#include <memory>

#include "core/enumeration.h"

// What sessions do with instances, wherever they are kept: in the repository, by providers, or in
// the repository with properties that providers keep.
namespace openwmi::core {

// For whom something is done, where and how. Value.
struct InstanceWork {
    std::shared_ptr<ServiceState> service;
    SessionPlace place;
    CallOptions call;
};

// Who it is as providers see him; of a partial operation they are told what belongs to it.
Caller caller_of(const InstanceWork& work, Kept kept = Kept::None);

// The instance at a path that names this class; it may be of one below. Fails: InvalidContext,
// InvalidProperty (COM-056), InvalidOperation (within a batch, where providers are needed), and as
// Store::get_instance and find_provided do.
void find_one(const InstanceWork& work, const cim::ClassPtr& cls, const cim::ObjectPath& path,
              Completion completion);

// Stores it, or gives it to its providers (dynamic_put.h). The outcome is its path. Fails:
// InvalidContext, InvalidProperty (COM-055), InvalidOperation (within a batch), ProviderNotCapable,
// and as apply_put_rules, check_registration and Transaction::put_instance do.
void keep(const InstanceWork& work, const cim::ClassPtr& cls, const cim::InstancePtr& instance,
          repository::PutMode mode, Completion completion);

// Fails: InvalidOperation (within a batch), ProviderNotCapable, and as
// Transaction::delete_instance does.
void drop(const InstanceWork& work, const cim::ClassPtr& cls, const cim::ObjectPath& path,
          Completion completion);

// The enumeration of all its instances. Fails: InvalidContext, InvalidProperty (COM-056).
Result<Enumeration> enumeration_of(const InstanceWork& work, cim::ClassPtr cls, Depth depth);

}  // namespace openwmi::core
