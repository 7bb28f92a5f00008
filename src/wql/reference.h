#pragma once

#include <string_view>

namespace openwmi::wql {

// Whether two object paths, as text, mean the same object: without case, and without the server and
// namespace where one of them leaves them out. Allocates nothing.
bool same_reference(std::string_view a, std::string_view b);

}  // namespace openwmi::wql
