// class   = "class" ident [ "as" alias ] [ ":" ident ] "{" { feature } "}" ";" ;
// feature = [ quals ] type name [ array ] [ "=" value ] ";"
//         | [ quals ] type name "(" [ param { "," param } ] ")" ";" ;
// param   = [ quals ] type name [ array ] [ "=" value ] ;
// type    = keyword | ident | ident "ref" | "object" "ref" ;
// array   = "[" [ uint ] "]" ;
#include <limits>

#include "cim/type.h"
#include "mof/file_parser.h"

namespace openwmi::mof {

bool FileParser::parse_class(std::size_t begin, std::vector<QualifierUse> qualifiers) {
    take();  // class
    ClassNode node;
    node.qualifiers = std::move(qualifiers);
    if (!parse_class_head(node)) return false;
    if (!parse_class_body(node)) return false;
    expect(';', Status::MofExpectedSemi, "after the class");
    session_.document.items.push_back({from(begin), std::move(node)});
    return true;
}

bool FileParser::parse_class_head(ClassNode& node) {
    if (peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofExpectedClassName, "expected the name of the class, found {}",
                      peek().described());
    }
    node.name = take_name();
    if (!parse_alias_declaration(node.alias)) return false;
    if (take_if(':')) {
        if (peek().kind != TokenKind::Identifier) {
            return refuse(Status::MofExpectedClassName,
                          "expected the name of the superclass, found {}", peek().described());
        }
        node.superclass = take_name();
        if (peek().is(',')) {
            return refuse(Status::MofInvalidClassDeclaration,
                          "a class has one superclass only (class {})", node.name.text);
        }
        if (!parse_alias_declaration(node.alias)) return false;
    } else if (!peek().is('{')) {
        return refuse(Status::MofInvalidClassDeclaration,
                      "expected ':' or '{{' after class {}, found {}", node.name.text,
                      peek().described());
    }
    return expect('{', Status::MofExpectedOpenBrace, "to begin the class");
}

bool FileParser::parse_class_body(ClassNode& node) {
    const int depth = braces_;
    const std::size_t opened = last_end_;
    while (!peek().is('}')) {
        const bool item_follows = peek().is("class") || peek().is("instance") || peek().is('#');
        if (peek().kind == TokenKind::End || item_follows) {
            return refuse(Status::MofExpectedCloseBrace,
                          "class {} is not closed: expected '}}', found {}{}", node.name.text,
                          peek().described(), begun(opened));
        }
        if (!parse_feature(node)) skip_to_member_end(depth);
    }
    take();
    return true;
}

bool FileParser::parse_feature(ClassNode& node) {
    const std::size_t begin = peek().place.span.begin;
    PropertyNode head;
    if (peek().is('[') && !parse_qualifiers(head.qualifiers)) return false;
    if (head.qualifiers.empty() && peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofExpectedBraceOrBadType,
                      "expected a property, a method or '}}', found {}", peek().described());
    }
    std::optional<TypeUse> type = parse_type();
    if (!type) return false;
    head.type = std::move(*type);
    if (peek().is('[') && peek_next().is(']')) {
        take();
        take();
        if (peek_next().is('(')) {
            return refuse(Status::MofNoArraysReturned, "a method cannot return an array");
        }
        return refuse(Status::MofExpectedPropertyName,
                      "the brackets of an array stand after its name");
    }
    if (peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofExpectedPropertyName,
                      "expected the name of a property or method, found {}", peek().described());
    }
    head.name = take_name();
    head.place = from(begin);
    if (peek().is('(')) return parse_method(std::move(head), node);
    return parse_property(std::move(head), node);
}

bool FileParser::parse_property(PropertyNode property, ClassNode& node) {
    const std::size_t begin = property.place.span.begin;
    if (!parse_array_bound(property)) return false;
    if (peek().is('(')) {
        return refuse(Status::MofNoArraysReturned, "a method cannot return an array");
    }
    if (property.type.type.element == cim::CimType::Empty) {
        session_.reporter.error(Status::MofUnrecognizedType, property.type.place,
                                "only a method can be void");
        return false;
    }
    if (take_if('=')) {
        property.value = parse_value();
        if (!property.value) return false;
    }
    property.place = from(begin);
    const std::string name = property.name.text;
    node.properties.push_back(std::move(property));
    if (peek().is(';')) {
        take();
        return true;
    }
    session_.reporter.error(Status::MofExpectedSemi, missing_place(),
                            "expected ';' after the property {}, found {}", name,
                            peek().described());
    return peek().is('}') || peek().is('[');
}

