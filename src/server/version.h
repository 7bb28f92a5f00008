#pragma once

#include <string_view>

namespace openwmi::server {

inline constexpr std::string_view version = OPENWMI_VERSION;
// Where the MOF files of sources and consumers are installed.
inline constexpr std::string_view shipped_mofs = OPENWMI_SHIPPED_MOFS;

}  // namespace openwmi::server
