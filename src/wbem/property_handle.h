#pragma once

#include <wbemcli.h>

#include <cstddef>
#include <span>

#include "wbem/content.h"

namespace openwmi::wbem {

// The handle of IWbemObjectAccess for a property: its place in the class and its type, so that it
// holds for every instance of the class and of its subclasses, and a handle of a class that has
// something else in that place is recognised. Fails with NotFound, SystemProperty, and with
// NotSupported for arrays and embedded objects, which have no bytes of their own.
Result<LONG> handle_of(const Content& content, const cim::Name& name);

// The index of the property; fails with InvalidParameter for what is no handle of this class.
Result<std::size_t> property_of(const Content& content, LONG handle);

// The value as the bytes that stand for it: integers and reals in their width, boolean as
// VARIANT_BOOL, text as wchar_t with the terminating zero. Gives the bytes needed; writes nothing
// when they are more than `out` has. Not for NULL.
std::size_t write_bytes(const cim::Value& value, cim::CimType type, std::span<std::byte> out);

// The other way. A number has exactly the width of its type; text ends at its zero or at the end.
// Fails with InvalidParameter.
Result<cim::Value> value_of_bytes(std::span<const std::byte> bytes, cim::CimType type);

}  // namespace openwmi::wbem
