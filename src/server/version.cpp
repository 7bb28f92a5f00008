#include "server/version.h"

namespace openwmi::server {

const std::string_view version = OPENWMI_VERSION;
const std::string_view shipped_mofs = OPENWMI_SHIPPED_MOFS;

}  // namespace openwmi::server
