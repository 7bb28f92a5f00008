#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openwmi::wql {

// A compiled LIKE pattern (section 3.3): % any text, _ one character, [a-f] or [abc] one of them,
// [^a-f] one other; all without case. Matching allocates nothing. Immutable.
class LikePattern {
  public:
    // Fails with InvalidQuery where a [ is not closed or holds nothing.
    static Result<LikePattern> compile(std::string_view pattern);

    bool matches(std::string_view text) const;

  private:
    struct Range {
        char32_t first = 0;
        char32_t last = 0;
    };
    struct Token {
        enum class Kind : std::uint8_t { Character, AnyCharacter, AnyText, Set };
        Kind kind = Kind::Character;
        bool negated = false;    // [^...]
        char32_t character = 0;  // folded
        std::uint32_t first_range = 0;
        std::uint32_t last_range = 0;  // one behind
    };

    Result<> add_set(std::string_view pattern, std::size_t& at);
    bool accepts(const Token& token, char32_t character) const;

    std::vector<Token> tokens_;
    std::vector<Range> ranges_;
};

}  // namespace openwmi::wql
