#include "wbem/path_model.h"

#include <algorithm>
#include <limits>

#include "base/fold.h"

namespace openwmi::wbem {
namespace {

constexpr std::string_view parent_text = "..";
constexpr std::string_view local_server = ".";

// The type that a literal has: quoted text, an integer of 32 bits, TRUE or FALSE.
cim::CimType type_of_literal(const cim::Value& value) {
    if (value.get_if<bool>()) return cim::CimType::Boolean;
    const auto* number = value.get_if<std::int64_t>();
    if (!number) return cim::CimType::String;
    const bool is_signed = *number <= std::numeric_limits<std::int32_t>::max();
    return is_signed ? cim::CimType::Sint32 : cim::CimType::Uint32;
}

bool begins_with(const std::vector<cim::Name>& names, const std::vector<cim::Name>& prefix) {
    return names.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), names.begin());
}

Result<> check_mode(ULONG mode, bool absolute) {
    constexpr ULONG kinds = WBEMPATH_CREATE_ACCEPT_RELATIVE | WBEMPATH_CREATE_ACCEPT_ABSOLUTE |
                            WBEMPATH_CREATE_ACCEPT_ALL;
    constexpr ULONG known = kinds | WBEMPATH_TREAT_SINGLE_IDENT_AS_NS;
    if (mode == 0 || (mode & ~known) != 0) {
        return fail(Status::InvalidParameter, "0x{:X} is no mode of SetText", mode);
    }
    const ULONG accepted = (mode & kinds) == 0 ? kinds : mode & kinds;
    const ULONG needed =
        absolute ? WBEMPATH_CREATE_ACCEPT_ABSOLUTE : WBEMPATH_CREATE_ACCEPT_RELATIVE;
    if ((accepted & (needed | WBEMPATH_CREATE_ACCEPT_ALL)) != 0) return {};
    return fail(Status::InvalidParameter, "the mode 0x{:X} takes {} paths only", mode,
                absolute ? "relative" : "absolute");
}

}  // namespace

PathPart PathPart::of(const cim::PathObject& object) {
    PathPart part;
    part.class_name = object.class_name;
    part.singleton = object.singleton;
    for (const auto& key : object.keys) {
        part.keys.push_back({key.name, key.value, type_of_literal(key.value)});
    }
    return part;
}

cim::PathObject PathPart::object() const {
    cim::PathObject result;
    result.class_name = class_name;
    result.singleton = singleton;
    for (const PathKey& key : keys) result.keys.push_back({key.name, key.value});
    return result;
}

ULONGLONG PathPart::info() const {
    ULONGLONG bits = 0;
    if (singleton) bits |= WBEMPATH_INFO_IS_SINGLETON | WBEMPATH_INFO_CONTAINS_SINGLETON;
    if (keys.size() > 1) bits |= WBEMPATH_INFO_IS_COMPOUND;
    for (const PathKey& key : keys) {
        if (key.name.empty()) bits |= WBEMPATH_INFO_HAS_IMPLIED_KEY;
        if (key.type == cim::CimType::Reference) bits |= WBEMPATH_INFO_HAS_V2_REF_PATHS;
    }
    return bits;
}

void PathPart::set(PathKey key) {
    singleton = false;
    if (key.name.empty()) keys.clear();
    std::erase_if(keys, [](const PathKey& old) { return old.name.empty(); });
    const auto found = std::ranges::find(keys, key.name, &PathKey::name);
    if (found == keys.end()) {
        keys.push_back(std::move(key));
    } else {
        *found = std::move(key);
    }
}

Result<> PathPart::remove(const cim::Name& name) {
    if (std::erase_if(keys, [&](const PathKey& key) { return key.name == name; }) > 0) return {};
    return fail(Status::NotFound, "the path has no key {}", name.text());
}

Result<> PathModel::set_text(ULONG mode, const std::string& text) {
    PathModel made;
    made.original_ = text;
    made.parent_ = text == parent_text;
    if (!text.empty() && !made.parent_) {
        const bool as_namespace = (mode & WBEMPATH_TREAT_SINGLE_IDENT_AS_NS) != 0;
        auto parts = WMI_TRY(
            cim::parse_path(text, as_namespace ? cim::LoneName::Namespace : cim::LoneName::Class));
        made.server = std::move(parts.server);
        made.namespaces = std::move(parts.namespaces);
        for (const auto& scope : parts.scopes) {
            made.scopes.push_back(std::make_shared<PathPart>(PathPart::of(scope)));
        }
        if (parts.object) made.part = std::make_shared<PathPart>(PathPart::of(*parts.object));
    }
    WMI_TRY(check_mode(mode, made.server.has_value()));
    *this = std::move(made);
    return {};
}

bool PathModel::empty() const {
    return !server && namespaces.empty() && scopes.empty() && !part;
}

bool PathModel::is_parent() const {
    return parent_ && empty();
}

