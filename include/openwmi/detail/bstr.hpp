#pragma once

#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "../objbase.h"

namespace openwmi {

inline std::string to_utf8(std::wstring_view text) {
    std::string utf8(text.size(), '\0');
    const SIZE_T needed =
        openwmi_utf8_from_wide(text.data(), text.size(), utf8.data(), utf8.size());
    if (needed > utf8.size()) {
        utf8.resize(needed);
        openwmi_utf8_from_wide(text.data(), text.size(), utf8.data(), utf8.size());
    }
    utf8.resize(needed);
    return utf8;
}

// Owns a BSTR. A null BSTR is the empty string.
class bstr {
  public:
    bstr() = default;
    explicit bstr(std::string_view utf8) : text_(openwmi_bstr_from_utf8(utf8.data(), utf8.size())) {
        if (!text_) throw std::bad_alloc();
    }
    explicit bstr(std::wstring_view text)
        : text_(SysAllocStringLen(text.data(), static_cast<UINT>(text.size()))) {
        if (!text_) throw std::bad_alloc();
    }
    bstr(const bstr& other) : text_(other.copy()) {}
    bstr(bstr&& other) noexcept : text_(other.detach()) {}
    bstr& operator=(bstr other) noexcept {
        std::swap(text_, other.text_);
        return *this;
    }
    ~bstr() { SysFreeString(text_); }

    // Takes over a BSTR that somebody else allocated.
    static bstr adopt(BSTR owned) noexcept {
        bstr result;
        result.text_ = owned;
        return result;
    }

    BSTR get() const noexcept { return text_; }
    // For an out-parameter: frees what was there.
    BSTR* put() noexcept {
        SysFreeString(std::exchange(text_, nullptr));
        return &text_;
    }
    [[nodiscard]] BSTR detach() noexcept { return std::exchange(text_, nullptr); }
    // A second BSTR of the same text, for whoever frees it.
    [[nodiscard]] BSTR copy() const {
        if (!text_) return nullptr;
        BSTR result = SysAllocStringLen(text_, SysStringLen(text_));
        if (!result) throw std::bad_alloc();
        return result;
    }

    std::wstring_view view() const noexcept {
        return text_ ? std::wstring_view(text_, SysStringLen(text_)) : std::wstring_view();
    }
    std::string utf8() const { return to_utf8(view()); }
    bool empty() const noexcept { return view().empty(); }

    friend bool operator==(const bstr& a, const bstr& b) noexcept { return a.view() == b.view(); }

  private:
    BSTR text_ = nullptr;
};

inline std::wstring to_wide(std::string_view utf8) {
    return std::wstring(bstr(utf8).view());
}

}  // namespace openwmi
