#include "wql/lexer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fold.h"
#include "base/text.h"

namespace openwmi::wql {
namespace {

using base::Diagnostic;
using base::Span;

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

// What text processors put into queries that people paste.
constexpr bool is_typographic_quote(char32_t c) {
    return c == U'\u2018' || c == U'\u2019' || c == U'\u201C' || c == U'\u201D';
}

// One pass over the text. Confined to one call of tokenize.
class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    tl::expected<std::vector<Token>, Diagnostic> run() {
        std::vector<Token> tokens;
        do {
            skip_blanks();
            auto token = next();
            if (!token) return tl::unexpected(std::move(token.error()));
            token->span.end = at_;
            tokens.push_back(std::move(*token));
        } while (!tokens.back().is(TokenKind::End));
        return tokens;
    }

  private:
    using Lexed = tl::expected<Token, Diagnostic>;

    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool at_end() const { return at_ >= text_.size(); }

    Token token(TokenKind kind) const { return Token{kind, {}, Operator::Equal, {at_, at_}}; }

    tl::unexpected<Diagnostic> mistake(Span span, std::string message) const {
        return tl::unexpected(
            Diagnostic{Status::UnparsableQuery, std::move(message), span, {}, {}});
    }

    // Blanks, line ends, and the no-break space and byte order mark that come with pasted text.
    void skip_blanks() {
        constexpr std::string_view no_break_space = "\xC2\xA0";
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        while (!at_end()) {
            const auto rest = text_.substr(at_);
            const char c = rest.front();
            if (c == ' ' || (c >= '\t' && c <= '\r')) {
                ++at_;
            } else if (rest.starts_with(no_break_space)) {
                at_ += no_break_space.size();
            } else if (rest.starts_with(byte_order_mark)) {
                at_ += byte_order_mark.size();
            } else {
                return;
            }
        }
    }

    Lexed next() {
        if (at_end()) return token(TokenKind::End);
        const char c = peek();
        if (is_letter(c)) return word();
        if (is_digit(c) || (c == '.' && is_digit(peek(1))) || c == '-') return number();
        if (c == '"' || c == '\'') return string();
        if (c == '{') return path();
        return punctuation();
    }

    Lexed word() {
        Token result = token(TokenKind::Identifier);
        while (!at_end() && (is_letter(peek()) || is_digit(peek()))) {
            std::size_t after = at_;
            const char32_t character = base::next_code_point(text_, after);
            if (character == U'\u00A0' || character == U'\uFEFF') break;  // see skip_blanks
            if (is_typographic_quote(character)) {
                return mistake({at_, after},
                               "expected ' or \" around a string, found a typographic quotation "
                               "mark");
            }
            at_ = after;
        }
        result.text = text_.substr(result.span.begin, at_ - result.span.begin);
        return result;
    }

    std::size_t skip_digits() {
        const std::size_t begin = at_;
        while (is_digit(peek())) ++at_;
        return at_ - begin;
    }

    Lexed number() {
        Token result = token(TokenKind::Integer);
        if (peek() == '-') ++at_;
        std::size_t digits = skip_digits();
        if (peek() == '.' && is_digit(peek(1))) {
            ++at_;
            digits += skip_digits();
            result.kind = TokenKind::Real;
        }
        if (digits == 0) return mistake({result.span.begin, at_}, "expected digits after '-'");
        const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
        if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
            at_ += 1 + sign;
            skip_digits();
            result.kind = TokenKind::Real;
        }
        result.text = text_.substr(result.span.begin, at_ - result.span.begin);
        return result;
    }

    Lexed string() {
        Token result = token(TokenKind::String);
        const char quote = text_[at_++];
        while (peek() != quote || at_end()) {
            if (at_end()) {
                return mistake({result.span.begin, at_},
                               fmt::format("expected {} at the end of the string, found the end "
                                           "of the query",
                                           quote));
            }
            if (peek() == '\\') {
                const char escaped = peek(1);
                if (escaped != '\\' && escaped != '"' && escaped != '\'') {
                    return mistake({at_, std::min(at_ + 2, text_.size())},
                                   R"(expected \\, \" or \' in the string: a backslash is )"
                                   R"(written as \\)");
                }
                ++at_;
            }
            result.text += text_[at_++];
        }
        ++at_;
        return result;
    }

    // Up to the brace that closes it. Quotes within the path may hold braces; a backslash protects
    // what follows it there.
    Lexed path() {
        Token result = token(TokenKind::Path);
        const std::size_t begin = ++at_;
        char quote = '\0';
        for (;; ++at_) {
            if (at_end()) {
                return mistake({result.span.begin, at_},
                               "expected '}' after the object path, found the end of the query");
            }
            const char c = peek();
            if (quote != '\0') {
                if (c == '\\' && at_ + 1 < text_.size()) ++at_;
                if (c == quote) quote = '\0';
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '}') {
                break;
            }
        }
        result.text = base::trim(text_.substr(begin, at_ - begin));
        ++at_;
        return result;
    }

    Lexed punctuation() {
        struct Spelling {
            std::string_view text;
            TokenKind kind;
            Operator op = Operator::Equal;
        };
        // Longer ones first.
        static constexpr Spelling spellings[] = {
            {"<=", TokenKind::Operator, Operator::LessOrEqual},
            {">=", TokenKind::Operator, Operator::GreaterOrEqual},
            {"<>", TokenKind::Operator, Operator::NotEqual},
            {"!=", TokenKind::Operator, Operator::NotEqual},
            {"=", TokenKind::Operator, Operator::Equal},
            {"<", TokenKind::Operator, Operator::Less},
            {">", TokenKind::Operator, Operator::Greater},
            {"(", TokenKind::LeftParen},
            {")", TokenKind::RightParen},
            {",", TokenKind::Comma},
            {".", TokenKind::Dot},
            {"*", TokenKind::Star},
            {";", TokenKind::Semicolon},
        };
        for (const auto& spelling : spellings) {
            if (!text_.substr(at_).starts_with(spelling.text)) continue;
            Token result = token(spelling.kind);
            result.op = spelling.op;
            at_ += spelling.text.size();
            result.text = spelling.text;
            return result;
        }
        const char c = peek();
        const bool printable = c > ' ' && c < '\x7F';
        return mistake({at_, at_ + 1},
                       printable ? fmt::format("'{}' has no meaning in a query", c)
                                 : std::string("a control character has no meaning in a query"));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

bool Token::is_keyword(std::string_view word) const {
    return kind == TokenKind::Identifier && base::fold_equal(text, word);
}

std::string describe(const Token& token) {
    switch (token.kind) {
        case TokenKind::String: return fmt::format("the string \"{}\"", token.text);
        case TokenKind::Integer:
        case TokenKind::Real: return fmt::format("the number {}", token.text);
        case TokenKind::Path: return fmt::format("the path {{{}}}", token.text);
        case TokenKind::End: return "the end of the query";
        default: return fmt::format("'{}'", token.text);
    }
}

tl::expected<std::vector<Token>, Diagnostic> tokenize(std::string_view text) {
    return Lexer(text).run();
}

}  // namespace openwmi::wql