std::string PathModel::relative_text(bool compressed) const {
    if (is_parent()) return std::string(parent_text);
    std::string text;
    const auto add = [&](const PathPart& added) {
        auto object = added.object();
        if (compressed && object.keys.size() == 1) object.keys.front().name = cim::Name();
        if (!text.empty()) text += '/';
        text += object.text();
    };
    for (const PathPartPtr& scope : scopes) add(*scope);
    if (part) add(*part);
    return text;
}

std::string PathModel::server_and_namespace(const std::optional<std::string>& shown) const {
    cim::PathParts parts;
    parts.namespaces = namespaces;
    const std::string before =
        shown ? fmt::format("\\\\{}\\", cim::NamespacePath::server_text(*shown)) : std::string();
    return before + parts.namespace_text();
}

std::string PathModel::absolute_text(const std::optional<std::string>& shown,
                                     bool compressed) const {
    const std::string before = server_and_namespace(shown);
    const std::string after = relative_text(compressed);
    return before + (before.empty() || after.empty() ? "" : ":") + after;
}

Result<std::string> PathModel::text(LONG flags) const {
    const bool compressed = (flags & WBEMPATH_COMPRESSED) != 0;
    const std::string known = server.value_or(std::string(local_server));
    switch (flags & ~WBEMPATH_COMPRESSED) {
        case 0: return absolute_text(server, compressed);
        case WBEMPATH_GET_RELATIVE_ONLY: return relative_text(compressed);
        case WBEMPATH_GET_SERVER_TOO: return absolute_text(known, compressed);
        case WBEMPATH_GET_SERVER_AND_NAMESPACE_ONLY: return server_and_namespace(known);
        case WBEMPATH_GET_NAMESPACE_ONLY: return server_and_namespace(std::nullopt);
        case WBEMPATH_GET_ORIGINAL: return original_;
        default: break;
    }
    return fail(Status::InvalidParameter, "0x{:X} is no form of a path", static_cast<ULONG>(flags));
}

ULONGLONG PathModel::info() const {
    ULONGLONG bits = 0;
    const bool named = server && *server != local_server;
    bits |= named ? WBEMPATH_INFO_HAS_MACHINE_NAME : WBEMPATH_INFO_ANON_LOCAL_MACHINE;
    if (server) bits |= WBEMPATH_INFO_PATH_HAD_SERVER;
    if (is_parent()) return bits | WBEMPATH_INFO_IS_PARENT;
    if (!empty()) bits |= WBEMPATH_INFO_WMI_PATH | WBEMPATH_INFO_V2_COMPLIANT;
    if (!empty() && scopes.empty()) {
        bits |= WBEMPATH_INFO_V1_COMPLIANT | WBEMPATH_INFO_CIM_COMPLIANT;
    }
    for (const PathPartPtr& scope : scopes) {
        bits |= WBEMPATH_INFO_HAS_SUBSCOPES;
        if (scope->singleton) bits |= WBEMPATH_INFO_CONTAINS_SINGLETON;
    }
    if (!part) return scopes.empty() ? bits | WBEMPATH_INFO_SERVER_NAMESPACE_ONLY : bits;
    const bool instance = !part->keys.empty() || part->singleton;
    bits |= instance ? WBEMPATH_INFO_IS_INST_REF : WBEMPATH_INFO_IS_CLASS_REF;
    return bits | part->info();
}

bool PathModel::is_local(std::string_view machine) const {
    return !server || *server == local_server || base::fold_equal(*server, machine);
}

bool PathModel::is_relative(std::string_view machine, std::string_view name_space,
                            bool or_child) const {
    if (!is_local(machine)) return false;
    if (namespaces.empty()) return true;
    std::string ignored_server;
    const auto from = cim::NamespacePath::split(name_space, &ignored_server);
    if (!from) return false;
    return begins_with(namespaces, *from) && (or_child || namespaces.size() == from->size());
}

Result<cim::Name> path_namespace(std::string_view text) {
    const auto names = cim::NamespacePath::split(text, nullptr);
    const bool one = names && names->size() == 1 && text.find_first_of("\\/") == text.npos;
    if (one) return names->front();
    return fail(Status::InvalidParameter, "\"{}\" is not the name of one namespace{}{}", text,
                names ? "" : ": ", names ? "" : names.error().message);
}

Result<cim::Name> path_class_name(std::string_view text) {
    auto parts = cim::parse_path(text);
    const bool name = parts && !parts->server && parts->namespaces.empty() &&
                      parts->scopes.empty() && parts->object && parts->object->keys.empty() &&
                      !parts->object->singleton;
    if (name) return std::move(parts->object->class_name);
    return fail(Status::InvalidParameter, "\"{}\" is not the name of a class", text);
}

Result<std::string> path_server(std::string_view text) {
    std::string server;
    const auto names = cim::NamespacePath::split(fmt::format("\\\\{}\\", text), &server);
    if (!names || !names->empty()) {
        return fail(Status::InvalidParameter, "\"{}\" is not the name of a server", text);
    }
    return server.empty() ? std::string(local_server) : server;
}

}  // namespace openwmi::wbem
