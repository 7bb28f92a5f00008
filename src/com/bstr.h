#pragma once

#include <openwmi.hpp>

namespace openwmi::com {

// Owns a BSTR; made from UTF-8 or wide text.
using Bstr = openwmi::bstr;

// The text of a BSTR that somebody else owns; null is the empty text.
inline std::string to_utf8(BSTR text) {
    return openwmi::to_utf8(text ? std::wstring_view(text, SysStringLen(text))
                                 : std::wstring_view());
}

// The text of an in-parameter that is a plain wide string; null is the empty text.
inline std::string to_utf8(LPCWSTR text) {
    return openwmi::to_utf8(text ? std::wstring_view(text) : std::wstring_view());
}

}  // namespace openwmi::com
