#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "eventing/event.h"
#include "eventing/log_opener.h"
#include "eventing/ports.h"

namespace openwmi::eventing {

// A Guaranteed event that its consumer refused too often. Value.
struct DeadLetter {
    std::uint64_t id = 0;
    base::WallTime buried;
    std::string binding;  // object paths
    std::string filter;
    std::string consumer;
    Status status = Status::Failed;  // of the last attempt
    std::string reason;
    unsigned attempts = 0;
    EventPtr event;  // null: it cannot be read any more, `reason` says why
};

// Keeps them in a log of their own, one lane each, until somebody retries or purges them. Where
// there is no room for another one, the oldest go. Format: docs/formats/event-record.md.
// Thread-safe.
class DeadLetters {
  public:
    DeadLetters(LogOpener open, const Catalog* catalog)
        : open_(std::move(open)), catalog_(catalog) {}

    // On the disk when it returns. `record`: as encode_event made it. Gives the number of older
    // letters that went to make room. Fails as DeliveryLog::append and ::open.
    Result<std::size_t> add(const DeadLetter& letter, std::span<const std::byte> record);
    // Oldest first. Fails as DeliveryLog::open.
    Result<std::vector<DeadLetter>> list() const;
    // Fails with NotFound.
    Result<DeadLetter> find(std::uint64_t id) const;
    Result<std::vector<std::byte>> record(std::uint64_t id) const;
    // It is gone for good when it returns. Fails with NotFound.
    Result<> remove(std::uint64_t id);
    // Lets go of the log; whoever asks for something opens it again.
    void close();

  private:
    Result<LogPtr> log(LogWanted wanted) const;
    Result<std::vector<std::byte>> bytes_of(std::uint64_t id) const;

    const LogOpener open_;
    const Catalog* const catalog_;
    mutable std::mutex mutex_;
    mutable LogPtr log_;
    std::mutex adding_;  // one at a time makes room
};

}  // namespace openwmi::eventing
