#include "wql/parser.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "wql/association_parser.h"
#include "wql/expression_parser.h"
#include "wql/limits.h"
#include "wql/token_reader.h"

namespace openwmi::wql {
namespace {

// SELECT FROM X: the list is missing, and FROM is not a property unless something after it says so.
bool at_missing_list(const TokenReader& tokens) {
    const Token& after = tokens.peek(1);
    return tokens.peek().is_keyword("FROM") && !after.is(TokenKind::Comma) &&
           !after.is(TokenKind::Dot) && !after.is_keyword("FROM");
}

Result<Within> parse_within(TokenReader& tokens) {
    const Token& token = tokens.peek();
    Within within{0, token.span};
    const char* end = token.text.data() + token.text.size();
    if ((!token.is(TokenKind::Integer) && !token.is(TokenKind::Real)) ||
        std::from_chars(token.text.data(), end, within.seconds) !=
            std::from_chars_result{end, {}}) {
        return tokens.expected("the polling interval in seconds after WITHIN");
    }
    tokens.take();
    return within;
}

Result<Having> parse_having(TokenReader& tokens) {
    if (!tokens.accept_keyword("NumberOfEvents")) {
        return tokens.expected("NumberOfEvents: HAVING knows nothing else");
    }
    if (!tokens.peek().is(TokenKind::Operator)) {
        return tokens.expected("=, <>, <, <=, > or >= after NumberOfEvents");
    }
    const Operator op = tokens.take().op;
    const std::uint32_t count = WMI_TRY(tokens.uint32("a number of events"));
    return Having{op, count};
}

// Behind GROUP. The documented order is WITHIN, BY; people also write it the other way round.
Result<Group> parse_group(TokenReader& tokens, std::size_t begin) {
    Group group;
    for (;;) {
        const bool has_by = group.by_all || !group.by.empty();
        if (!group.within_seconds && tokens.accept_keyword("WITHIN")) {
            group.within_seconds = WMI_TRY(tokens.uint32("the interval in seconds after WITHIN"));
        } else if (!has_by && tokens.accept_keyword("BY")) {
            group.by_all = tokens.accept(TokenKind::Star);
            if (!group.by_all) group.by = WMI_TRY(tokens.path_list());
        } else {
            break;
        }
    }
    if (tokens.accept_keyword("HAVING")) group.having = WMI_TRY(parse_having(tokens));
    group.span = {begin, tokens.end_of_last()};
    return group;
}

Result<Select> parse_select(TokenReader& tokens) {
    Select select;
    if (!tokens.accept(TokenKind::Star)) {
        if (!tokens.at_name() || at_missing_list(tokens)) {
            return tokens.expected("'*' or the names of properties after SELECT");
        }
        select.properties = WMI_TRY(tokens.path_list());
    }
    if (!tokens.accept_keyword("FROM")) {
        return tokens.expected(select.selects_all() ? "FROM" : "',' or FROM");
    }
    select.from_span = tokens.peek().span;
    select.from = WMI_TRY(tokens.name("the name of a class after FROM"));
    if (tokens.peek().is(TokenKind::Comma)) {
        return tokens.fail_at(tokens.peek().span, "a query is about one class only");  // WQL-019
    }
    if (tokens.accept_keyword("WITHIN")) select.within = WMI_TRY(parse_within(tokens));
    if (tokens.accept_keyword("WHERE")) select.where = WMI_TRY(parse_expression(tokens));
    const std::size_t group_begin = tokens.peek().span.begin;
    if (tokens.accept_keyword("GROUP")) {
        select.group = WMI_TRY(parse_group(tokens, group_begin));
    } else if (tokens.peek().is_keyword("HAVING")) {
        return tokens.fail_at(tokens.peek().span, "HAVING needs a GROUP before it");  // WQL-065
    }
    return select;
}

// What could have continued the statement that ended here.
std::string_view continuation(const Query& query) {
    const auto* select = query.select();
    if (!select) return "the end of the query";
    if (select->group) return "the end of the query";
    if (select->where) return "AND, OR, GROUP or the end of the query";
    if (select->within) return "WHERE, GROUP or the end of the query";
    return "WITHIN, WHERE, GROUP or the end of the query";
}

Result<Query> parse_query(TokenReader& tokens) {
    Query query;
    Status status = Status::InvalidQuery;
    if (tokens.accept_keyword("SELECT")) {
        status = Status::UnparsableQuery;
        query.statement = WMI_TRY(parse_select(tokens));
    } else if (tokens.accept_keyword("ASSOCIATORS")) {
        query.statement = WMI_TRY(parse_association(tokens, AssociationQuery::Kind::Associators));
    } else if (tokens.accept_keyword("REFERENCES")) {
        query.statement = WMI_TRY(parse_association(tokens, AssociationQuery::Kind::References));
    } else {
        return tokens.expected("SELECT, ASSOCIATORS OF or REFERENCES OF");
    }
    tokens.accept(TokenKind::Semicolon);
    if (!tokens.peek().is(TokenKind::End)) return tokens.expected(continuation(query), status);
    return query;
}

Result<Query> parse_text(std::string_view text, base::Diagnostic& mistake) {
    const auto refuse = [&](base::Diagnostic diagnostic) {
        mistake = std::move(diagnostic);
        return base::fail(Error{mistake.status, mistake.message});
    };
    if (!base::is_valid_utf8(text)) {
        return refuse({Status::UnparsableQuery, "the query is not valid text", {}, {}, {}});
    }
    if (const auto units = base::utf16_length(text); units > max_query_units) {
        return refuse(
            {Status::QuotaViolation,
             fmt::format("the query has {} characters, more than {}", units, max_query_units),
             {},
             {},
             {}});
    }
    auto tokens = tokenize(text);
    if (!tokens) return refuse(std::move(tokens.error()));
    TokenReader reader(std::move(*tokens));
    auto query = parse_query(reader);
    if (!query) mistake = reader.diagnostic();
    return query;
}

}  // namespace

Result<Query> parse(std::string_view text, base::Diagnostics* diagnostics) {
    base::Diagnostic mistake;
    auto query = parse_text(text, mistake);
    if (!query && diagnostics) diagnostics->push_back(std::move(mistake));
    return query;
}

}  // namespace openwmi::wql
