#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mof/ast.h"
#include "mof/lexer.h"
#include "mof/parser.h"

namespace openwmi::mof {

// What the files of one document share while they are parsed.
struct ParseSession {
    Document& document;
    Reporter& reporter;
    const ParseOptions& options;
    std::vector<std::string> include_stack;
    std::size_t total_bytes = 0;
    std::size_t tokens = 0;
};

// Adds a text to the document and parses it there. `where` is the #include that asked for it, or a
// place in the text itself. Reports what keeps it from being read with `status`.
void parse_source(ParseSession& session, std::string_view bytes, std::string name,
                  std::optional<Place> include, Status status);

// Parses one file of a document. Functions that parse an element return false (or nothing) after
// they reported why; the loops over items, features and assignments then skip to where the next one
// can begin. Private to the room. Confined to one thread.
//
//   mof        = { item } ;
//   item       = directive | qualifierdeclaration | [ quals ] ( class | instance ) | ";" ;
class FileParser {
  public:
    FileParser(ParseSession& session, std::uint32_t file);

    void parse_file();

  private:
    struct PragmaArgument {
        Token token;
        std::string text;  // strings joined, other tokens as they stand
    };

    // Items (parse_class.cpp, parse_instance.cpp).
    void parse_item();
    bool parse_qualified_item();
    bool parse_class(std::size_t begin, std::vector<QualifierUse> qualifiers);
    bool parse_class_head(ClassNode& node);
    bool parse_class_body(ClassNode& node);
    bool parse_feature(ClassNode& node);
    bool parse_property(PropertyNode property, ClassNode& node);
    bool parse_method(PropertyNode head, ClassNode& node);
    bool parse_parameter(MethodNode& method);
    bool parse_array_bound(PropertyNode& property);
    std::optional<TypeUse> parse_type();
    std::optional<TypeUse> parse_class_type();
    bool parse_instance_item(std::size_t begin, std::vector<QualifierUse> qualifiers);
    bool parse_instance(InstanceNode& node, bool embedded);
    bool parse_assignment(InstanceNode& node);
    bool parse_alias_declaration(std::optional<NameUse>& alias);

    // Values (parse_value.cpp).
    std::optional<Literal> parse_value();
    std::optional<Literal> parse_word_value();
    std::optional<Literal> parse_array_value();
    std::optional<Literal> parse_embedded_instance();
    std::string parse_joined_strings();

    // Qualifiers (parse_qualifier.cpp).
    bool parse_qualifiers(std::vector<QualifierUse>& qualifiers);
    bool parse_qualifier(QualifierUse& use);
    bool parse_flavors(std::vector<FlavorUse>& flavors);
    bool parse_qualifier_declaration();
    bool parse_dmtf_declaration(QualifierNode& node);
    bool parse_scopes(QualifierNode& node);
    bool parse_dmtf_flavors(QualifierNode& node);

    // Directives (parse_pragma.cpp).
    bool parse_directive();
    bool parse_pragma(std::size_t begin);
    bool parse_include(std::size_t begin);
    std::optional<std::vector<PragmaArgument>> parse_arguments();
    void pragma_namespace(const Place& place, const std::vector<PragmaArgument>& arguments);
    void pragma_flags(const Place& place, const std::vector<PragmaArgument>& arguments,
                      bool for_classes);
    void pragma_delete(const Place& place, const std::vector<PragmaArgument>& arguments,
                       bool of_class);
    void pragma_amendment(const Place& place, const std::vector<PragmaArgument>& arguments);
    void pragma_locale(const Place& place, const std::vector<PragmaArgument>& arguments);
    void include(const Place& place, const std::string& name);

    // Tokens.
    const Token& peek() const { return token_; }
    const Token& peek_next() const { return next_; }
    Token take();
    bool take_if(char symbol);
    bool take_if(std::string_view word);
    bool expect(char symbol, Status status, std::string_view what);
    // The same for what closes what stands at `opened`.
    bool expect_close(char symbol, Status status, std::string_view what, std::size_t opened);
    // For messages: where that was begun, when it is another line than this one.
    std::string begun(std::size_t opened) const;
    // Where something is missing: here, or behind the last token when this one is on another line.
    Place missing_place() const;
    NameUse take_name();
    Place from(std::size_t begin) const;
    void skip_item(std::size_t begin);
    void skip_to_member_end(int depth);
    bool at_item_start() const;

    template <class... Args>
    bool refuse(Status status, fmt::format_string<Args...> format, Args&&... args) {
        session_.reporter.error(status, token_.place, format, std::forward<Args>(args)...);
        return false;
    }

    ParseSession& session_;
    std::uint32_t file_;
    Lexer lexer_;
    Token token_;
    Token next_;
    std::size_t last_end_ = 0;  // where the last taken token ended
    int braces_ = 0;            // open { taken so far
    std::size_t nesting_ = 0;   // embedded instances around this place
};

}  // namespace openwmi::mof
