#pragma once

#include <cstdint>
#include <memory>

#include "cim/namespace_path.h"
#include "wql/bound_query.h"

namespace openwmi::match {

enum class FilterId : std::uint64_t {};

// A live event query: which events of one namespace somebody wants. Immutable value.
struct Filter {
    FilterId id{};
    cim::NamespacePath name_space;  // where the events occur
    std::shared_ptr<const wql::BoundQuery> query;
};
using FilterPtr = std::shared_ptr<const Filter>;

}  // namespace openwmi::match
