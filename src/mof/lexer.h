#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mof/reporter.h"
#include "mof/token.h"

namespace openwmi::mof {

// Cuts one file into tokens (MOF-001 to 005). Reports what is malformed and gives the nearest
// sensible token for it, so that the parser never meets a broken one. The text must be valid UTF-8
// and outlive the tokens. Confined to one thread.
class Lexer {
  public:
    Lexer(std::string_view text, std::uint32_t file, Reporter& reporter)
        : text_(text), file_(file), reporter_(reporter) {}

    Token next();

  private:
    bool skip_blanks();  // true when a line ended
    void skip_block_comment();
    Token identifier();
    Token alias();
    Token number();
    Token string();
    Token character();
    // Reads the escape sequence behind a backslash. Empty: it is none, and the backslash is
    // skipped.
    std::optional<char16_t> escape(std::size_t backslash);
    void skip_unknown();

    bool at_end() const { return at_ >= text_.size(); }
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    Place place(std::size_t begin) const { return {file_, {begin, at_}}; }
    Token token(TokenKind kind, std::size_t begin) const;

    std::string_view text_;
    std::uint32_t file_;
    Reporter& reporter_;
    std::size_t at_ = 0;
};

// A number as MOF writes it: decimal, 0x hexadecimal, leading 0 octal, trailing B binary, or with a
// point or exponent (MOF-005). Empty when the text is none.
struct Number {
    bool is_real = false;
    bool overflow = false;
    Integer integer;
    double real = 0;
};
std::optional<Number> parse_number(std::string_view text);

}  // namespace openwmi::mof
