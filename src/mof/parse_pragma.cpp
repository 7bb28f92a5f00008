// directive = "#pragma" keyword [ "(" [ argument { "," argument } ] ")" ]
//           | "#pragma" "include" "(" string ")" | "#include" "(" string ")" ;
// argument  = string { string } | number | ident ;
#include <algorithm>
#include <array>

#include "cim/namespace_path.h"
#include "mof/compiler.h"
#include "mof/file_parser.h"

namespace openwmi::mof {
namespace {

// The DMTF's pragmas that say where a text comes from; WMI has no use for them.
constexpr std::array<std::string_view, 5> ignored_pragmas = {
    "instancelocale", "nonlocal", "nonlocaltype", "source", "sourcetype"};

bool is_letters(std::string_view text, std::size_t min, std::size_t max) {
    return text.size() >= min && text.size() <= max &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// en, en_US, en-US (the DMTF's form), MS_409 (Microsoft's).
bool is_locale(std::string_view text) {
    if (text.size() > 3 && equals_ignoring_ascii_case(text.substr(0, 3), "ms_")) {
        const std::string_view digits = text.substr(3);
        return digits.size() <= 5 &&
               digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    }
    const std::size_t separator = text.find_first_of("_-");
    if (separator == std::string_view::npos) return is_letters(text, 2, 3);
    return is_letters(text.substr(0, separator), 2, 3) &&
           is_letters(text.substr(separator + 1), 2, 3);
}

struct FlagWord {
    std::string_view word;
    std::uint32_t bit;
};
constexpr FlagWord flag_words[] = {
    {"updateonly", 1}, {"createonly", 2}, {"safeupdate", 0x20}, {"forceupdate", 0x40}};

std::uint32_t flag_bit(std::string_view text) {
    for (const FlagWord& flag : flag_words) {
        if (equals_ignoring_ascii_case(text, flag.word)) return flag.bit;
    }
    return 0;
}

}  // namespace

bool FileParser::parse_directive() {
    const std::size_t begin = take().place.span.begin;  // #
    if (take_if("include")) return parse_include(begin);
    if (take_if("pragma")) return parse_pragma(begin);
    return refuse(Status::MofInvalidPragma, "expected 'pragma' or 'include' behind '#', found {}",
                  peek().described());
}

bool FileParser::parse_include(std::size_t begin) {
    const auto arguments = parse_arguments();
    if (!arguments) return false;
    if (arguments->size() != 1 || arguments->front().token.kind != TokenKind::String) {
        session_.reporter.error(Status::MofErrorInvalidIncludeFile, from(begin),
                                "expected the name of one file: #include(\"name\")");
        return true;
    }
    include(from(begin), arguments->front().text);
    return true;
}

bool FileParser::parse_pragma(std::size_t begin) {
    if (peek().kind != TokenKind::Identifier) {
        return refuse(Status::MofInvalidPragma, "expected the name of a pragma, found {}",
                      peek().described());
    }
    const Token name = take();
    if (name.is("include")) return parse_include(begin);
    if (name.is("autorecover")) {
        session_.document.autorecover = true;
        if (peek().is('(')) return parse_arguments().has_value();
        return true;
    }
    const bool ignored = std::any_of(ignored_pragmas.begin(), ignored_pragmas.end(),
                                     [&](std::string_view word) { return name.is(word); });
    const bool known = ignored || name.is("namespace") || name.is("classflags") ||
                       name.is("instanceflags") || name.is("deleteclass") ||
                       name.is("deleteinstance") || name.is("amendment") || name.is("locale");
    if (!known) {
        session_.reporter.error(Status::MofInvalidPragma, name.place, "there is no pragma {}",
                                name.described());
    }
    if (!known && !peek().is('(')) return true;
    const auto arguments = parse_arguments();
    if (!arguments) return false;
    const Place place = from(begin);
    if (name.is("namespace")) pragma_namespace(place, *arguments);
    if (name.is("classflags")) pragma_flags(place, *arguments, true);
    if (name.is("instanceflags")) pragma_flags(place, *arguments, false);
    if (name.is("deleteclass")) pragma_delete(place, *arguments, true);
    if (name.is("deleteinstance")) pragma_delete(place, *arguments, false);
    if (name.is("amendment")) pragma_amendment(place, *arguments);
    if (name.is("locale")) pragma_locale(place, *arguments);
    if (ignored) {
        session_.reporter.warning(Status::MofInvalidPragma, place, "#pragma {} has no effect",
                                  name.text);
    }
    return true;
}

std::optional<std::vector<FileParser::PragmaArgument>> FileParser::parse_arguments() {
    if (!expect('(', Status::MofExpectedOpenParen, "and the arguments of the directive")) {
        return std::nullopt;
    }
    std::vector<PragmaArgument> arguments;
    while (!peek().is(')')) {
        PragmaArgument argument;
        argument.token = peek();
        if (peek().kind == TokenKind::String) {
            argument.text = parse_joined_strings();
        } else if (peek().kind == TokenKind::Identifier || peek().kind == TokenKind::Integer) {
            argument.text = std::string(take().text);
        } else {
            break;
        }
        arguments.push_back(std::move(argument));
        if (!take_if(',')) break;
    }
    if (!expect(')', Status::MofExpectedCloseParen, "after the arguments of the directive")) {
        return std::nullopt;
    }
    return arguments;
}

void FileParser::pragma_namespace(const Place& place,
                                  const std::vector<PragmaArgument>& arguments) {
    if (arguments.size() != 1 || arguments.front().token.kind != TokenKind::String) {
        session_.reporter.error(Status::MofInvalidNamespaceSyntax, place,
                                "expected #pragma namespace(\"path\")");
        return;
    }
    std::string server;
    const auto path = cim::NamespacePath::parse(arguments.front().text, &server);
    if (!path) {
        session_.reporter.error(Status::MofInvalidNamespaceSyntax, place, "{}",
                                path.error().message);
    } else if (!server.empty() && server != ".") {
        session_.reporter.error(Status::MofInvalidNamespaceSpecification, place,
                                "a MOF file cannot store on another server ({})", server);
    } else {
        session_.document.items.push_back({place, NamespaceNode{*path}});
    }
}

void FileParser::pragma_flags(const Place& place, const std::vector<PragmaArgument>& arguments,
                              bool for_classes) {
    std::uint32_t bits = 0;
    bool understood = !arguments.empty();
    for (const PragmaArgument& argument : arguments) {
        const Token& token = argument.token;
        const std::uint32_t bit = flag_bit(argument.text);
        if (bit != 0) {
            bits |= bit;
        } else if (token.kind == TokenKind::Integer && !token.integer.negative &&
                   token.integer.magnitude <= 0x63) {
            bits |= static_cast<std::uint32_t>(token.integer.magnitude);
        } else {
            understood = false;
        }
    }
    const Result<PutFlags> flags = put_flags_of_bits(bits);
    const bool update_of_instance = !for_classes && (bits & ~3u) != 0;
    if (!understood || update_of_instance) {
        session_.reporter.error(
            Status::MofInvalidFlagsSyntax, place, "expected one or more of {}",
            for_classes ? "\"createonly\", \"updateonly\", \"safeupdate\", \"forceupdate\""
                        : "\"createonly\", \"updateonly\"");
    } else if (!flags) {
        session_.reporter.error(Status::MofInvalidFlagsSyntax, place, "{}", flags.error().message);
    } else if (for_classes) {
        session_.document.items.push_back({place, ClassFlagsNode{*flags}});
    } else {
        session_.document.items.push_back({place, InstanceFlagsNode{*flags}});
    }
}

void FileParser::pragma_delete(const Place& place, const std::vector<PragmaArgument>& arguments,
                               bool of_class) {
    const bool fails =
        arguments.size() == 2 && equals_ignoring_ascii_case(arguments[1].text, "fail");
    const bool continues =
        arguments.size() == 2 && equals_ignoring_ascii_case(arguments[1].text, "nofail");
    if (arguments.empty() || arguments[0].token.kind != TokenKind::String ||
        (!fails && !continues)) {
        session_.reporter.error(
            of_class ? Status::MofInvalidDeleteclassSyntax : Status::MofInvalidDeleteinstanceSyntax,
            place, "expected #pragma {}, fail|nofail)",
            of_class ? "deleteclass(\"class\"" : "deleteinstance(\"path\"");
    } else if (of_class) {
        session_.document.items.push_back({place, DeleteClassNode{arguments[0].text, fails}});
    } else {
        session_.document.items.push_back({place, DeleteInstanceNode{arguments[0].text, fails}});
    }
}

void FileParser::pragma_amendment(const Place& place,
                                  const std::vector<PragmaArgument>& arguments) {
    const bool written_right = arguments.size() == 1 &&
                               arguments.front().token.kind == TokenKind::String &&
                               is_locale(arguments.front().text);
    if (!written_right) {
        session_.reporter.error(Status::MofInvalidAmendmentSyntax, place,
                                "expected the locale of the amendment: #pragma "
                                "amendment(\"MS_409\")");
    } else if (session_.document.amendment) {
        session_.reporter.error(Status::MofInvalidDuplicateAmendment, place,
                                "a MOF file can have one amendment only");
    } else {
        session_.document.amendment = arguments.front().text;
    }
}

void FileParser::pragma_locale(const Place& place, const std::vector<PragmaArgument>& arguments) {
    if (arguments.size() != 1 || !is_locale(arguments.front().text)) {
        session_.reporter.error(Status::MofInvalidPragma, place,
                                "expected a locale such as \"en_US\" or \"MS_409\"");
    }
}

void FileParser::include(const Place& place, const std::string& name) {
    const ParseOptions& options = session_.options;
    constexpr Status status = Status::MofErrorInvalidIncludeFile;
    if (!options.reader) {
        session_.reporter.error(status, place, "{}: files cannot be included here", name);
        return;
    }
    const std::string including = session_.document.files[file_].name;
    const auto source = options.reader->read(name, including, options.limits);
    if (!source) {
        session_.reporter.error(status, place, "{}", source.error().message);
        return;
    }
    parse_source(session_, source->bytes, source->name, place, status);
}

}  // namespace openwmi::mof
