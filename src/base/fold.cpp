#include "base/fold.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace openwmi::base {
namespace {

// From first to last, every stride-th code point folds to itself plus delta.
struct Range {
    char32_t first;
    char32_t last;
    char32_t stride;
    std::int32_t delta;
};

constexpr auto ranges = std::to_array<Range>({
#define WMI_FOLD(first, last, stride, delta) Range{first, last, stride, delta},
#include "base/fold_table.inc"
#undef WMI_FOLD
});
static_assert(std::ranges::is_sorted(ranges, {}, &Range::first));

constexpr char32_t fold_ascii(char32_t c) {
    return c >= U'A' && c <= U'Z' ? c + 32 : c;
}

char32_t fold_beyond_ascii(char32_t c) {
    const auto* range = std::ranges::lower_bound(ranges, c, {}, &Range::last);
    if (range == ranges.end() || c < range->first || (c - range->first) % range->stride != 0)
        return c;
    return static_cast<char32_t>(static_cast<std::int32_t>(c) + range->delta);
}

char32_t next_folded(std::string_view text, std::size_t& at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
        ++at;
        return fold_ascii(byte);
    }
    return fold_beyond_ascii(next_code_point(text, at));
}

}  // namespace

char32_t fold(char32_t code_point) {
    return code_point < 0x80 ? fold_ascii(code_point) : fold_beyond_ascii(code_point);
}

std::string fold(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) append_utf8(folded, next_folded(text, at));
    return folded;
}

bool fold_equal(std::string_view a, std::string_view b) {
    return fold_compare(a, b) == 0;
}

std::strong_ordering fold_compare(std::string_view a, std::string_view b) {
    std::size_t at_a = 0;
    std::size_t at_b = 0;
    while (at_a < a.size() && at_b < b.size()) {
        const char32_t next_a = next_folded(a, at_a);
        const char32_t next_b = next_folded(b, at_b);
        if (next_a != next_b) return next_a <=> next_b;
    }
    return (at_a < a.size()) <=> (at_b < b.size());
}

std::uint64_t fold_hash(std::string_view text) {
    std::uint64_t hash = 0x2545F4914F6CDD1D;
    for (std::size_t at = 0; at < text.size();) {
        hash = (hash ^ next_folded(text, at)) * 0x9E3779B97F4A7C15;
        hash ^= hash >> 32;
    }
    return hash;
}

bool fold_starts_with(std::string_view text, std::string_view prefix) {
    std::size_t at_text = 0;
    for (std::size_t at = 0; at < prefix.size();) {
        if (at_text >= text.size() || next_folded(prefix, at) != next_folded(text, at_text))
            return false;
    }
    return true;
}

std::string_view fold_version() {
    return "15.0.0";
}

}  // namespace openwmi::base
