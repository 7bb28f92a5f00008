#include "base/result.h"

#include <cstdint>

namespace openwmi::base {

std::string to_text(const Error& error) {
    std::string number = fmt::format("0x{:08X}", static_cast<std::uint32_t>(error.status));
    const std::string_view name = symbol(error.status);
    if (!name.empty()) number = fmt::format("{} ({})", name, number);
    const std::string_view sentence = error.message.empty() ? text(error.status) : error.message;
    return sentence.empty() ? number : fmt::format("{}: {}", number, sentence);
}

}  // namespace openwmi::base
