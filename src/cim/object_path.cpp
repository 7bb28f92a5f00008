#include "cim/object_path.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "cim/path_text.h"

// Grammar (COM-175 to 178), without white space:
//   path     = namespace | [ namespace ":" ] [ scopes ] object ;
//   scopes   = object ( "/" | "\" ) { object ( "/" | "\" ) } ;     (* parse_path only *)
//   object   = class [ "=" "@" | "=" value | "." key { "," key } ] ;
//   key      = name "=" value ;
//   value    = '"' text '"' | "'" text "'" | integer | "TRUE" | "FALSE" ;
//   integer  = [ "+" | "-" ] digits | "0x" hex digits ;
//   name     = ( letter | "_" | non-ASCII ) { letter | digit | "_" | non-ASCII } ;

namespace openwmi::cim {
namespace {

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool continues_name(char c) {
    return starts_name(c) || path_text::is_digit(c);
}

constexpr std::int64_t least_bare_integer = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t most_bare_integer = std::numeric_limits<std::uint32_t>::max();

// How many bytes of the text are server and namespace: up to the first colon that is neither in a
// key's value nor in an IPv6 address. No colon: all of it when there is a slash, else nothing.
std::size_t namespace_length(std::string_view text) {
    std::size_t at = 0;
    if (path_text::starts_with_two_slashes(text)) {
        at = 2 + path_text::bracketed_address(text.substr(2)).size();
    }
    const auto end = text.find_first_of(":=\"'", at);
    if (end != text.npos && text[end] == ':') return end;
    const bool has_slash = text.substr(0, end).find_first_of("\\/") != text.npos;
    return has_slash && end == text.npos ? text.size() : 0;
}

// Reads one path from left to right: strictly for an ObjectPath, with every form for PathParts.
// Confined to one call.
class PathParser {
  public:
    enum class Forms : std::uint8_t { Strict, All };
    PathParser(std::string_view text, Forms forms) : text_(text), forms_(forms) {}

    Result<> parse() {
        WMI_TRY(check_text());
        WMI_TRY(read_namespace());
        if (at_end() && has_namespace_) return {};
        path_.object = WMI_TRY(read_object());
        while (forms_ == Forms::All && !at_end() && path_text::is_slash(text_[at_])) {
            ++at_;
            path_.scopes.push_back(*std::move(path_.object));
            path_.object = WMI_TRY(read_object());
        }
        if (!at_end()) return expected("the end of the path");
        return {};
    }

    PathParts& parts() { return path_; }
    std::optional<NamespacePath>& name_space() { return name_space_; }  // read strictly

