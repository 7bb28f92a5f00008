#include <algorithm>

#include "mof/file_parser.h"

namespace openwmi::mof {

FileParser::FileParser(ParseSession& session, std::uint32_t file)
    : session_(session),
      file_(file),
      lexer_(session.document.files[file].text, file, session.reporter) {
    token_ = lexer_.next();
    next_ = lexer_.next();
}

void FileParser::parse_file() {
    while (peek().kind != TokenKind::End) {
        const std::size_t before = peek().place.span.begin;
        parse_item();
        if (peek().place.span.begin == before && peek().kind != TokenKind::End) take();
    }
}

void FileParser::parse_item() {
    braces_ = 0;
    nesting_ = 0;
    bool parsed = true;
    const std::size_t begin = peek().place.span.begin;
    if (take_if(';')) return;
    if (peek().is('#')) {
        parsed = parse_directive();
    } else if (peek().is("qualifier") && peek_next().kind == TokenKind::Identifier) {
        parsed = parse_qualifier_declaration();
    } else if (peek().is("typedef") || peek().is("enum") || peek().is("enumeration") ||
               peek().is("structure")) {
        parsed = refuse(Status::MofTypedefNotSupported, "{} is not supported: declare a class",
                        peek().described());
    } else if (peek().is('[') || peek().is("class") || peek().is("instance")) {
        parsed = parse_qualified_item();
    } else {
        parsed = refuse(Status::MofUnrecognizedToken,
                        "expected a class, an instance, a Qualifier or a #pragma, found {}",
                        peek().described());
    }
    if (!parsed) skip_item(begin);
}

bool FileParser::parse_qualified_item() {
    const std::size_t begin = peek().place.span.begin;
    std::vector<QualifierUse> qualifiers;
    if (peek().is('[') && !parse_qualifiers(qualifiers)) return false;
    if (peek().is("class")) return parse_class(begin, std::move(qualifiers));
    if (peek().is("instance")) return parse_instance_item(begin, std::move(qualifiers));
    return refuse(Status::MofInvalidClassDeclaration,
                  "expected 'class' or 'instance' after the qualifiers, found {}",
                  peek().described());
}

Token FileParser::take() {
    Token taken = std::move(token_);
    token_ = std::move(next_);
    next_ = lexer_.next();
    last_end_ = taken.place.span.end;
    if (taken.is('{')) ++braces_;
    if (taken.is('}')) --braces_;
    if (++session_.tokens == session_.options.limits.tokens) {
        session_.reporter.error(Status::MofInvalidFile, taken.place,
                                "the text has more than {} words and signs",
                                session_.options.limits.tokens);
        session_.reporter.stop();
    }
    return taken;
}

bool FileParser::take_if(char symbol) {
    if (!peek().is(symbol)) return false;
    take();
    return true;
}

bool FileParser::take_if(std::string_view word) {
    if (!peek().is(word)) return false;
    take();
    return true;
}

bool FileParser::expect(char symbol, Status status, std::string_view what) {
    if (take_if(symbol)) return true;
    session_.reporter.error(status, missing_place(), "expected '{}' {}, found {}", symbol, what,
                            peek().described());
    return false;
}

bool FileParser::expect_close(char symbol, Status status, std::string_view what,
                              std::size_t opened) {
    if (take_if(symbol)) return true;
    session_.reporter.error(status, missing_place(), "expected '{}' {}, found {}{}", symbol, what,
                            peek().described(), begun(opened));
    return false;
}

std::string FileParser::begun(std::size_t opened) const {
    const std::string& text = session_.document.files[file_].text;
    const std::size_t line = base::position(text, opened).line;
    if (line == base::position(text, missing_place().span.begin).line) return {};
    return fmt::format("; it began in line {}", line);
}

Place FileParser::missing_place() const {
    if (!peek().first_on_line && peek().kind != TokenKind::End) return peek().place;
    const std::size_t size = session_.document.files[file_].text.size();
    return {file_, {last_end_, std::min(last_end_ + 1, size)}};
}

NameUse FileParser::take_name() {
    const Token token = take();
    return {token.place, std::string(token.text)};
}

Place FileParser::from(std::size_t begin) const {
    return {file_, {begin, std::max(begin, last_end_)}};
}

// A place where an item begins even if what is before it is broken.
bool FileParser::at_item_start() const {
    if (peek().is('#')) return true;
    if (!peek().first_on_line) return false;
    return (peek().is("class") && peek_next().kind == TokenKind::Identifier) ||
           (peek().is("instance") && peek_next().is("of") && braces_ <= 0) ||
           (peek().is("qualifier") && peek_next().kind == TokenKind::Identifier && braces_ <= 0);
}

// After a mistake in the item that begins there: behind its end, or before the start of the next.
void FileParser::skip_item(std::size_t begin) {
    while (peek().kind != TokenKind::End) {
        if (peek().place.span.begin != begin && at_item_start()) return;
        const Token token = take();
        if (braces_ <= 0 && token.is(';') && !peek().is('}')) return;
        if (braces_ <= 0 && token.is('}') && !peek().is(';') && !peek().is('}')) return;
    }
}

// After a mistake in a member of a body whose braces are `depth` deep: behind its semicolon, or
// before what closes the body or begins another item.
void FileParser::skip_to_member_end(int depth) {
    while (peek().kind != TokenKind::End) {
        if (at_item_start()) return;
        if (braces_ <= depth && peek().is('}')) return;
        if (take().is(';') && braces_ <= depth) return;
    }
}

}  // namespace openwmi::mof
