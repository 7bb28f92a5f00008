#include "wql/expression_parser.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <optional>

#include "wql/limits.h"

namespace openwmi::wql {
namespace {

// Recursive descent, one function a rule. Confined to one call of parse_expression.
class ExpressionParser {
  public:
    explicit ExpressionParser(TokenReader& tokens) : tokens_(tokens) {}

    Result<Expression> expression() {
        return joined(Logical::Kind::Or, "OR", &ExpressionParser::conjunction);
    }

  private:
    Result<Expression> conjunction() {
        return joined(Logical::Kind::And, "AND", &ExpressionParser::unary);
    }

    // operand { word operand }: one n-ary node; operands of the same kind dissolve in it.
    Result<Expression> joined(Logical::Kind kind, std::string_view word,
                              Result<Expression> (ExpressionParser::*operand)()) {
        Expression first = WMI_TRY((this->*operand)());
        if (!tokens_.peek().is_keyword(word)) return first;
        Logical node{kind, {}};
        const std::size_t begin = first.span.begin;
        append(node, std::move(first));
        while (tokens_.accept_keyword(word)) append(node, WMI_TRY((this->*operand)()));
        return Expression{std::move(node), {begin, tokens_.end_of_last()}};
    }

    static void append(Logical& node, Expression term) {
        auto* same = std::get_if<Logical>(&term.node);
        if (same && same->kind == node.kind) {
            std::move(same->terms.begin(), same->terms.end(), std::back_inserter(node.terms));
        } else {
            node.terms.push_back(std::move(term));
        }
    }

    Result<Expression> unary() {
        const base::Span start = tokens_.peek().span;
        if (at_not()) {
            tokens_.take();
            WMI_TRY(descend(start));
            Logical node{Logical::Kind::Not, {}};
            node.terms.push_back(WMI_TRY(unary()));
            --depth_;
            return Expression{std::move(node), {start.begin, tokens_.end_of_last()}};
        }
        if (tokens_.accept(TokenKind::LeftParen)) {
            WMI_TRY(descend(start));
            Expression inner = WMI_TRY(expression());
            if (!tokens_.accept(TokenKind::RightParen)) return tokens_.expected("AND, OR or ')'");
            --depth_;
            return inner;
        }
        return predicate();
    }

    // A property may be called Not: then something that follows a property follows it.
    bool at_not() const {
        const Token& after = tokens_.peek(1);
        return tokens_.peek().is_keyword("NOT") && !after.is(TokenKind::Operator) &&
               !after.is(TokenKind::Dot);
    }

    Result<> descend(base::Span span) {
        if (++depth_ <= max_depth) return {};
        return tokens_.fail_at(
            span, fmt::format("the condition is nested more than {} levels deep", max_depth),
            Status::QuotaViolation);
    }

    Result<Expression> predicate() {
        const base::Span start = tokens_.peek().span;
        if (++terms_ > max_terms) {
            return tokens_.fail_at(
                start, fmt::format("the condition has more than {} comparisons", max_terms),
                Status::QuotaViolation);
        }
        Expression result;
        if (tokens_.at_name()) {
            PropertyPath path = WMI_TRY(tokens_.path());
            result = WMI_TRY(after_path(std::move(path)));
        } else if (at_literal()) {
            Literal left = WMI_TRY(literal());
            result = WMI_TRY(after_literal(std::move(left)));
        } else {
            return tokens_.expected("a property, a constant, NOT or '('");
        }
        result.span = {start.begin, tokens_.end_of_last()};
        return result;
    }

    Result<Expression> after_path(PropertyPath path) {
        if (tokens_.accept_keyword("IS")) return is_null(std::move(path));
        if (tokens_.accept_keyword("ISA")) return isa(std::move(path));
        if (tokens_.accept_keyword("LIKE")) return like(std::move(path));
        if (tokens_.peek().is_keyword("NOT") && tokens_.peek(1).is_keyword("LIKE")) {
            return tokens_.fail_at(tokens_.peek().span,
                                   "NOT stands before the property: NOT Name LIKE \"...\"");
        }
        if (!tokens_.peek().is(TokenKind::Operator)) {
            return tokens_.expected("=, <>, <, <=, >, >=, IS, ISA or LIKE after the property");
        }
        const Operator op = tokens_.take().op;
        if (tokens_.at_name()) {
            PropertyPath right = WMI_TRY(tokens_.path());
            return Expression{Comparison{std::move(path), op, std::move(right)}, {}};
        }
        Literal right = WMI_TRY(literal());
        return Expression{Comparison{std::move(path), op, std::move(right)}, {}};
    }

