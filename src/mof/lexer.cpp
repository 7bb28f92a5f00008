#include "mof/lexer.h"

#include <charconv>
#include <limits>

#include "base/text.h"

namespace openwmi::mof {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_octal_digit(char c) {
    return c >= '0' && c <= '7';
}

// Bytes of non-ASCII characters count as letters.
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// All of `digits` as an integer of that base. Empty when a digit is wrong or there is none.
std::optional<Number> integer_of(std::string_view digits, int radix, bool negative) {
    Number number;
    number.integer.negative = negative;
    if (digits.empty()) return std::nullopt;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number.integer.magnitude, radix);
    if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
    constexpr std::uint64_t max_negative = std::uint64_t{1} << 63;
    number.overflow = error == std::errc::result_out_of_range ||
                      (negative && number.integer.magnitude > max_negative);
    return number;
}

std::optional<Number> real_of(std::string_view digits, bool negative) {
    Number number;
    number.is_real = true;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number.real);
    if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
    number.overflow = error == std::errc::result_out_of_range;
    if (negative) number.real = -number.real;
    return number;
}

}  // namespace

bool equals_ignoring_ascii_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

bool Token::is(std::string_view word) const {
    return kind == TokenKind::Identifier && equals_ignoring_ascii_case(text, word);
}

std::string Token::described() const {
    constexpr std::size_t max_bytes = 40;
    if (kind == TokenKind::End) return "the end of the file";
    std::string_view shown = text.substr(0, max_bytes);
    const std::string_view rest = shown.size() < text.size() ? "…" : "";
    while (!rest.empty() && !base::is_valid_utf8(shown)) shown.remove_suffix(1);
    if (kind == TokenKind::String) return fmt::format("the string {}{}", shown, rest);
    if (kind == TokenKind::Character) return fmt::format("the character {}", shown);
    return fmt::format("'{}{}'", shown, rest);
}

std::optional<Number> parse_number(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
    }
    if (text.empty() || (!is_digit(text[0]) && text[0] != '.')) return std::nullopt;
    if (text.size() > 1 && text[0] == '0' && lower(text[1]) == 'x') {
        return integer_of(text.substr(2), 16, negative);
    }
    if (lower(text.back()) == 'b') {
        return integer_of(text.substr(0, text.size() - 1), 2, negative);
    }
    if (text.find_first_of(".eE") != std::string_view::npos) return real_of(text, negative);
    if (text.size() > 1 && text[0] == '0') return integer_of(text.substr(1), 8, negative);
    return integer_of(text, 10, negative);
}

Token Lexer::token(TokenKind kind, std::size_t begin) const {
    Token made;
    made.kind = kind;
    made.place = place(begin);
    made.text = text_.substr(begin, at_ - begin);
    return made;
}

Token Lexer::next() {
    bool first_on_line = at_ == 0;
    Token made;
    for (;;) {
        first_on_line |= skip_blanks();
        if (at_end() || reporter_.full()) {
            at_ = text_.size();
            made = token(TokenKind::End, at_);
            break;
        }
        const char c = peek();
        const bool number_follows = is_digit(peek(1)) || (peek(1) == '.' && is_digit(peek(2)));
        if (is_letter(c)) {
            made = identifier();
        } else if (is_digit(c) || (c == '.' && is_digit(peek(1))) ||
                   ((c == '-' || c == '+') && number_follows)) {
            made = number();
        } else if (c == '"') {
            made = string();
        } else if (c == '\'') {
            made = character();
        } else if (c == '$' && is_letter(peek(1))) {
            made = alias();
        } else if (std::string_view("{}[](),;:=#$").find(c) != std::string_view::npos) {
            ++at_;
            made = token(TokenKind::Symbol, at_ - 1);
            made.symbol = c;
        } else {
            skip_unknown();
            continue;
        }
        break;
    }
    made.first_on_line = first_on_line;
    return made;
}

bool Lexer::skip_blanks() {
    bool line_ended = false;
    // Old editors leave an end-of-file character.
    const auto is_blank = [&](char c) {
        return c == ' ' || c == '\t' || c == '\f' || c == '\v' ||
               (c == '\x1a' && at_ + 1 == text_.size());
    };
    while (!at_end()) {
        const char c = peek();
        if (c == '\n' || c == '\r') {
            line_ended = true;
            ++at_;
        } else if (is_blank(c)) {
            ++at_;
        } else if (c == '/' && peek(1) == '/') {
            at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        } else if (c == '/' && peek(1) == '*') {
            skip_block_comment();
        } else {
            break;
        }
    }
    return line_ended;
}

void Lexer::skip_block_comment() {
    const std::size_t begin = at_;
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close != std::string_view::npos) {
        at_ = close + 2;
        return;
    }
    at_ = text_.size();
    reporter_.error(Status::MofUnrecognizedToken, {file_, {begin, begin + 2}},
                    "this comment is never closed: '*/' is missing");
}

void Lexer::skip_unknown() {
    const std::size_t begin = at_;
    base::next_code_point(text_, at_);
    const std::string_view text = text_.substr(begin, at_ - begin);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x20 || byte == 0x7f) {
        reporter_.error(Status::MofUnrecognizedToken, place(begin),
                        "the control character 0x{:02x} cannot stand here", byte);
    } else {
        reporter_.error(Status::MofUnrecognizedToken, place(begin), "'{}' cannot stand here", text);
    }
}

