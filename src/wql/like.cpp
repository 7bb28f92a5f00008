#include "wql/like.h"

#include "base/fold.h"
#include "base/text.h"

namespace openwmi::wql {
namespace {

// Reads one character, quickly where it is ASCII.
char32_t next(std::string_view text, std::size_t& at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80) return base::next_code_point(text, at);
    ++at;
    return byte;
}

char32_t folded(char32_t character) {
    if (character >= 0x80) return base::fold(character);
    return character >= U'A' && character <= U'Z' ? character + (U'a' - U'A') : character;
}

}  // namespace

Result<LikePattern> LikePattern::compile(std::string_view pattern) {
    LikePattern result;
    for (std::size_t at = 0; at < pattern.size();) {
        const char32_t character = next(pattern, at);
        if (character == U'[') {
            WMI_TRY(result.add_set(pattern, at));
        } else if (character == U'%') {
            const bool again =
                !result.tokens_.empty() && result.tokens_.back().kind == Token::Kind::AnyText;
            if (!again) result.tokens_.push_back({.kind = Token::Kind::AnyText});
        } else if (character == U'_') {
            result.tokens_.push_back({.kind = Token::Kind::AnyCharacter});
        } else {
            result.tokens_.push_back({.character = folded(character)});
        }
    }
    return result;
}

// `at` stands behind the opening bracket and is moved behind the closing one.
Result<> LikePattern::add_set(std::string_view pattern, std::size_t& at) {
    const std::size_t begin = at - 1;
    Token token{.kind = Token::Kind::Set,
                .first_range = static_cast<std::uint32_t>(ranges_.size())};
    if (at < pattern.size() && pattern[at] == '^') {
        token.negated = true;
        ++at;
    }
    for (;;) {
        if (at >= pattern.size()) {
            return fail(Status::InvalidQuery,
                        "the set that starts with '{}' in the LIKE pattern is not closed with ]",
                        pattern.substr(begin));
        }
        if (pattern[at] == ']') break;
        const char32_t first = next(pattern, at);
        char32_t last = first;
        const bool is_range =
            at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']';
        if (is_range) last = next(pattern, ++at);
        ranges_.push_back({first, last});
        ranges_.push_back({folded(first), folded(last)});
    }
    ++at;
    token.last_range = static_cast<std::uint32_t>(ranges_.size());
    if (token.first_range == token.last_range) {
        return fail(Status::InvalidQuery, "the set {} in the LIKE pattern is empty",
                    pattern.substr(begin, at - begin));
    }
    tokens_.push_back(token);
    return {};
}

bool LikePattern::accepts(const Token& token, char32_t character) const {
    if (token.kind == Token::Kind::AnyCharacter) return true;
    const char32_t lower = folded(character);
    if (token.kind == Token::Kind::Character) return lower == token.character;
    bool found = false;
    for (auto i = token.first_range; i < token.last_range && !found; ++i) {
        const Range& range = ranges_[i];
        found = (character >= range.first && character <= range.last) ||
                (lower >= range.first && lower <= range.last);
    }
    return found != token.negated;
}

// Every token but % takes exactly one character, so it is enough to come back to the last %.
bool LikePattern::matches(std::string_view text) const {
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t at = 0;
    std::size_t token = 0;
    std::size_t token_behind_any = none;
    std::size_t text_behind_any = 0;
    while (at < text.size()) {
        if (token < tokens_.size() && tokens_[token].kind == Token::Kind::AnyText) {
            token_behind_any = ++token;
            text_behind_any = at;
            if (token == tokens_.size()) return true;
            continue;
        }
        std::size_t behind = at;
        if (token < tokens_.size() && accepts(tokens_[token], next(text, behind))) {
            ++token;
            at = behind;
        } else if (token_behind_any != none) {
            next(text, text_behind_any);
            at = text_behind_any;
            token = token_behind_any;
        } else {
            return false;
        }
    }
    while (token < tokens_.size() && tokens_[token].kind == Token::Kind::AnyText) ++token;
    return token == tokens_.size();
}

}  // namespace openwmi::wql
