#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cim/class.h"
#include "cim/instance.h"

namespace openwmi::cim {

// Objects as bytes, for disk and wire: blocks with embedded objects inlined, class declarations.
// Everything read is checked; nothing that is read can crash or over-allocate. Format:
// docs/formats/instance-block.md.

// With its origin, projection (what is hidden is not written) and qualifiers, if any.
std::vector<std::byte> encode(const Instance& instance);

// Finds the class for a block: the current class of that name, and the layout the block was written
// with.
struct Resolver {
    std::function<ClassPtr(const Name&)> find_class;
    std::function<LayoutPtr(const LayoutHash&)>
        find_layout;  // may return null: then only current layouts are read
};
// Fails with InvalidObject (damaged), InvalidClass (no such class), UnknownObjectType (unknown
// layout). `origin`, when given, replaces the one that was written.
Result<InstancePtr> decode_instance(std::span<const std::byte> bytes, const Resolver& resolver,
                                    OriginPtr origin = nullptr);

std::vector<std::byte> encode(const ClassDeclaration& declaration);
// What comes back is well-formed and typed; whether it makes a class, Class::derive decides.
Result<ClassDeclaration> decode_class(std::span<const std::byte> bytes, const Resolver& resolver);

}  // namespace openwmi::cim
