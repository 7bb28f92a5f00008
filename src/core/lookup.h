#pragma once

#include "core/completion.h"
#include "core/provider_calls.h"

namespace openwmi::core {

// Which instance is wanted.
struct Lookup {
    cim::NamespacePath name_space;
    cim::ObjectPath path;       // of an instance
    cim::ClassPtr cls;          // the class that it names
    Depth depth = Depth::Deep;  // shallow: not the providers of classes below it
    Caller caller;
};

// Finds an instance that a provider keeps: asks the provider of the class, then those of the
// classes below it, one after the other, until one has it. A provider that gives no single
// instances but enumerates is asked for all of them. Fails with NotFound, with ProviderNotCapable
// when none can do either, with ProviderFailure when one answers with something else, and with what
// they report.
void find_provided(const std::shared_ptr<ServiceState>& service, Lookup lookup,
                   Completion completion);

// An instance in which the keys of the path are set, as high-performance providers are asked.
Result<cim::InstancePtr> instance_with_keys(const cim::ClassPtr& cls, const cim::ObjectPath& path);

}  // namespace openwmi::core
