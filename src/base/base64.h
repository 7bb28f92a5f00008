#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace openwmi::base {

// Bytes as text (RFC 4648, with padding), for what JSON cannot carry.
std::string to_base64(std::string_view bytes);
// Empty when the text is none: another character, a wrong length, bits that are over.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace openwmi::base
