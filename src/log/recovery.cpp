#include <algorithm>
#include <cstring>
#include <utility>

#include "log/log_state.h"

namespace openwmi::log {

namespace {

// Nothing but zeros: most of a segment, so it is to be told quickly.
bool is_blank(std::span<const std::byte> bytes) {
    if (bytes.empty()) return true;
    return bytes.front() == std::byte{0} &&
           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

Result<> DeliveryLog::State::recover() {
    const auto names = WMI_TRY(options.files->list());
    std::vector<std::uint64_t> numbers;
    for (const auto& name : names) {
        if (const auto number = segment_number(name)) numbers.push_back(*number);
    }
    std::ranges::sort(numbers);
    WMI_TRY(load_cursors(names));
    if (!numbers.empty()) WMI_TRY(load_segments(numbers));
    // What was being made when the crash came.
    for (const auto& name : names) {
        if (name.starts_with("spare-") || name == "cursors.new") {
            WMI_TRY(options.files->remove(name));
        }
    }
    if (segments.empty()) {
        WMI_TRY(add_segment());
        WMI_TRY(begin(*segments.back()));
    }
    durable = next_sequence - 1;
    return {};
}

Result<> DeliveryLog::State::load_cursors(const std::vector<std::string>& names) {
    if (std::ranges::find(names, "cursors") == names.end()) return {};
    const auto file = WMI_TRY(options.files->open("cursors"));
    const auto bytes = WMI_TRY(file->read(0, static_cast<std::size_t>(file->size())));
    for (const auto& cursor : WMI_TRY(decode_cursors(bytes))) {
        lanes[cursor.lane].acknowledged = cursor.acknowledged;
    }
    return {};
}

Result<> DeliveryLog::State::load_segments(const std::vector<std::uint64_t>& numbers) {
    for (const auto number : numbers) {
        auto segment = std::make_shared<Segment>();
        const auto name = segment_name(number);
        segment->file = WMI_TRY(options.files->open(name));
        if (segment->file->size() != options.segment_bytes) {
            return fail(segment->file->size() < segment_header_bytes ? Status::CriticalError
                                                                     : Status::InvalidParameter,
                        "{} has {} bytes, not {}", name, segment->file->size(),
                        options.segment_bytes);
        }
        const auto header =
            WMI_TRY(decode_header(name, WMI_TRY(segment->file->read(0, segment_header_bytes))));
        if (header.number != number || header.bytes != options.segment_bytes) {
            return fail(Status::CriticalError, "{} is not what it says: it was segment {}", name,
                        header.number);
        }
        if (!segments.empty() && segments.back()->number + 1 != number) {
            return fail(Status::CriticalError, "{} is missing",
                        segment_name(segments.back()->number + 1));
        }
        segment->number = number;
        segment->first = header.first_sequence;
        segments.push_back(std::move(segment));
    }
    next_sequence = segments.front()->first;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        std::optional<std::uint64_t> next_first;
        if (i + 1 < segments.size()) next_first = segments[i + 1]->first;
        WMI_TRY(scan(segments[i], next_first));
    }
    return {};
}

// Reads the records of a segment up to the first that is not whole. Where another segment follows,
// that must be where it goes on; in the last one what comes then was never durable, or it is
// damage.
Result<> DeliveryLog::State::scan(const SegmentPtr& segment,
                                  std::optional<std::uint64_t> next_first) {
    const auto bytes = WMI_TRY(segment->file->read(0, options.segment_bytes));
    segment->end = segment_header_bytes;
    for (;;) {
        const auto rest = std::span(bytes).subspan(segment->end);
        const auto record = decode_record(segment->number, rest);
        if (!record || record->header.sequence != next_sequence) break;
        ++segment->needed;
        lanes[record->header.lane].bytes += record->bytes;
        index(record->header.lane, {next_sequence, segment, segment->end, record->bytes});
        segment->end += record->bytes;
        ++next_sequence;
    }
    if (next_first && *next_first == next_sequence) return {};
    if (next_first) {
        return fail(Status::CriticalError,
                    "{} is damaged at byte {}: record {} is not whole, and the log goes on behind "
                    "it; move the log's folder away to start with an empty one",
                    segment_name(segment->number), segment->end, next_sequence);
    }
    const auto rest = std::span(bytes).subspan(segment->end);
    if (is_blank(rest)) return {};
    WMI_TRY(check_tail(*segment, rest));
    // What is left there must never look like the continuation of what is written next.
    WMI_TRY(segment->file->write(segment->end, std::vector<std::byte>(rest.size())));
    return segment->file->sync();
}

// A whole record behind the end that was written when the missing one was durable: damage. What an
// earlier use of the file left may fill the segment, so its checksums are not computed: a record
// that proves damage says numbers that only few bytes can say by chance.
Result<> DeliveryLog::State::check_tail(const Segment& segment,
                                        std::span<const std::byte> rest) const {
    for (std::size_t at = 0; at + record_header_bytes <= rest.size(); at += record_alignment) {
        const auto says = peek_header(rest.subspan(at));
        const auto most = next_sequence + at / record_header_bytes;  // if those before it are empty
        if (says.durable < next_sequence || says.sequence <= says.durable || says.sequence > most) {
            continue;
        }
        const auto record = decode_record(segment.number, rest.subspan(at));
        if (!record) continue;
        return fail(Status::CriticalError,
                    "{} is damaged at byte {}: record {} is not whole although record {} says that "
                    "it was; move the log's folder away to start with an empty one",
                    segment_name(segment.number), segment.end, next_sequence,
                    record->header.sequence);
    }
    return {};
}

}  // namespace openwmi::log