    Result<Expression> after_literal(Literal left) {
        if (!tokens_.peek().is(TokenKind::Operator)) {
            return tokens_.expected("=, <>, <, <=, > or >= after the constant");
        }
        const Operator op = tokens_.take().op;
        PropertyPath right = WMI_TRY(tokens_.path());
        return Expression{Comparison{std::move(left), op, std::move(right)}, {}};
    }

    Result<Expression> is_null(PropertyPath path) {
        IsNull node{std::move(path), Negated{tokens_.accept_keyword("NOT")}};
        if (!tokens_.accept_keyword("NULL")) {
            return tokens_.expected("NULL: IS and IS NOT compare with nothing else");
        }
        return Expression{std::move(node), {}};
    }

    Result<Expression> isa(PropertyPath path) {
        const Token& token = tokens_.peek();
        if (!token.is(TokenKind::String) && !tokens_.at_name()) {
            return tokens_.expected("a class name in quotes after ISA");
        }
        if (token.text.empty()) return tokens_.fail_at(token.span, "the class name is empty");
        const base::Span span = token.span;
        return Expression{IsA{std::move(path), cim::Name(tokens_.take().text), span}, {}};
    }

    Result<Expression> like(PropertyPath path) {
        if (!tokens_.peek().is(TokenKind::String)) {
            return tokens_.expected("a pattern in quotes after LIKE");
        }
        Token pattern = tokens_.take();
        return Expression{Like{std::move(path), std::move(pattern.text), pattern.span}, {}};
    }

    bool at_literal() const {
        const Token& token = tokens_.peek();
        return token.is(TokenKind::String) || token.is(TokenKind::Integer) ||
               token.is(TokenKind::Real) || token.is_keyword("TRUE") || token.is_keyword("FALSE");
    }

    Result<Literal> literal() {
        if (tokens_.peek().is_keyword("NULL")) {
            return tokens_.fail_at(tokens_.peek().span,
                                   "NULL is compared with IS NULL or IS NOT NULL only");
        }
        if (!at_literal()) return tokens_.expected("a constant or a property");
        Token token = tokens_.take();
        switch (token.kind) {
            case TokenKind::String: return Literal{std::move(token.text), {}, token.span};
            case TokenKind::Integer:
            case TokenKind::Real: return number(std::move(token));
            default: return Literal{token.is_keyword("TRUE"), {}, token.span};
        }
    }

    Result<Literal> number(Token token) {
        auto value = token.is(TokenKind::Integer) ? whole(token.text) : std::nullopt;
        if (token.is(TokenKind::Real)) value = real(token.text);
        if (!value) {
            return tokens_.fail_at(token.span,
                                   fmt::format("the number {} is too large", token.text));
        }
        return Literal{std::move(*value), std::move(token.text), token.span};
    }

    template <class T>
    static std::optional<T> read(std::string_view text) {
        T number{};
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        if (stop != end || error != std::errc()) return std::nullopt;
        return number;
    }
    static std::optional<cim::Value> whole(std::string_view text) {
        if (const auto number = read<std::int64_t>(text)) return cim::Value(*number);
        if (const auto number = read<std::uint64_t>(text)) return cim::Value(*number);
        return std::nullopt;
    }
    static std::optional<cim::Value> real(std::string_view text) {
        if (const auto number = read<double>(text)) return cim::Value(*number);
        return std::nullopt;
    }

    TokenReader& tokens_;
    std::size_t depth_ = 0;
    std::size_t terms_ = 0;
};

}  // namespace

Result<Expression> parse_expression(TokenReader& tokens) {
    return ExpressionParser(tokens).expression();
}

}  // namespace openwmi::wql
