#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace openwmi::mof {

// A binary MOF within a library, program or driver (-ER): the section .openwmi.mof.NAME of an ELF
// file or the resource NAME of a PE file, in a language where it is localized
// (docs/formats/binary-mof.md).
struct ResourceName {
    std::string name;
    std::optional<std::uint32_t> language;  // a Windows LCID
};

// The bytes within `file`, the content of an ELF or PE file that a stranger may have made. Fails:
// MofInvalidFile (neither, or damaged), NotFound (the message lists what is there).
Result<std::string_view> extract_resource(std::string_view file, const ResourceName& wanted);

// The LCID in MS_409, 0x409 or 1033.
std::optional<std::uint32_t> language_of_locale(std::string_view locale);

}  // namespace openwmi::mof