  private:
    bool at_end() const { return at_ == text_.size(); }
    std::string_view rest() const { return text_.substr(at_); }
    bool take(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    template <class... Args>
    tl::unexpected<Error> bad(fmt::format_string<Args...> format, Args&&... args) const {
        return fail(Status::InvalidObjectPath, "\"{}\" is not an object path: {}", text_,
                    fmt::format(format, std::forward<Args>(args)...));
    }
    tl::unexpected<Error> expected(std::string_view what) const {
        if (at_end()) return bad("expected {}, found the end", what);
        auto end = at_;
        base::next_code_point(text_, end);
        return bad("expected {} at byte {}, found '{}'", what, at_ + 1,
                   text_.substr(at_, end - at_));
    }

    Result<> check_text() const {
        const auto units = base::utf16_length(text_);
        if (units > path_text::max_units) {
            return fail(Status::InvalidObjectPath,
                        "an object path has {} characters at most, this one has {}",
                        path_text::max_units, units);
        }
        if (!base::is_valid_utf8(text_)) {
            return fail(Status::InvalidObjectPath, "an object path must be valid UTF-8");
        }
        if (text_.empty()) return fail(Status::InvalidObjectPath, "an object path is empty");
        return {};
    }

    Result<> read_namespace() {
        const auto prefix = text_.substr(0, namespace_length(text_));
        if (prefix.empty()) return {};
        std::string server;
        if (const auto read = read_names(prefix, server); !read) {
            return bad("{}", read.error().message);
        }
        has_namespace_ = true;
        if (path_text::starts_with_two_slashes(prefix)) {
            path_.server = server.empty() ? "." : std::move(server);
        }
        at_ = prefix.size();
        if (take(':') && at_end()) return expected("a class name");
        return {};
    }

    Result<> read_names(std::string_view prefix, std::string& server) {
        if (forms_ == Forms::Strict) {
            name_space_ = WMI_TRY(NamespacePath::parse(prefix, &server));
        } else {
            path_.namespaces = WMI_TRY(NamespacePath::split(prefix, &server));
        }
        return {};
    }

    Result<PathObject> read_object() {
        PathObject object;
        object.class_name = WMI_TRY(read_name("a class name"));
        const bool ends = at_end() || (forms_ == Forms::All && path_text::is_slash(text_[at_]));
        if (ends) return object;
        if (take('=')) {
            WMI_TRY(read_only_key(object));
        } else if (take('.')) {
            WMI_TRY(read_keys(object));
        } else {
            return expected("'.' or '=' after the class name");
        }
        return object;
    }

    Result<Name> read_name(std::string_view what) {
        if (at_end() || !starts_name(text_[at_])) return expected(what);
        const auto begin = at_;
        while (!at_end() && continues_name(text_[at_])) ++at_;
        return Name(text_.substr(begin, at_ - begin));
    }

    Result<> read_only_key(PathObject& object) {
        if (take('@')) {
            object.singleton = true;
        } else {
            object.keys.push_back({Name(), WMI_TRY(read_value())});
        }
        return {};
    }

    Result<> read_keys(PathObject& object) {
        do {
            auto name = WMI_TRY(read_name("a key's name"));
            if (!take('=')) return expected("'=' after the key's name");
            const auto same = [&](const ObjectPath::Key& key) { return key.name == name; };
            if (std::ranges::any_of(object.keys, same)) {
                return bad("the key {} is given twice", name.text());
            }
            object.keys.push_back({std::move(name), WMI_TRY(read_value())});
        } while (take(','));
        return {};
    }

    Result<Value> read_value() {
        if (at_end()) return expected("a key's value");
        const char c = text_[at_];
        if (c == '"' || c == '\'') return read_text();
        if (c == '+' || c == '-' || path_text::is_digit(c)) return read_integer();
        const auto begin = at_;
        while (!at_end() && continues_name(text_[at_])) ++at_;
        const auto word = text_.substr(begin, at_ - begin);
        if (base::fold_equal(word, "TRUE")) return Value(true);
        if (base::fold_equal(word, "FALSE")) return Value(false);
        at_ = begin;
        return expected("a quoted text, an integer, TRUE or FALSE");
    }

    Result<Value> read_text() {
        const auto begin = at_;
        const char quote_mark = text_[at_++];
        std::string value;
        while (!at_end() && text_[at_] != quote_mark) {
            char c = text_[at_++];
            if (c == '\\' && !at_end() &&
                std::string_view("\\\"'").find(text_[at_]) != std::string_view::npos) {
                c = text_[at_++];
            }
            value.push_back(c);
        }
        if (at_end()) return bad("the quote at byte {} is never closed", begin + 1);
        ++at_;
        return Value(std::move(value));
    }

    Result<Value> read_integer() {
        const auto begin = at_;
        const bool negative = take('-');
        const bool is_signed = negative || take('+');
        const bool hex = !is_signed && (rest().starts_with("0x") || rest().starts_with("0X"));
        if (hex) at_ += 2;
        const std::int64_t radix = hex ? 16 : 10;
        const auto first_digit = at_;
        std::int64_t number = 0;
        while (!at_end() && digit(text_[at_], hex) >= 0) {
            number = number * radix + digit(text_[at_++], hex);
            if (number > most_bare_integer) break;
        }
        if (at_ == first_digit) return expected("a digit");
        if (negative) number = -number;
        if (number > most_bare_integer || number < least_bare_integer) {
            return bad(
                "the integer at byte {} needs more than 32 bits: write it in decimal "
                "and in quotes",
                begin + 1);
        }
        return Value(number);
    }

    static int digit(char c, bool hex) {
        const int value = path_text::hex_digit(c);
        return hex || value < 10 ? value : -1;
    }

    std::string_view text_;
    Forms forms_;
    std::size_t at_ = 0;
    bool has_namespace_ = false;
    std::optional<NamespacePath> name_space_;
    PathParts path_;
};

}  // namespace

Result<ObjectPath> ObjectPath::parse(std::string_view text) {
    PathParser parser(text, PathParser::Forms::Strict);
    WMI_TRY(parser.parse());
    ObjectPath path;
    path.server = std::move(parser.parts().server);
    path.name_space = std::move(parser.name_space());
    if (auto& object = parser.parts().object) {
        path.class_name = std::move(object->class_name);
        path.keys = std::move(object->keys);
        path.singleton = object->singleton;
    }
    return path;
}

Result<PathParts> parse_path(std::string_view text, LoneName lone_name) {
    PathParser parser(text, PathParser::Forms::All);
    WMI_TRY(parser.parse());
    PathParts& parts = parser.parts();
    const bool lone = !parts.server && parts.namespaces.empty() && parts.scopes.empty() &&
                      parts.object && parts.object->keys.empty() && !parts.object->singleton;
    if (lone && lone_name == LoneName::Namespace) {
        parts.namespaces.push_back(parts.object->class_name);
        parts.object.reset();
    }
    return std::move(parts);
}

ObjectPath ObjectPath::of_class(Name class_name) {
    ObjectPath path;
    path.class_name = std::move(class_name);
    return path;
}

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted.push_back('\\');
        quoted.push_back(c);
    }
    quoted.push_back('"');
    return quoted;
}

