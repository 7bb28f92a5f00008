#pragma once

#include <string_view>

namespace openwmi::server {

extern const std::string_view version;
// Where the MOF files of sources and consumers are installed.
extern const std::string_view shipped_mofs;

}  // namespace openwmi::server
