#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "cim/call_context.h"
#include "cim/instance.h"
#include "core/completion.h"
#include "repository/store.h"

// Operations on part of an instance, which clients ask for in the context (COM-055 to 057).
namespace openwmi::core {

// Which properties are read. Keys always are.
struct PartialGet {
    bool keys_only = false;
    std::vector<cim::Name> properties;  // empty: all, unless it is keys only

    bool wants(const cim::Property& property) const;
};

// Which properties are written. A NULL is written only where the client says that he means it.
struct PartialPut {
    std::vector<cim::Name> properties;  // empty: all that are set
    bool strict_nulls = false;

    bool wants(const cim::Property& property) const;
};

// What the context asks for of instances of the class; nothing where it asks for no part, or where
// the values are left over from another call (they lack the mark of a client's own request,
// COM-057). Fails with InvalidContext for values of another type than documented, for those without
// the value that announces them and, of a put, without WBEM_FLAG_UPDATE_ONLY; with InvalidProperty
// for "*" and for properties that the class does not have.
Result<std::optional<PartialGet>> read_partial_get(const cim::CallContextPtr& sent,
                                                   const cim::Class& cls);
Result<std::optional<PartialPut>> read_partial_put(const cim::CallContextPtr& sent,
                                                   repository::PutMode mode, const cim::Class& cls);

// The context for providers: without the values for partial operations, save those of the
// operation at hand, of which the mark of the client's request goes (COM-057).
enum class Kept { None, Get, Put };
cim::CallContextPtr context_for_providers(const cim::CallContextPtr& sent, Kept kept);

// What the client gets of a stored instance.
cim::InstancePtr project(const PartialGet& partial, const cim::Instance& instance);

// The stored instance with what the client writes of the other one. Fails with InvalidProperty, and
// with IllegalNull where a NULL that is meant cannot be stored.
Result<cim::InstancePtr> merge(const PartialPut& partial, const cim::Instance& stored,
                               const cim::Instance& given);

// A provider that cannot put a part says UnsupportedParameter; the client is told
// ProviderNotCapable (COM-055).
Completion with_partial_put_errors(Completion completion);

}  // namespace openwmi::core
