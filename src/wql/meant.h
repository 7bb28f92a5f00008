#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cim/class.h"
#include "cim/schema.h"

namespace openwmi::wql {

// What may have been meant by a name that does not exist: "; did you mean A or B?", or nothing.
std::string meant(std::string_view name, const std::vector<std::string>& known);
// `root`: among the classes below it; empty: among all.
std::string meant_class(const cim::Schema& schema, std::string_view name, std::string_view root);
std::string meant_property(const cim::Class& cls, std::string_view name);

}  // namespace openwmi::wql
