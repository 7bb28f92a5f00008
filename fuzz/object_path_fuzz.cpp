// Any text as an object path, strictly and loosely, and as a namespace: refused with a reason, or
// its text is read again as the same path.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "cim/object_path.h"
#include "cim/path_text.h"

namespace {

using namespace openwmi;

void require(bool condition) {
    if (!condition) std::abort();
}

// Escapes may make the text too long to be read again.
bool readable(std::string_view text) {
    return base::utf16_length(text) <= cim::path_text::max_units;
}

void check_strict(std::string_view text) {
    const auto path = cim::ObjectPath::parse(text);
    if (!path) return require(!path.error().message.empty());
    const std::string written = path->text();
    if (!readable(written)) return;
    const auto again = cim::ObjectPath::parse(written);
    require(again.has_value() && again->text() == written);
    require(again->server == path->server && again->name_space == path->name_space);
    require(again->class_name == path->class_name && again->keys == path->keys);
    require(again->singleton == path->singleton);
    // What is strict is loose, too.
    require(cim::parse_path(text).has_value());
}

std::string written_text(const cim::PathParts& parts) {
    std::string text;
    if (parts.server) text = "\\\\" + cim::NamespacePath::server_text(*parts.server) + "\\";
    text += parts.namespace_text();
    std::string objects;
    for (const auto& scope : parts.scopes) objects += scope.text() + "/";
    if (parts.object) objects += parts.object->text();
    if (!objects.empty()) return text + (text.empty() ? "" : ":") + objects;
    // A name that stands alone would be read as a class.
    return (!parts.server && parts.namespaces.size() == 1 ? "\\" : "") + text;
}

void check_loose(std::string_view text, cim::LoneName lone_name) {
    const auto parts = cim::parse_path(text, lone_name);
    if (!parts) return require(!parts.error().message.empty());
    const std::string written = written_text(*parts);
    if (!readable(written)) return;
    const auto again = cim::parse_path(written, lone_name);
    require(again.has_value() && written_text(*again) == written);
    require(again->namespaces == parts->namespaces);
    require(again->scopes.size() == parts->scopes.size());
}

void check_namespace(std::string_view text) {
    std::string server;
    const auto path = cim::NamespacePath::parse(text, &server);
    if (!path) return require(!path.error().message.empty());
    const std::string written = path->text();
    if (readable(written)) require(cim::NamespacePath::parse(written) == *path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    check_strict(text);
    check_loose(text, cim::LoneName::Class);
    check_loose(text, cim::LoneName::Namespace);
    check_namespace(text);
    return 0;
}
