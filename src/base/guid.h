#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openwmi::base {

// A GUID as a value: 16 bytes in the order of its text form.
struct Guid {
    std::array<std::uint8_t, 16> bytes{};

    static Guid random();  // version 4, from the kernel's generator
    // Accepts both "{4590F811-1D3A-11D0-891F-00AA004B2E24}" and the same without braces.
    static std::optional<Guid> parse(std::string_view text);

    std::string text() const;  // "{4590F811-1D3A-11D0-891F-00AA004B2E24}"

    friend auto operator<=>(const Guid&, const Guid&) = default;
};

}  // namespace openwmi::base
