#pragma once

#include "core/instances.h"

namespace openwmi::core {

// Gives an instance to the providers of all classes in its hierarchy that keep instances, topmost
// first, each as an instance of its own class; one that fails ends it, and those before have stored
// theirs then (COM-053). A provider that serves several of the classes gets the instance once, as
// one of the lowest of them. Fails with ProviderNotCapable and what the providers report.
void put_in_hierarchy(const InstanceWork& work, const cim::ClassPtr& cls,
                      const cim::InstancePtr& instance, repository::PutMode mode,
                      Completion completion);

}  // namespace openwmi::core
