#pragma once

#include <functional>

#include "base/result.h"
#include "cim/class.h"
#include "cim/layout.h"
#include "cim/object.h"
#include "cim/schema.h"

namespace openwmi::cim {

// What makes a block readable without the class that it was written with: for whoever keeps blocks.

// Calls `visit` with the layout of the object and of everything embedded in it; ends with the first
// failure.
Result<> for_each_layout(const Object& object, const std::function<Result<>(const LayoutPtr&)>&);

// The class as one of its layouts remembers it, with those of its ancestors that exist; the others
// are bare names. Null: no such class can be made any more.
ClassPtr remembered_class(const Layout& layout, const Schema& schema);

}  // namespace openwmi::cim
