// Two texts as CIM datetimes: refused with a reason, or kept as they are, compared consistently,
// and the moment or length in them is written again as an equal datetime.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cim/datetime.h"

namespace {

using namespace openwmi;
using cim::DateTime;

constexpr std::size_t text_length = 25;

void require(bool condition) {
    if (!condition) std::abort();
}

void check_alone(const DateTime& datetime, const std::string& text) {
    require(datetime.text() == text);
    require(datetime.compare(datetime) == std::partial_ordering::equivalent);
    require(!(datetime.time() && datetime.duration()));
    if (const auto time = datetime.time()) {
        for (const int offset : {0, 60, -999, 999}) {
            const auto again = DateTime::point(*time, offset);
            require(DateTime::parse(again.text()).has_value());
            // What lies behind the last moment of a calendar moves back to it.
            require(again.compare(datetime) <= 0);
            const bool inside = text.substr(0, 4) < "9998";
            require(!inside || again.compare(datetime) == std::partial_ordering::equivalent);
        }
    }
    if (const auto length = datetime.duration(); length && *length != base::Duration::max()) {
        require(DateTime::interval(*length).text() == text);
    }
}

void check_pair(const DateTime& a, const DateTime& b) {
    const auto forth = a.compare(b);
    const auto back = b.compare(a);
    require((forth < 0) == (back > 0) && (forth > 0) == (back < 0));
    require((forth == std::partial_ordering::unordered) ==
            (back == std::partial_ordering::unordered));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const std::string first = text.substr(0, text_length);
    const auto a = DateTime::parse(first);
    if (!a) {
        require(!a.error().message.empty());
        return 0;
    }
    check_alone(*a, first);
    const auto b = DateTime::parse(text.substr(text_length));
    if (b) check_pair(*a, *b);
    return 0;
}
