#include "core/access.h"

#include <unistd.h>

namespace openwmi::core {
namespace {

const char* name_of(std::uint32_t right) {
    switch (right) {
        case security::right::enable: return "WBEM_ENABLE";
        case security::right::read_control: return "READ_CONTROL";
        case security::right::write_dac: return "WRITE_DAC";
        default: return "this right";
    }
}

}  // namespace

std::uint32_t rights_of(const security::Identity& who) {
    const bool trusted = who.is_service() || who.uid() == 0 || who.uid() == ::geteuid();
    return trusted ? security::right::everything : 0;
}

Result<> check_right(const security::Identity& who, std::uint32_t right) {
    if ((rights_of(who) & right) == right) return {};
    return fail(Status::AccessDenied,
                "{} has no {}: it is neither root nor the user of the service", who.name(),
                name_of(right));
}

}  // namespace openwmi::core
