#include "log/segment.h"

#include <array>
#include <charconv>
#include <cstring>

#include "log/crc32c.h"

namespace openwmi::log {

namespace {

constexpr std::string_view segment_magic = "OWMILOG";
constexpr std::string_view cursors_magic = "OWMICUR";
constexpr char version = '1';
constexpr std::size_t magic_bytes = 8;  // with the version
constexpr std::size_t header_checksum_at = 32;
constexpr std::size_t cursor_bytes = 16;
constexpr std::size_t cursors_header_bytes = 16;
constexpr std::string_view name_prefix = "segment-";
constexpr std::size_t name_digits = 16;

template <class T>
void put(std::vector<std::byte>& out, T number) {
    for (std::size_t i = 0; i < sizeof number; ++i) {
        out.push_back(static_cast<std::byte>(number >> (8 * i)));
    }
}

template <class T>
T get(std::span<const std::byte> bytes, std::size_t at) {
    T number = 0;
    for (std::size_t i = sizeof number; i-- > 0;) {
        number = static_cast<T>(number << 8 | static_cast<T>(bytes[at + i]));
    }
    return number;
}

void put_magic(std::vector<std::byte>& out, std::string_view magic) {
    for (const char c : magic) out.push_back(static_cast<std::byte>(c));
    out.push_back(static_cast<std::byte>(version));
}

Result<> check_magic(std::string_view file, std::string_view magic,
                     std::span<const std::byte> bytes) {
    if (bytes.size() < magic_bytes || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) {
        return fail(Status::CriticalError, "{} is damaged: it does not begin with {}", file, magic);
    }
    if (bytes[magic.size()] != static_cast<std::byte>(version)) {
        return fail(Status::DatabaseVerMismatch, "{} was written by a newer release", file);
    }
    return {};
}

std::uint32_t record_checksum(std::uint64_t segment, std::span<const std::byte> checked) {
    std::vector<std::byte> salt;
    put(salt, segment);
    return crc32c(checked, crc32c(salt));
}

}  // namespace

std::vector<std::byte> encode(const SegmentHeader& header) {
    std::vector<std::byte> bytes;
    put_magic(bytes, segment_magic);
    put(bytes, header.number);
    put(bytes, header.first_sequence);
    put(bytes, header.bytes);
    put(bytes, crc32c(bytes));
    bytes.resize(segment_header_bytes);
    return bytes;
}

Result<SegmentHeader> decode_header(std::string_view file, std::span<const std::byte> bytes) {
    WMI_TRY(check_magic(file, segment_magic, bytes));
    if (bytes.size() < segment_header_bytes ||
        get<std::uint32_t>(bytes, header_checksum_at) != crc32c(bytes.first(header_checksum_at))) {
        return fail(Status::CriticalError, "the header of {} is damaged", file);
    }
    return SegmentHeader{get<std::uint64_t>(bytes, 8), get<std::uint64_t>(bytes, 16),
                         get<std::uint64_t>(bytes, 24)};
}

std::size_t record_bytes(std::size_t payload_bytes) {
    return (record_header_bytes + payload_bytes + record_alignment - 1) / record_alignment *
           record_alignment;
}

void append_record(std::vector<std::byte>& out, std::uint64_t segment, const RecordHeader& header,
                   std::span<const std::byte> payload) {
    std::vector<std::byte> checked;
    checked.reserve(record_header_bytes + payload.size());
    put(checked, static_cast<std::uint32_t>(payload.size()));
    put(checked, header.sequence);
    put(checked, header.durable);
    put(checked, header.lane);
    checked.insert(checked.end(), payload.begin(), payload.end());
    put(out, record_checksum(segment, checked));
    out.insert(out.end(), checked.begin(), checked.end());
    out.resize(out.size() + record_bytes(payload.size()) - record_header_bytes - payload.size());
}

RecordHeader peek_header(std::span<const std::byte> bytes) {
    return {get<std::uint64_t>(bytes, 8), get<std::uint64_t>(bytes, 16),
            get<std::uint64_t>(bytes, 24)};
}

std::optional<DecodedRecord> decode_record(std::uint64_t segment,
                                           std::span<const std::byte> bytes) {
    if (bytes.size() < record_header_bytes) return std::nullopt;
    const auto payload_bytes = get<std::uint32_t>(bytes, 4);
    if (record_bytes(payload_bytes) > bytes.size()) return std::nullopt;
    const auto checked = bytes.subspan(4, record_header_bytes - 4 + payload_bytes);
    DecodedRecord record;
    record.header = peek_header(bytes);
    if (record.header.sequence == 0 ||
        get<std::uint32_t>(bytes, 0) != record_checksum(segment, checked)) {
        return std::nullopt;
    }
    record.payload = bytes.subspan(record_header_bytes, payload_bytes);
    record.bytes = record_bytes(payload_bytes);
    return record;
}

std::string segment_name(std::uint64_t number) {
    return fmt::format("{}{:0{}x}", name_prefix, number, name_digits);
}

std::optional<std::uint64_t> segment_number(std::string_view name) {
    if (!name.starts_with(name_prefix)) return std::nullopt;
    name.remove_prefix(name_prefix.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
    if (error != std::errc() || end != name.data() + name.size() || name.size() != name_digits) {
        return std::nullopt;
    }
    return number;
}

std::vector<std::byte> encode(std::span<const Cursor> cursors) {
    std::vector<std::byte> entries;
    for (const auto& cursor : cursors) {
        put(entries, cursor.lane);
        put(entries, cursor.acknowledged);
    }
    std::vector<std::byte> bytes;
    put_magic(bytes, cursors_magic);
    put(bytes, static_cast<std::uint32_t>(cursors.size()));
    put(bytes, crc32c(entries, crc32c(bytes)));
    bytes.insert(bytes.end(), entries.begin(), entries.end());
    return bytes;
}

Result<std::vector<Cursor>> decode_cursors(std::span<const std::byte> bytes) {
    WMI_TRY(check_magic("cursors", cursors_magic, bytes));
    std::vector<Cursor> cursors;
    if (bytes.size() >= cursors_header_bytes) {
        const std::uint64_t count = get<std::uint32_t>(bytes, 8);
        const auto entries = bytes.subspan(cursors_header_bytes);
        if (entries.size() == count * cursor_bytes &&
            get<std::uint32_t>(bytes, 12) == crc32c(entries, crc32c(bytes.first(12)))) {
            for (std::size_t at = 0; at < entries.size(); at += cursor_bytes) {
                cursors.push_back(
                    {get<std::uint64_t>(entries, at), get<std::uint64_t>(entries, at + 8)});
            }
            return cursors;
        }
    }
    return fail(
        Status::CriticalError,
        "the file cursors is damaged; without it, everything in the log is delivered again");
}

}  // namespace openwmi::log
