// value     = number | string { string } | char | "TRUE" | "FALSE" | "NULL" | alias
//           | "{" [ value { "," value } ] "}" | "instance" "of" ident "{" { assignment } "}" ;
#include "mof/file_parser.h"

namespace openwmi::mof {

std::optional<Literal> FileParser::parse_value() {
    const std::size_t begin = peek().place.span.begin;
    switch (peek().kind) {
        case TokenKind::String: {
            std::string text = parse_joined_strings();
            return Literal{from(begin), std::move(text)};
        }
        case TokenKind::Integer: return Literal{peek().place, take().integer};
        case TokenKind::Real: return Literal{peek().place, take().real};
        case TokenKind::Character: return Literal{peek().place, take().character};
        case TokenKind::Alias: return Literal{peek().place, AliasUse{take().string}};
        case TokenKind::Identifier: return parse_word_value();
        default: break;
    }
    if (peek().is('{')) return parse_array_value();
    if (peek().is('$')) {
        refuse(Status::MofExpectedAliasName, "expected the name of an alias behind '$'");
    } else {
        refuse(Status::MofIllegalConstantValue, "expected a value, found {}", peek().described());
    }
    return std::nullopt;
}

// Adjacent strings are one, with nothing between them (MOF-004, OD-095).
std::string FileParser::parse_joined_strings() {
    std::string text;
    while (peek().kind == TokenKind::String) text += take().string;
    return text;
}

std::optional<Literal> FileParser::parse_word_value() {
    if (peek().is("true")) return Literal{take().place, true};
    if (peek().is("false")) return Literal{take().place, false};
    if (peek().is("null")) return Literal{take().place, std::monostate()};
    if (peek().is("instance")) return parse_embedded_instance();
    refuse(Status::MofIllegalConstantValue, "{} is no value: text needs quotes",
           peek().described());
    return std::nullopt;
}

std::optional<Literal> FileParser::parse_array_value() {
    const std::size_t begin = take().place.span.begin;
    std::vector<Literal> elements;
    while (!peek().is('}')) {
        if (peek().is('{')) {
            refuse(Status::MofExpectedCloseBrace, "an array cannot be an element of an array");
            return std::nullopt;
        }
        if (peek().is("null")) {
            refuse(Status::MofNullArrayElem, "an array element cannot be NULL");
            take();
        } else {
            std::optional<Literal> element = parse_value();
            if (!element) return std::nullopt;
            elements.push_back(std::move(*element));
        }
        if (!take_if(',')) break;
        if (peek().is('}')) {
            refuse(Status::MofExpectedCloseBrace, "expected another value behind the comma");
        }
    }
    if (!expect_close('}', Status::MofExpectedCloseBrace, "or ',' in the list of values", begin)) {
        return std::nullopt;
    }
    return Literal{from(begin), std::move(elements)};
}

std::optional<Literal> FileParser::parse_embedded_instance() {
    const Place place = peek().place;
    if (nesting_ >= session_.options.limits.nesting) {
        refuse(Status::MofIllegalConstantValue, "objects are embedded more than {} deep",
               session_.options.limits.nesting);
        return std::nullopt;
    }
    ++nesting_;
    auto node = std::make_shared<InstanceNode>();
    const bool parsed = parse_instance(*node, true);
    --nesting_;
    if (!parsed) return std::nullopt;
    node->place = from(place.span.begin);
    const Place whole = node->place;
    return Literal{whole, std::shared_ptr<const InstanceNode>(std::move(node))};
}

}  // namespace openwmi::mof
