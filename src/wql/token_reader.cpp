#include "wql/token_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "wql/limits.h"

namespace openwmi::wql {

const Token& TokenReader::peek(std::size_t ahead) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token TokenReader::take() {
    Token token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    end_of_last_ = token.span.end;
    return token;
}

bool TokenReader::accept(TokenKind kind) {
    if (!peek().is(kind)) return false;
    take();
    return true;
}

bool TokenReader::accept_keyword(std::string_view word) {
    if (!peek().is_keyword(word)) return false;
    take();
    return true;
}

tl::unexpected<Error> TokenReader::expected(std::string_view what, Status status) {
    return fail_at(peek().span, fmt::format("expected {}, found {}", what, describe(peek())),
                   status);
}

tl::unexpected<Error> TokenReader::fail_at(base::Span span, std::string message, Status status) {
    diagnostic_ = base::Diagnostic{status, message, span, {}, base::Severity::Error};
    return base::fail(Error{status, std::move(message)});
}

Result<> TokenReader::expect_keyword(std::string_view word) {
    if (!accept_keyword(word)) return expected(word);
    return {};
}

bool TokenReader::at_name() const {
    const Token& token = peek();
    return token.is(TokenKind::Identifier) && !token.is_keyword("NULL") &&
           !token.is_keyword("TRUE") && !token.is_keyword("FALSE");
}

Result<cim::Name> TokenReader::name(std::string_view what) {
    if (!at_name()) return expected(what);
    return cim::Name(take().text);
}

Result<PropertyPath> TokenReader::path() {
    PropertyPath path;
    path.span.begin = peek().span.begin;
    path.parts.push_back(WMI_TRY(name("the name of a property")));
    while (accept(TokenKind::Dot)) {
        path.parts.push_back(WMI_TRY(name("the name of a property after '.'")));
    }
    path.span.end = end_of_last_;
    return path;
}

Result<std::vector<PropertyPath>> TokenReader::path_list() {
    std::vector<PropertyPath> paths;
    do {
        if (paths.size() == max_listed) {
            return fail_at(peek().span,
                           fmt::format("more than {} properties are listed", max_listed),
                           Status::QuotaViolation);
        }
        paths.push_back(WMI_TRY(path()));
    } while (accept(TokenKind::Comma));
    return paths;
}

Result<std::uint32_t> TokenReader::uint32(std::string_view what) {
    const Token& token = peek();
    std::uint32_t number = 0;
    const char* end = token.text.data() + token.text.size();
    if (!token.is(TokenKind::Integer) ||
        std::from_chars(token.text.data(), end, number) != std::from_chars_result{end, {}}) {
        return expected(fmt::format("{} (a whole number up to 4294967295)", what));
    }
    take();
    return number;
}

}  // namespace openwmi::wql
