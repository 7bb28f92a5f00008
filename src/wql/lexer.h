#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/diagnostics.h"
#include "wql/ast.h"

namespace openwmi::wql {

enum class TokenKind : std::uint8_t {
    Identifier,  // keywords too: what a word means, only its place tells
    String,
    Integer,
    Real,
    Path,  // an object path between braces
    Operator,
    LeftParen,
    RightParen,
    Comma,
    Dot,
    Star,
    Semicolon,
    End,
};

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;  // a word or number as written, a string without quotes and escapes, a path
                       // without its braces
    Operator op = Operator::Equal;
    base::Span span;

    bool is(TokenKind other) const { return kind == other; }
    // `word` in capitals. Never true of a quoted string.
    bool is_keyword(std::string_view word) const;
};

// "the word 'WHERE'", "the number 5", "the end of the query": what a message says was found.
std::string describe(const Token& token);

// Cuts a query into tokens; the last one is End. Spans are bytes of `text`, which must be valid
// UTF-8.
//
//   word    = ( letter | "_" ) { letter | digit | "_" } ;     (* letter: also all of U+0080 on *)
//   number  = [ "-" ] ( digits [ "." digits ] | "." digits ) [ ( "e" | "E" ) [ "+" | "-" ] digits ]
//   ; string  = "'" { char | escape } "'" | '"' { char | escape } '"' ; escape  = "\\" | "\'" |
//   '\"' ;                             (* WQL-004 *) path    = "{" { any but "}" outside of quotes
//   } "}" ;
//
// A number ends where a word begins: "WITHIN 5WHERE" is three tokens.
tl::expected<std::vector<Token>, base::Diagnostic> tokenize(std::string_view text);

}  // namespace openwmi::wql