Token Lexer::identifier() {
    const std::size_t begin = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    return token(TokenKind::Identifier, begin);
}

Token Lexer::alias() {
    const std::size_t begin = at_;
    ++at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    Token made = token(TokenKind::Alias, begin);
    made.string = std::string(made.text.substr(1));
    return made;
}

Token Lexer::number() {
    const std::size_t begin = at_;
    if (peek() == '-' || peek() == '+') ++at_;
    const bool hexadecimal = peek() == '0' && lower(peek(1)) == 'x';
    for (;; ++at_) {
        const char c = peek();
        const bool exponent_sign =
            (c == '-' || c == '+') && !hexadecimal && lower(text_[at_ - 1]) == 'e';
        if (!is_letter(c) && !is_digit(c) && c != '.' && !exponent_sign) break;
    }
    const std::string_view text = text_.substr(begin, at_ - begin);
    const std::optional<Number> number = parse_number(text);
    Token made = token(number && number->is_real ? TokenKind::Real : TokenKind::Integer, begin);
    if (!number) {
        reporter_.error(Status::MofIllegalConstantValue, made.place, "'{}' is not a number", text);
    } else if (number->overflow) {
        reporter_.error(Status::MofIllegalConstantValue, made.place,
                        "'{}' is larger than any number can be", text);
    } else {
        made.integer = number->integer;
        made.real = number->real;
    }
    return made;
}

std::optional<char16_t> Lexer::escape(std::size_t backslash) {
    const char c = peek();
    if (at_end()) return std::nullopt;
    ++at_;
    switch (c) {
        case 'a': return u'\a';
        case 'b': return u'\b';
        case 'f': return u'\f';
        case 'n': return u'\n';
        case 'r': return u'\r';
        case 't': return u'\t';
        case 'v': return u'\v';
        case '"':
        case '\'':
        case '\\':
        case '?': return static_cast<char16_t>(c);
        default: break;
    }
    unsigned unit = 0;
    if (lower(c) == 'x' && hex_digit(peek()) >= 0) {
        for (int digits = 0; digits < 4 && hex_digit(peek()) >= 0; ++digits, ++at_) {
            unit = unit * 16 + static_cast<unsigned>(hex_digit(peek()));
        }
        return static_cast<char16_t>(unit);
    }
    if (is_octal_digit(c)) {
        unit = static_cast<unsigned>(c - '0');
        for (int digits = 1; digits < 3 && is_octal_digit(peek()); ++digits, ++at_) {
            unit = unit * 8 + static_cast<unsigned>(peek() - '0');
        }
        return static_cast<char16_t>(unit);
    }
    at_ = backslash + 1;
    base::next_code_point(text_, at_);
    const std::string_view text = text_.substr(backslash, at_ - backslash);
    at_ = backslash + 1;
    reporter_.warning(
        Status::MofIllegalConstantValue, {file_, {backslash, backslash + text.size()}},
        "'{}' is no escape sequence: the backslash is dropped; write '\\{}' to keep it", text,
        text);
    return std::nullopt;
}

Token Lexer::string() {
    const std::size_t begin = at_++;
    std::string value;
    std::u16string escaped;  // collected, because two escapes may form one surrogate pair
    const auto flush = [&] {
        if (!escaped.empty()) value += base::utf16_to_utf8(escaped);
        escaped.clear();
    };
    bool closed = false;
    while (!at_end()) {
        const char c = peek();
        if (c == '\\') {
            const std::size_t backslash = at_++;
            if (const auto unit = escape(backslash)) escaped += *unit;
            continue;
        }
        flush();
        ++at_;
        if (c == '"') {
            closed = true;
            break;
        }
        value += c;
    }
    flush();
    if (!closed) {
        // The line is taken for the string, so that what follows it is still looked at.
        at_ = std::min(text_.find_first_of("\r\n", begin), text_.size());
        reporter_.error(Status::MofIllegalConstantValue, place(begin),
                        "this string is never closed");
    }
    Token made = token(TokenKind::String, begin);
    made.string = std::move(value);
    return made;
}

Token Lexer::character() {
    const std::size_t begin = at_++;
    char32_t value = 0;
    bool wrong = at_end() || peek() == '\'' || peek() == '\n' || peek() == '\r';
    if (!wrong) {
        if (peek() == '\\') {
            const std::size_t backslash = at_++;
            const auto unit = escape(backslash);
            wrong = !unit && at_end();
            if (!wrong) value = unit ? *unit : base::next_code_point(text_, at_);
        } else {
            value = base::next_code_point(text_, at_);
        }
    }
    wrong |= value > 0xffff || peek() != '\'';
    if (wrong) {
        while (!at_end() && peek() != '\'' && peek() != '\n' && peek() != '\r') ++at_;
    }
    if (peek() == '\'') ++at_;
    Token made = token(TokenKind::Character, begin);
    made.character = static_cast<char16_t>(value);
    if (wrong) {
        reporter_.error(Status::MofIllegalConstantValue, made.place,
                        "a character constant holds exactly one 16-bit character");
    }
    return made;
}

}  // namespace openwmi::mof
