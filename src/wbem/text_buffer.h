#pragma once

#include <wtypes.h>

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace openwmi::wbem {

// How the methods of wmiutils.h give text: `length` says how many characters the buffer has and
// then how many the text takes, with its terminating zero; without a buffer only that is told.
// Fails with InvalidParameter (no length) or BufferTooSmall, and then nothing is written.
Result<> put_text(std::string_view text, ULONG* length, LPWSTR buffer);

// The same for a value of any kind, in bytes.
Result<> put_bytes(const void* bytes, std::size_t size, ULONG* length, void* buffer);

}  // namespace openwmi::wbem
