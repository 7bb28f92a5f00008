#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cim/class.h"
#include "cim/value.h"

namespace openwmi::repository {

// Which properties of a class the store keeps an index for, and what stands in it
// (docs/formats/repository.md).

// The scalars marked `indexed`, the keys that are not found by the instance's key alone, and the
// references of associations; by index, ascending.
std::vector<std::size_t> indexed_properties(const cim::Class& cls);

// True when equality on the class's only key is what the key of its instances says.
bool has_direct_key(const cim::Class& cls);

// Bytes whose order is that of the values and that are the same for values that WQL calls equal
// (not the other way round: long texts are cut, numbers rounded). Empty: nothing can be equal or
// ordered to it (NULL, not a number), or the two cannot be compared by bytes.
std::optional<std::string> index_value(cim::CimType type, const cim::Value& value);

}  // namespace openwmi::repository
