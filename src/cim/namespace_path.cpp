#include "cim/namespace_path.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/text.h"
#include "cim/path_text.h"

// Grammar (COM-020, MOF-019, SYS-026); both slashes are the same:
//   path   = [ "\\" server "\" | "\" ] "root" { "\" name } ;
//   server = "." | host | "[" IPv6 address "]" ;
//   name   = characters other than white space, controls and the reserved ones, or %XX

namespace openwmi::cim {
namespace {

template <class... Args>
tl::unexpected<Error> bad(std::string_view text, fmt::format_string<Args...> format,
                          Args&&... args) {
    return fail(Status::InvalidNamespace, "\"{}\" is not a namespace path: {}", text,
                fmt::format(format, std::forward<Args>(args)...));
}

// What a name may not contain, even when it is written as %XX: it would change the path's meaning.
bool is_reserved(unsigned char c) {
    return c < 0x20 || c == 0x7F ||
           std::string_view("\\/:\"'*?<>|").find(static_cast<char>(c)) != std::string_view::npos;
}

std::optional<unsigned char> hex_byte(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    const int high = path_text::hex_digit(text[0]);
    const int low = path_text::hex_digit(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<unsigned char>(high * 16 + low);
}

// One name or host with its %XX resolved.
Result<std::string> decode(std::string_view path, std::string_view name) {
    if (name.empty()) return bad(path, "a name between two slashes, or at the end, is empty");
    std::string decoded;
    for (std::size_t i = 0; i < name.size(); ++i) {
        auto c = static_cast<unsigned char>(name[i]);
        if (c == '%') {
            const auto byte = hex_byte(name.substr(i + 1));
            if (!byte) return bad(path, "expected two hexadecimal digits after % in \"{}\"", name);
            c = *byte;
            i += 2;
        } else if (c == ' ') {
            return bad(path, "a blank in a name is written %20");
        }
        if (is_reserved(c)) {
            return bad(path, "a name may not contain the character 0x{:02X}", c);
        }
        decoded.push_back(static_cast<char>(c));
    }
    if (!base::is_valid_utf8(decoded)) return bad(path, "\"{}\" is not valid UTF-8", name);
    return decoded;
}

// Takes the server off the front of a path that starts with two slashes.
Result<std::string> take_server(std::string_view path, std::string_view& rest) {
    const auto end = rest.find_first_of("\\/");
    const auto host = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (host.starts_with('[')) {
        const auto address = path_text::bracketed_address(host);
        if (address.size() != host.size()) return bad(path, "\"{}\" is no IPv6 address", host);
        return std::string(host);
    }
    return decode(path, host);
}

std::string encode(std::string_view name) {
    std::string encoded;
    for (const char c : name) {
        if (c == ' ' || c == '%' || is_reserved(static_cast<unsigned char>(c))) {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            encoded.push_back(c);
        }
    }
    return encoded;
}

}  // namespace

Result<std::vector<Name>> NamespacePath::split(std::string_view text, std::string* server) {
    if (text.size() > path_text::max_units && base::utf16_length(text) > path_text::max_units) {
        return fail(Status::InvalidNamespace, "a namespace path has {} characters at most",
                    path_text::max_units);
    }
    std::string_view rest = text;
    std::string host;
    const bool has_server = path_text::starts_with_two_slashes(rest);
    if (has_server) {
        rest.remove_prefix(2);
        host = WMI_TRY(take_server(text, rest));
    } else if (!rest.empty() && path_text::is_slash(rest.front())) {
        rest.remove_prefix(1);
    }
    if (host == ".") host.clear();
    if (!host.empty() && !server) {
        return bad(text, "it is on the server {}, not on this one", host);
    }
    std::vector<Name> names;
    for (bool more = !rest.empty(); more;) {
        const auto end = rest.find_first_of("\\/");
        names.emplace_back(WMI_TRY(decode(text, rest.substr(0, end))));
        more = end != rest.npos;
        if (more) rest.remove_prefix(end + 1);
    }
    if (names.empty() && !has_server) return bad(text, "it names no namespace");
    if (server) *server = std::move(host);
    return names;
}

Result<NamespacePath> NamespacePath::parse(std::string_view text, std::string* server) {
    NamespacePath path;
    path.parts_ = WMI_TRY(split(text, server));
    if (path.parts_.empty()) return bad(text, "it names no namespace");
    if (path.parts_.front() != Name("root")) {
        return bad(text, "it must start with root, not with {}", path.parts_.front().text());
    }
    return path;
}

std::string NamespacePath::server_text(std::string_view server) {
    if (server.empty() || path_text::bracketed_address(server).size() == server.size()) {
        return std::string(server);
    }
    // A bracket that is not that of an address would be read as one.
    if (server.front() == '[') return "%5B" + encode(server.substr(1));
    return encode(server);
}

NamespacePath NamespacePath::root() {
    return literal("root");
}

NamespacePath NamespacePath::literal(std::string_view text) {
    auto path = parse(text);
    WMI_CHECK(path.has_value(), path.error().message.c_str());
    return *std::move(path);
}

NamespacePath NamespacePath::parent() const {
    NamespacePath result;
    if (!parts_.empty()) result.parts_.assign(parts_.begin(), parts_.end() - 1);
    return result;
}

NamespacePath NamespacePath::child(const Name& name) const {
    NamespacePath result = *this;
    result.parts_.push_back(name);
    return result;
}

bool NamespacePath::is_below(const NamespacePath& ancestor) const {
    return parts_.size() > ancestor.parts_.size() &&
           std::equal(ancestor.parts_.begin(), ancestor.parts_.end(), parts_.begin());
}

std::string NamespacePath::text() const {
    std::string result;
    for (const auto& part : parts_) {
        if (!result.empty()) result.push_back('\\');
        result += encode(part.text());
    }
    return result;
}

std::string NamespacePath::key() const {
    return base::fold(text());
}

}  // namespace openwmi::cim

std::size_t std::hash<openwmi::cim::NamespacePath>::operator()(
    const openwmi::cim::NamespacePath& path) const noexcept {
    std::uint64_t mixed = 0xCBF29CE484222325;
    for (const auto& part : path.parts()) mixed = (mixed ^ part.hash()) * 0x100000001B3;
    return mixed;
}
