#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wql/lexer.h"

namespace openwmi::wql {

// The parser's cursor over the tokens; it also words the mistake that parsing ends with. Confined
// to one call of parse.
class TokenReader {
  public:
    // `tokens` ends with End.
    explicit TokenReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    const Token& peek(std::size_t ahead = 0) const;
    Token take();
    bool accept(TokenKind kind);
    bool accept_keyword(std::string_view word);
    std::size_t end_of_last() const { return end_of_last_; }

    // "expected <what>, found <the next token>"
    tl::unexpected<Error> expected(std::string_view what, Status status = Status::UnparsableQuery);
    tl::unexpected<Error> fail_at(base::Span span, std::string message,
                                  Status status = Status::UnparsableQuery);
    Result<> expect_keyword(std::string_view word);

    // A word that names something. NULL, TRUE and FALSE cannot (WQL-002).
    bool at_name() const;
    Result<cim::Name> name(std::string_view what);
    Result<PropertyPath> path();
    Result<std::vector<PropertyPath>> path_list();
    Result<std::uint32_t> uint32(std::string_view what);

    // The mistake of the Error that was returned last.
    const base::Diagnostic& diagnostic() const { return diagnostic_; }

  private:
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::size_t end_of_last_ = 0;
    base::Diagnostic diagnostic_;
};

}  // namespace openwmi::wql
