#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::consumers {

// A record for an event log. Value.
struct EventRecord {
    std::uint64_t number = 0;  // counts the records of its source, from 1; the store gives it
    std::chrono::system_clock::time_point time;
    std::string source;
    std::uint32_t event_id = 0;
    std::uint32_t type = 1;  // one of CON-022
    std::uint16_t category = 0;
    std::vector<std::string> strings;  // %1, %2, ... of the message text
    std::vector<std::uint8_t> data;
    std::string user_sid;  // as text; empty: none
};

// The record as a line of JSON, without its end (docs/formats/event-log.md). Text that is not UTF-8
// is replaced. Throws openwmi::error for an unknown type.
std::string line_of(const EventRecord& record);

// The record number in such a line; none when it is not whole.
std::optional<std::uint64_t> number_of(std::string_view line);

}  // namespace openwmi::consumers
