#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "eventing/event.h"
#include "eventing/routing.h"
#include "security/access_check.h"

namespace openwmi::eventing {

// Who may receive an event. Value.
struct Audience {
    std::optional<security::SecurityDescriptor> descriptor;  // its SECURITY_DESCRIPTOR (SYS-053)
    bool only_administrators = false;                        // SYS-073

    bool includes(const Route& route) const;
};
// Fails when the event's SECURITY_DESCRIPTOR is none.
Result<Audience> audience_of(const cim::Instance& event);

// Does the filter's EventAccess let this raiser in (SYS-024)?
bool trusts(const Route& route, const Event& event);

// Why an event that meets a filter's condition does not reach its bindings, in a sentence; empty:
// nothing stands in the way.
std::string why_withheld(const Route& route, const Event& event);

}  // namespace openwmi::eventing
