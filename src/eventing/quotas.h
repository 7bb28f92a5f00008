#pragma once

#include <cstdint>

#include "eventing/ports.h"

namespace openwmi::eventing {

// What __ArbitratorConfiguration allows in all, and to each user (SYS-112). A quota that is NULL
// there limits nothing. Value.
struct Quotas {
    struct Limit {
        std::uint64_t total = UINT64_MAX;
        std::uint64_t per_user = UINT64_MAX;
    };
    Limit temporary_subscriptions;
    Limit permanent_subscriptions;
    Limit polling_instructions;
    Limit polling_memory_bytes;

    // As they are stored now (OD-042): whoever changes them sees the effect at once.
    static Quotas read(const Catalog& catalog);
};

// Fails with QuotaViolation when one more would be too many. `what`: as "temporary subscriptions".
Result<> check_quota(const Quotas::Limit& limit, std::uint64_t total, std::uint64_t of_user,
                     std::string_view what);

}  // namespace openwmi::eventing