std::string key_text(const Value& value) {
    if (const auto* text = value.get_if<std::string>()) return quote(*text);
    if (const auto* flag = value.get_if<bool>()) return *flag ? "TRUE" : "FALSE";
    if (const auto* number = value.get_if<std::int64_t>()) {
        const bool bare = *number >= least_bare_integer && *number <= most_bare_integer;
        return bare ? fmt::format("{}", *number) : fmt::format("\"{}\"", *number);
    }
    if (const auto* number = value.get_if<std::uint64_t>()) {
        const bool bare = *number <= static_cast<std::uint64_t>(most_bare_integer);
        return bare ? fmt::format("{}", *number) : fmt::format("\"{}\"", *number);
    }
    return quote(display(value, natural_type(value)));
}

namespace {

std::string text_of(const std::vector<ObjectPath::Key>& keys) {
    std::string text;
    for (const auto& key : keys) {
        if (!text.empty()) text += ',';
        if (!key.name.empty()) text += key.name.text() + "=";
        text += key_text(key.value);
    }
    return text;
}

std::string text_of(const Name& class_name, const std::vector<ObjectPath::Key>& keys,
                    bool singleton) {
    if (singleton) return class_name.text() + "=@";
    if (keys.empty()) return class_name.text();
    const char* separator = keys.front().name.empty() ? "=" : ".";
    return class_name.text() + separator + text_of(keys);
}

}  // namespace

std::string PathObject::text() const {
    return text_of(class_name, keys, singleton);
}

std::string PathObject::keys_text() const {
    return singleton ? "@" : text_of(keys);
}

std::string PathParts::namespace_text() const {
    NamespacePath path;
    for (const Name& name : namespaces) path = path.child(name);
    return path.text();
}

std::string ObjectPath::relative_text() const {
    return text_of(class_name, keys, singleton);
}

std::string ObjectPath::text() const {
    if (!name_space) return relative_text();
    std::string text =
        server ? fmt::format("\\\\{}\\", NamespacePath::server_text(*server)) : std::string();
    text += name_space->text();
    if (!class_name.empty()) return text + ":" + relative_text();
    // A name that stands alone would be read as a class.
    const bool alone = !server && name_space->parts().size() == 1;
    return alone ? "\\" + text : text;
}

}  // namespace openwmi::cim
