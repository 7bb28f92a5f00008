#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace openwmi::eventing {

// When a Guaranteed event that its consumer refused is tried again. Value.
struct RetryPolicy {
    base::Duration first = std::chrono::seconds(1);
    base::Duration most = std::chrono::minutes(5);
    // Refusals of one event, after which it becomes a dead letter. A consumer that cannot be
    // reached refuses nothing: for it the event waits as long as the binding lives.
    unsigned attempts = 20;

    // After so many failures in a row: what doubles each time, less up to half of it as `random`
    // says, so that those who failed together do not come back together.
    base::Duration delay(unsigned failures, std::uint64_t random) const {
        auto whole = first;
        for (unsigned i = 1; i < failures && whole < most; ++i) whole *= 2;
        whole = std::min(whole, most);
        const auto half = static_cast<std::uint64_t>(std::max<std::int64_t>(whole.count() / 2, 1));
        return whole - base::Duration(static_cast<std::int64_t>(random % half));
    }
};

}  // namespace openwmi::eventing
