#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mof/ast.h"

namespace openwmi::mof {

enum class TokenKind : std::uint8_t {
    End,
    Identifier,
    Integer,
    Real,
    String,  // one literal; the parser joins adjacent ones
    Character,
    Alias,  // $name
    Symbol  // one of { } [ ] ( ) , ; : = # and a lone $
};

struct Token {
    TokenKind kind = TokenKind::End;
    char symbol = 0;
    bool first_on_line = false;
    Place place;
    std::string_view text;  // as it stands in the source
    std::string string;     // the value of a String, the name of an Alias
    Integer integer;
    double real = 0;
    char16_t character = 0;

    bool is(char s) const { return kind == TokenKind::Symbol && symbol == s; }
    // An identifier with this spelling, whatever the case (MOF-003). `word` is lower case ASCII.
    bool is(std::string_view word) const;
    // For messages: "'}'", "the end of the file", "string \"abc\"".
    std::string described() const;
};

bool equals_ignoring_ascii_case(std::string_view a, std::string_view b);

}  // namespace openwmi::mof
