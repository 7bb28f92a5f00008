#pragma once

namespace openwmi::base::detail {
[[noreturn]] void check_failed(const char* what, const char* file, int line);
}  // namespace openwmi::base::detail

// A bug of ours ends the process, in all builds; input never reaches one of these.
// `WMI_CHECK(index < size, "the caller validated the index");`
#define WMI_CHECK(condition, what) \
    ((condition) ? void() : ::openwmi::base::detail::check_failed(what, __FILE__, __LINE__))
