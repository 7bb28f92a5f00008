// instance   = "instance" "of" ident [ "as" alias ] "{" { assignment } "}" ;
// assignment = [ quals ] name "=" value ";" | quals name ";" ;
#include "mof/file_parser.h"

namespace openwmi::mof {

bool FileParser::parse_instance_item(std::size_t begin, std::vector<QualifierUse> qualifiers) {
    InstanceNode node;
    node.qualifiers = std::move(qualifiers);
    if (!parse_instance(node, false)) return false;
    expect(';', Status::MofExpectedSemi, "after the instance");
    node.place = from(begin);
    const Place place = node.place;
    session_.document.items.push_back({place, std::move(node)});
    return true;
}

bool FileParser::parse_instance(InstanceNode& node, bool embedded) {
    take();  // instance
    if (!take_if("of")) {
        return refuse(Status::MofInvalidInstanceDeclaration,
                      "an instance begins with 'instance of', found {}", peek().described());
    }
    if (peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofExpectedClassName, "expected the name of a class, found {}",
                      peek().described());
    }
    node.class_name = take_name();
    if (peek().is("as") && embedded) {
        return refuse(Status::MofAliasesInEmbedded, "an embedded object cannot have an alias");
    }
    if (!parse_alias_declaration(node.alias)) return false;
    if (!expect('{', Status::MofExpectedOpenBrace, "to begin the instance")) return false;
    const int depth = braces_;
    const std::size_t opened = last_end_;
    while (!peek().is('}')) {
        if (peek().kind == TokenKind::End || at_item_start()) {
            return refuse(Status::MofExpectedCloseBrace,
                          "the instance of {} is not closed: expected '}}', found {}{}",
                          node.class_name.text, peek().described(), begun(opened));
        }
        if (!parse_assignment(node)) skip_to_member_end(depth);
    }
    take();
    return true;
}

bool FileParser::parse_alias_declaration(std::optional<NameUse>& alias) {
    while (take_if("as")) {
        if (alias) {
            return refuse(Status::MofMultipleAliases, "an object can have one alias only");
        }
        if (peek().is('$')) {
            take();
            return refuse(Status::MofExpectedAliasName, "expected a name behind '$', found {}",
                          peek().described());
        }
        if (peek().kind == TokenKind::Identifier) {
            return refuse(Status::MofExpectedDollar, "an alias begins with '$': ${}", peek().text);
        }
        if (peek().kind != TokenKind::Alias) {
            return refuse(Status::MofExpectedAliasName, "expected an alias, found {}",
                          peek().described());
        }
        const Token token = take();
        alias = NameUse{token.place, token.string};
    }
    return true;
}

bool FileParser::parse_assignment(InstanceNode& node) {
    const std::size_t begin = peek().place.span.begin;
    AssignmentNode assignment;
    if (peek().is('[') && !parse_qualifiers(assignment.qualifiers)) return false;
    if (peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofExpectedPropertyName, "expected the name of a property, found {}",
                      peek().described());
    }
    assignment.name = take_name();
    if (take_if('=')) {
        assignment.value = parse_value();
        if (!assignment.value) return false;
    } else if (assignment.qualifiers.empty()) {
        return refuse(Status::MofExpectedSemi, "expected '=' after {}, found {}",
                      assignment.name.text, peek().described());
    }
    assignment.place = from(begin);
    node.assignments.push_back(std::move(assignment));
    // A missing semicolon before the next name is one mistake, not two.
    if (!expect(';', Status::MofExpectedSemi, "after the value")) {
        const bool next_begins = peek().kind == TokenKind::Identifier && peek_next().is('=');
        return next_begins || peek().is('}');
    }
    return true;
}

}  // namespace openwmi::mof