bool FileParser::parse_array_bound(PropertyNode& property) {
    const bool bound = peek_next().is(']') || peek_next().kind == TokenKind::Integer;
    if (!peek().is('[') || !bound) return true;  // what follows is checked by the caller
    take();
    property.type.type.array = true;
    if (peek().kind == TokenKind::Integer) {
        const Token token = take();
        const Integer size = token.integer;
        if (size.negative || size.magnitude == 0 ||
            size.magnitude > std::numeric_limits<std::int32_t>::max()) {
            session_.reporter.error(Status::MofIllegalConstantValue, token.place,
                                    "{} cannot be the size of an array", token.text);
        } else {
            property.bound = static_cast<std::uint32_t>(size.magnitude);
        }
    }
    return expect(']', Status::MofExpectedCloseBracket, "after the size of the array");
}

bool FileParser::parse_method(PropertyNode head, ClassNode& node) {
    MethodNode method;
    method.qualifiers = std::move(head.qualifiers);
    method.return_type = std::move(head.type);
    method.name = std::move(head.name);
    const std::size_t opened = take().place.span.begin;  // (
    while (!peek().is(')')) {
        if (peek().is('}') || peek().is(';')) break;
        if (!parse_parameter(method)) return false;
        if (!take_if(',')) break;
        if (peek().is(')')) {
            refuse(Status::MofExpectedTypeIdentifier, "expected a parameter behind the comma");
        }
    }
    if (!expect_close(')', Status::MofExpectedCloseParen, "or ',' after the parameter", opened)) {
        return false;
    }
    method.place = from(head.place.span.begin);
    node.methods.push_back(std::move(method));
    if (expect(';', Status::MofExpectedSemi, "after the method")) return true;
    return peek().is('}') || peek().is('[');
}

bool FileParser::parse_parameter(MethodNode& method) {
    const std::size_t begin = peek().place.span.begin;
    PropertyNode parameter;
    if (peek().is('[') && !parse_qualifiers(parameter.qualifiers)) return false;
    std::optional<TypeUse> type = parse_type();
    if (!type) return false;
    parameter.type = std::move(*type);
    if (parameter.type.type.element == cim::CimType::Empty) {
        session_.reporter.error(Status::MofUnrecognizedType, parameter.type.place,
                                "a parameter cannot be void");
        return peek().is(')');
    }
    if (peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofExpectedPropertyName, "expected the name of a parameter, found {}",
                      peek().described());
    }
    parameter.name = take_name();
    if (!parse_array_bound(parameter)) return false;
    if (take_if('=')) {
        parameter.value = parse_value();
        if (!parameter.value) return false;
    }
    parameter.place = from(begin);
    method.parameters.push_back(std::move(parameter));
    return true;
}

std::optional<TypeUse> FileParser::parse_type() {
    if (peek().kind != TokenKind::Identifier || peek().is("ref")) {
        refuse(Status::MofExpectedTypeIdentifier, "expected a type, found {}", peek().described());
        return std::nullopt;
    }
    TypeUse use;
    if (peek().is("void")) {
        use.place = take().place;
        return use;
    }
    const std::optional<cim::CimType> type = cim::type_of_keyword(peek().text);
    if (!type) return parse_class_type();
    use.place = take().place;
    use.type.element = *type;
    if (!peek().is("ref")) return use;
    if (*type != cim::CimType::Object) {
        refuse(Status::MofUnrecognizedType, "a reference is to a class, not to a {}",
               cim::keyword(*type));
        return std::nullopt;
    }
    take();
    use.type.element = cim::CimType::Reference;
    return use;
}

std::optional<TypeUse> FileParser::parse_class_type() {
    TypeUse use;
    const NameUse name = take_name();
    use.place = name.place;
    use.class_name = name.text;
    use.type.element = take_if("ref") ? cim::CimType::Reference : cim::CimType::Object;
    return use;
}

}  // namespace openwmi::mof
