// quals   = "[" qual { "," qual } "]" ;
// qual    = name [ "(" value ")" | "{" value { "," value } "}" ] [ ":" flavor { flavor } ] ;
// declaration (Microsoft) = "Qualifier" name ":" flavor { flavor } ";" ;
// declaration (DMTF)      = "Qualifier" name ":" type [ "[" [ uint ] "]" ] [ "=" value ]
//                           { "," ( "Scope" "(" scope { "," scope } ")"
//                                 | "Flavor" "(" flavor { "," flavor } ")" ) } ";" ;
#include <utility>

#include "mof/file_parser.h"

namespace openwmi::mof {
namespace {

template <class T>
using Word = std::pair<std::string_view, T>;

constexpr Word<FlavorWord> flavor_words[] = {
    {"toinstance", FlavorWord::ToInstance},
    {"tosubclass", FlavorWord::ToSubClass},
    {"nottoinstance", FlavorWord::NotToInstance},
    {"nottosubclass", FlavorWord::NotToSubClass},
    {"restricted", FlavorWord::Restricted},
    {"enableoverride", FlavorWord::EnableOverride},
    {"disableoverride", FlavorWord::DisableOverride},
    {"amended", FlavorWord::Amended},
    {"translatable", FlavorWord::Amended},
};

constexpr Word<std::uint16_t> scope_words[] = {
    {"any", ScopeAny},
    {"schema", ScopeSchema},
    {"class", ScopeClass},
    {"association", ScopeAssociation},
    {"indication", ScopeIndication},
    {"property", ScopeProperty},
    {"reference", ScopeReference},
    {"method", ScopeMethod},
    {"parameter", ScopeParameter},
};

template <class T, std::size_t N>
std::optional<T> find_word(const Word<T> (&words)[N], const Token& token) {
    for (const auto& [word, value] : words) {
        if (token.is(word)) return value;
    }
    return std::nullopt;
}

}  // namespace

bool FileParser::parse_qualifiers(std::vector<QualifierUse>& qualifiers) {
    const std::size_t opened = take().place.span.begin;  // [
    do {
        QualifierUse use;
        if (!parse_qualifier(use)) return false;
        qualifiers.push_back(std::move(use));
    } while (take_if(','));
    return expect_close(']', Status::MofExpectedCloseBracket, "or ',' after the qualifier", opened);
}

bool FileParser::parse_qualifier(QualifierUse& use) {
    if (peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofExpectedQualifierName,
                      "expected the name of a qualifier, found {}", peek().described());
    }
    const std::size_t begin = peek().place.span.begin;
    use.name = take_name().text;
    if (peek().is('{')) {
        use.value = parse_value();
        if (!use.value) return false;
    } else if (peek().is('(')) {
        const std::size_t opened = take().place.span.begin;
        use.value = parse_value();
        if (!use.value) return false;
        if (!expect_close(')', Status::MofExpectedCloseParen, "after the qualifier's value",
                          opened)) {
            return false;
        }
    }
    if (peek().is(':') && !parse_flavors(use.flavors)) return false;
    use.place = from(begin);
    return true;
}

bool FileParser::parse_flavors(std::vector<FlavorUse>& flavors) {
    take();  // :
    do {
        const std::optional<FlavorWord> word = find_word(flavor_words, peek());
        if (!word) {
            return refuse(Status::MofExpectedFlavorType, "expected a qualifier flavor, found {}",
                          peek().described());
        }
        flavors.push_back({take().place, *word});
    } while (peek().kind == TokenKind::Identifier);
    return true;
}

bool FileParser::parse_qualifier_declaration() {
    const std::size_t begin = take().place.span.begin;  // Qualifier
    QualifierNode node;
    node.name = take_name();
    if (!peek().is(':')) {
        return refuse(Status::MofInvalidQualifierSyntax,
                      "expected ':' after Qualifier {}, found {}", node.name.text,
                      peek().described());
    }
    const bool dmtf = !find_word(flavor_words, peek_next());
    if (dmtf ? !parse_dmtf_declaration(node) : !parse_flavors(node.flavors)) return false;
    expect(';', Status::MofExpectedSemi, "after the qualifier declaration");
    session_.document.items.push_back({from(begin), std::move(node)});
    return true;
}

bool FileParser::parse_dmtf_declaration(QualifierNode& node) {
    take();  // :
    const bool type_like =
        peek().kind == TokenKind::Identifier && (peek_next().is('=') || peek_next().is(',') ||
                                                 peek_next().is('[') || peek_next().is("ref"));
    const bool type_alone = peek().kind == TokenKind::Identifier && peek_next().is(';') &&
                            cim::type_of_keyword(peek().text);
    if (!type_like && !type_alone) {
        return refuse(Status::MofExpectedFlavorType,
                      "expected a qualifier flavor or a type, found {}", peek().described());
    }
    std::optional<TypeUse> type = parse_type();
    if (!type) return false;
    const cim::CimType element = type->type.element;
    if (element == cim::CimType::Object || element == cim::CimType::Reference) {
        const bool unknown = element == cim::CimType::Object && !type->class_name.empty();
        session_.reporter.error(
            unknown ? Status::MofUnrecognizedType : Status::MofUnsupportedCimv22DataType,
            type->place, "a qualifier cannot have this type");
        return false;
    }
    PropertyNode declared;  // the brackets are those of a property
    declared.type = std::move(*type);
    if (!parse_array_bound(declared)) return false;
    node.type = std::move(declared.type);
    if (take_if('=')) {
        node.value = parse_value();
        if (!node.value) return false;
    }
    while (take_if(',')) {
        if (peek().is("scope")) {
            if (!parse_scopes(node)) return false;
        } else if (peek().is("flavor")) {
            if (!parse_dmtf_flavors(node)) return false;
        } else {
            return refuse(Status::MofInvalidQualifierSyntax, "expected Scope or Flavor, found {}",
                          peek().described());
        }
    }
    return true;
}

bool FileParser::parse_scopes(QualifierNode& node) {
    take();  // Scope
    if (!expect('(', Status::MofExpectedOpenParen, "after Scope")) return false;
    do {
        const std::optional<std::uint16_t> scope = find_word(scope_words, peek());
        if (!scope) {
            return refuse(Status::MofInvalidQualifierSyntax, "{} is no scope of a qualifier",
                          peek().described());
        }
        node.scopes = static_cast<std::uint16_t>(node.scopes | *scope);
        take();
    } while (take_if(','));
    return expect(')', Status::MofExpectedCloseParen, "after the scopes");
}

bool FileParser::parse_dmtf_flavors(QualifierNode& node) {
    take();  // Flavor
    if (!expect('(', Status::MofExpectedOpenParen, "after Flavor")) return false;
    do {
        const std::optional<FlavorWord> word = find_word(flavor_words, peek());
        if (!word) {
            return refuse(Status::MofExpectedFlavorType, "expected a qualifier flavor, found {}",
                          peek().described());
        }
        node.flavors.push_back({take().place, *word});
    } while (take_if(',') || peek().kind == TokenKind::Identifier);
    return expect(')', Status::MofExpectedCloseParen, "after the flavors");
}

}  // namespace openwmi::mof
