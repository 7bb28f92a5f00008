#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::consumers {

// Up to eight characters, then at most one dot with up to three more; no blanks and none of the
// characters that such names cannot have.
bool is_short_name(std::string_view name);

// What the log file `name` is renamed to when it is full, given the names in its folder (CON-019):
// an 8.3 name has its extension replaced, any other has the number appended. The number has three
// digits and is the smallest above all in use; once 999 is in use, the smallest that is not. None
// when all are.
std::optional<std::string> backup_name(std::string_view name,
                                       const std::vector<std::string>& names_in_folder);

}  // namespace openwmi::consumers
