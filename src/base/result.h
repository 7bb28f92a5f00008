#pragma once

#include <fmt/core.h>

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "base/status.h"

namespace openwmi::base {

// Why an operation failed: the code that programs decide on and the sentence that people read.
struct Error {
    Status status = Status::Failed;
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

// A value or why there is none. Not to be ignored: who does not care writes (void) and says why.
template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  public:
    using Expected = tl::expected<T, Error>;
    using Expected::Expected;
    Result() = default;
    Result(Expected&& other) : Expected(std::move(other)) {}
    Result(const Expected& other) : Expected(other) {}

    friend bool operator==(const Result& a, const Result& b) {
        return static_cast<const Expected&>(a) == static_cast<const Expected&>(b);
    }
    template <class U>
        requires std::is_same_v<U, T>
    friend bool operator==(const Result& result, const U& value) {
        return result.has_value() && *result == value;
    }
};

// `return fail(Status::NotFound, "no class named {} in {}", name, ns);`
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(Status status, fmt::format_string<Args...> format,
                                         Args&&... args) {
    return tl::unexpected<Error>(Error{status, fmt::format(format, std::forward<Args>(args)...)});
}

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

// "WBEM_E_NOT_FOUND (0x80041002): no class named X in root\cimv2"
std::string to_text(const Error& error);

namespace detail {
template <class T>
T release(tl::expected<T, Error>& result) {
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace openwmi::base

namespace openwmi {
using base::Error;
using base::fail;
using base::Result;
}  // namespace openwmi

// Evaluates to the value of a Result, or returns its error from the enclosing function. Only as a
// whole initialiser, a whole statement or an argument of return: g++ does not destroy the other
// arguments of a call or an aggregate when it leaves. May be nested.
#define WMI_TRY(...) WMI_TRY_IN(WMI_TRY_JOIN(wmi_try_result_, __COUNTER__), __VA_ARGS__)
#define WMI_TRY_JOIN(a, b) WMI_TRY_JOIN_EXPANDED(a, b)
#define WMI_TRY_JOIN_EXPANDED(a, b) a##b
#define WMI_TRY_IN(result, ...)                                      \
    __extension__({                                                  \
        auto result = (__VA_ARGS__);                                 \
        if (!result) {                                               \
            return ::openwmi::base::fail(std::move(result.error())); \
        }                                                            \
        ::openwmi::base::detail::release(result);                    \
    })
