#pragma once

#include <functional>

#include "core/provider_calls.h"

// Properties of stored instances whose values property providers keep (COM-172): in a class with
// the qualifier DynProps those with a PropertyContext, in another those that are Dynamic, too. The
// property's Provider qualifier names the provider, else that of the class.
namespace openwmi::core {

// Whether instances of the class, or of one below it when `depth` says so, have such properties:
// then they are read and written on the executor for calls.
bool has_dynamic_properties(const cim::Class& cls);
bool has_dynamic_properties(const ServiceState& service, const cim::NamespacePath& ns,
                            const cim::ClassPtr& cls, Depth depth);

// For whom, and of which namespace, instances are read and written.
struct PropertyAccess {
    std::shared_ptr<ServiceState> service;
    cim::NamespacePath name_space;
    provider::Client client;
};

// A stored instance with the values that providers have for the properties that are wanted (empty:
// all). What a provider has no value for, and what one that does not support reading keeps, stays
// as it is stored. Blocks as long as the providers do. Fails with what they report.
Result<cim::InstancePtr> read_dynamic(const PropertyAccess& access, const cim::InstancePtr& stored,
                                      const std::function<bool(const cim::Property&)>& wanted = {});

// What is to be stored of an instance that is written: without the values that were given to
// providers, and without those that are not wanted (empty: all are). A NULL is given to none. A
// value for a provider that does not support writing must be the one that it gives itself, else
// ProviderNotCapable. Blocks as long as the providers do. Fails with what they report; those before
// have taken their values then.
Result<cim::InstancePtr> write_dynamic(
    const PropertyAccess& access, const cim::InstancePtr& given,
    const std::function<bool(const cim::Property&)>& wanted = {});

}  // namespace openwmi::core
