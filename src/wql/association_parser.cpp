#include "wql/association_parser.h"

#include <fmt/format.h>

#include <string_view>

namespace openwmi::wql {
namespace {

// The keywords in any order, each once at most (WQL-082). Confined to one call.
class AssociationParser {
  public:
    AssociationParser(TokenReader& tokens, AssociationQuery::Kind kind) : tokens_(tokens) {
        query_.kind = kind;
    }

    Result<AssociationQuery> run() {
        if (!tokens_.accept_keyword("OF")) return expected("OF");
        WMI_TRY(source());
        if (tokens_.accept_keyword("WHERE")) {
            do {
                WMI_TRY(keyword());
            } while (tokens_.peek().is(TokenKind::Identifier));
        }
        WMI_TRY(check_combination());
        return std::move(query_);
    }

  private:
    tl::unexpected<Error> expected(std::string_view what) {
        return tokens_.expected(what, Status::InvalidQuery);
    }
    tl::unexpected<Error> refuse(std::string message) {
        return tokens_.fail_at(query_.source_span, std::move(message), Status::InvalidQuery);
    }

    Result<> source() {
        if (!tokens_.peek().is(TokenKind::Path)) return expected("an object path in braces");
        Token token = tokens_.take();
        query_.source_span = token.span;
        auto path = cim::ObjectPath::parse(token.text);
        if (!path) return refuse(std::move(path.error().message));
        if (path->class_name.empty()) return refuse("the path in the braces names no class");
        query_.source = std::move(*path);
        query_.source_text = std::move(token.text);
        return {};
    }

    Result<> keyword() {
        struct Flag {
            std::string_view word;
            bool AssociationQuery::* member;
        };
        struct Setting {
            std::string_view word;
            cim::Name AssociationQuery::* member;
            bool associators_only = false;
        };
        static constexpr Flag flags[] = {{"ClassDefsOnly", &AssociationQuery::class_defs_only},
                                         {"SchemaOnly", &AssociationQuery::schema_only},
                                         {"KeysOnly", &AssociationQuery::keys_only}};
        static constexpr Setting settings[] = {
            {"ResultClass", &AssociationQuery::result_class},
            {"Role", &AssociationQuery::role},
            {"RequiredQualifier", &AssociationQuery::required_qualifier},
            {"AssocClass", &AssociationQuery::assoc_class, true},
            {"ResultRole", &AssociationQuery::result_role, true},
            {"RequiredAssocQualifier", &AssociationQuery::required_assoc_qualifier, true},
        };
        for (const auto& flag : flags) {
            if (!tokens_.peek().is_keyword(flag.word)) continue;
            if (query_.*flag.member) return given_twice(flag.word);
            tokens_.take();
            query_.*flag.member = true;
            return {};
        }
        for (const auto& setting : settings) {
            if (!tokens_.peek().is_keyword(setting.word)) continue;
            if (setting.associators_only && query_.kind == AssociationQuery::Kind::References) {
                return tokens_.fail_at(
                    tokens_.peek().span,
                    fmt::format("{} belongs to ASSOCIATORS OF only", setting.word),
                    Status::InvalidQuery);
            }
            if (!(query_.*setting.member).empty()) return given_twice(setting.word);
            tokens_.take();
            return assign(query_.*setting.member);
        }
        return expected(query_.kind == AssociationQuery::Kind::Associators
                            ? "AssocClass, ClassDefsOnly, KeysOnly, RequiredAssocQualifier, "
                              "RequiredQualifier, ResultClass, ResultRole, Role or SchemaOnly"
                            : "ClassDefsOnly, KeysOnly, RequiredQualifier, ResultClass, Role or "
                              "SchemaOnly");
    }

    tl::unexpected<Error> given_twice(std::string_view word) {
        return tokens_.fail_at(tokens_.peek().span, fmt::format("{} is given twice", word),
                               Status::InvalidQuery);
    }

    Result<> assign(cim::Name& member) {
        const Token& token = tokens_.peek();
        if (!token.is(TokenKind::Operator) || token.op != Operator::Equal) {
            return expected("'=' after the keyword");
        }
        tokens_.take();
        if (!tokens_.at_name()) return expected("a name after '='");
        member = cim::Name(tokens_.take().text);
        return {};
    }

    Result<> check_combination() {
        if (query_.class_defs_only && !query_.result_class.empty()) {
            return refuse("ClassDefsOnly and ResultClass exclude each other");
        }
        if (query_.class_defs_only && query_.schema_only) {
            return refuse("ClassDefsOnly and SchemaOnly exclude each other");
        }
        if (query_.schema_only && !query_.source.is_class()) {
            return refuse("SchemaOnly needs the path of a class, not of an instance");
        }
        if (query_.keys_only && (query_.class_defs_only || query_.schema_only)) {
            return refuse("KeysOnly is about instances, and these results are classes");
        }
        return {};
    }

    TokenReader& tokens_;
    AssociationQuery query_;
};

}  // namespace

Result<AssociationQuery> parse_association(TokenReader& tokens, AssociationQuery::Kind kind) {
    return AssociationParser(tokens, kind).run();
}

}  // namespace openwmi::wql
