#pragma once

#include <cstdint>

#include "base/result.h"

namespace openwmi::core {

// How many objects one query may still look at (WQL-016). Confined to the query's step under way.
class Work {
  public:
    explicit Work(std::uint64_t most) : most_(most) {}

    // Counts one object. Fails with QuotaViolation once there are more than allowed.
    Result<> look() {
        if (++looked_ <= most_) return {};
        return exceeded();
    }
    // What look() said last.
    Result<> state() const { return looked_ <= most_ ? Result<>() : exceeded(); }

  private:
    Result<> exceeded() const {
        return fail(Status::QuotaViolation,
                    "the query looked at {} objects, which is all that one may: ask for less, or "
                    "by a key or an indexed property",
                    most_);
    }

    const std::uint64_t most_;
    std::uint64_t looked_ = 0;
};

}  // namespace openwmi::core
