#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// The bytes of a log, as docs/formats/delivery-log.md describes them.
namespace openwmi::log {

inline constexpr std::size_t segment_header_bytes = 4096;
inline constexpr std::size_t record_header_bytes = 32;
inline constexpr std::size_t record_alignment = 8;

struct SegmentHeader {
    std::uint64_t number = 0;          // segments are numbered without gaps
    std::uint64_t first_sequence = 0;  // of its first record
    std::uint64_t bytes = 0;           // of the whole file
};
std::vector<std::byte> encode(const SegmentHeader& header);
// Fails: CriticalError (damaged), DatabaseVerMismatch (of a newer release).
Result<SegmentHeader> decode_header(std::string_view file, std::span<const std::byte> bytes);

struct RecordHeader {
    std::uint64_t sequence = 0;  // counts records, from 1
    std::uint64_t durable = 0;   // every record up to this one was on the disk before
    std::uint64_t lane = 0;
};
// What a record with that payload occupies.
std::size_t record_bytes(std::size_t payload_bytes);
// The checksum covers the number of the segment, too: what is left of its file's earlier use is
// no record.
void append_record(std::vector<std::byte>& out, std::uint64_t segment, const RecordHeader& header,
                   std::span<const std::byte> payload);

struct DecodedRecord {
    RecordHeader header;
    std::span<const std::byte> payload;
    std::size_t bytes = 0;  // that it occupies
};
// What the beginning of `bytes`, a record's header at least, says if it is one; nothing is checked.
RecordHeader peek_header(std::span<const std::byte> bytes);
// The record at the beginning of `bytes`, or nothing where there is none that is whole.
std::optional<DecodedRecord> decode_record(std::uint64_t segment, std::span<const std::byte> bytes);

std::string segment_name(std::uint64_t number);                      // segment-000000000000002a
std::optional<std::uint64_t> segment_number(std::string_view name);  // of such a name

// How far each lane has acknowledged.
struct Cursor {
    std::uint64_t lane = 0;
    std::uint64_t acknowledged = 0;
};
std::vector<std::byte> encode(std::span<const Cursor> cursors);
// Fails as decode_header.
Result<std::vector<Cursor>> decode_cursors(std::span<const std::byte> bytes);

}  // namespace openwmi::log
