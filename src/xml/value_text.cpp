#include "xml/value_text.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/fold.h"
#include "base/text.h"

namespace openwmi::xml {
namespace {

std::string real_text(double real) {
    if (std::isnan(real)) return "NaN";
    if (std::isinf(real)) return real < 0 ? "-Infinity" : "Infinity";
    return fmt::format("{}", real);
}

Result<double> real_of(std::string_view text) {
    using Limits = std::numeric_limits<double>;
    if (text == "NaN") return Limits::quiet_NaN();
    if (text == "Infinity") return Limits::infinity();
    if (text == "-Infinity") return -Limits::infinity();
    double real = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), real);
    if (error == std::errc() && end == text.data() + text.size()) return real;
    return fail(Status::TypeMismatch, "\"{}\" is no real number", text);
}

template <class T>
Result<cim::Value> integer_of(std::string_view text) {
    const bool negative = text.starts_with('-');
    std::string_view digits = text;
    if (negative || text.starts_with('+')) digits.remove_prefix(1);
    const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
    if (hex) digits.remove_prefix(2);
    const std::string spelled = (negative ? "-" : "") + std::string(digits);
    T number{};
    const char* last = spelled.data() + spelled.size();
    const auto [end, error] = std::from_chars(spelled.data(), last, number, hex ? 16 : 10);
    const bool digit_first = !digits.empty() && digits.front() != '-';
    if (error == std::errc() && end == last && digit_first) return cim::Value(number);
    return fail(Status::TypeMismatch, "\"{}\" is no integer that fits", text);
}

Result<cim::Value> character_of(std::string_view text) {
    std::size_t at = 0;
    if (!text.empty()) {
        const auto code = base::next_code_point(text, at);
        if (at == text.size() && code <= 0xFFFF) return cim::Value(std::uint64_t{code});
    }
    return fail(Status::TypeMismatch, "\"{}\" is not one character", text);
}

}  // namespace

std::string value_text(const cim::Value& value, cim::CimType type) {
    if (const auto* flag = value.get_if<bool>()) return *flag ? "TRUE" : "FALSE";
    if (const auto* real = value.get_if<double>()) return real_text(*real);
    if (const auto* text = value.get_if<std::string>()) return *text;
    if (const auto* number = value.get_if<std::int64_t>()) return fmt::format("{}", *number);
    const auto number = value.get<std::uint64_t>();
    if (type != cim::CimType::Char16) return fmt::format("{}", number);
    std::string character;
    base::append_utf8(character, static_cast<char32_t>(number));
    return character;
}

Result<cim::Value> value_of_text(std::string_view text, cim::CimType type) {
    if (cim::is_text(type)) return cim::Value(std::string(text));
    if (cim::is_real(type)) return cim::Value(WMI_TRY(real_of(text)));
    if (cim::is_signed_integer(type)) return integer_of<std::int64_t>(text);
    if (cim::is_unsigned_integer(type)) return integer_of<std::uint64_t>(text);
    if (type == cim::CimType::Char16) return character_of(text);
    if (base::fold_equal(text, "TRUE")) return cim::Value(true);
    if (base::fold_equal(text, "FALSE")) return cim::Value(false);
    return fail(Status::TypeMismatch, "\"{}\" is neither TRUE nor FALSE", text);
}

}  // namespace openwmi::xml
