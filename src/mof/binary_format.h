#pragma once

#include <xxhash.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "mof/ast.h"

namespace openwmi::mof::binary {

// The layout of a binary MOF, said once for its writer and its reader. Private to the room.
// docs/formats/binary-mof.md describes the same for people.

inline constexpr std::string_view magic = "OWMIBMOF";
inline constexpr std::string_view microsoft_magic = "FOMB";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t header_size = 32;
// Of all files together: of a document with more, each file's later lines count as its last one.
inline constexpr std::uint64_t most_lines = std::uint64_t{4} << 20;

inline std::uint64_t checksum(std::string_view payload) {
    return XXH3_64bits(payload.data(), payload.size());
}

enum class LiteralTag : std::uint8_t {
    Null,
    False,
    True,
    Integer,
    NegativeInteger,
    Real,
    Character,
    String,
    Alias,
    Array,
    Object,
};

// The number of an item's kind is its place in this list.
using ItemForm = std::variant<ClassNode, InstanceNode, QualifierNode, NamespaceNode, ClassFlagsNode,
                              InstanceFlagsNode, DeleteClassNode, DeleteInstanceNode>;
static_assert(std::is_same_v<ItemForm, decltype(Item::node)>);

// A const T for the writer, a T for the reader.
template <class Node, class T>
concept Either = std::same_as<std::remove_const_t<Node>, T>;

// One function a node: its parts in their order. The structured bindings name all of them, so that
// a node that grows does not compile until its new part has a place here.
template <class Archive, Either<FlavorUse> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, word] = node;
    archive.place(place);
    archive.choice(word, FlavorWord::Amended);
}

template <class Archive, Either<QualifierUse> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, name, value, flavors] = node;
    archive.place(place);
    archive.name(name);
    archive.optional(value);
    archive.list(flavors);
}

template <class Archive, Either<NameUse> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, text] = node;
    archive.place(place);
    archive.name(text);
}

template <class Archive, Either<TypeUse> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, type, class_name] = node;
    archive.place(place);
    archive.type(type);
    archive.text(class_name);
}

template <class Archive, Either<PropertyNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, qualifiers, type, name, bound, value] = node;
    archive.place(place);
    archive.list(qualifiers);
    transfer(archive, type);
    transfer(archive, name);
    archive.optional(bound);
    archive.optional(value);
}

template <class Archive, Either<MethodNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, qualifiers, return_type, name, parameters] = node;
    archive.place(place);
    archive.list(qualifiers);
    transfer(archive, return_type);
    transfer(archive, name);
    archive.list(parameters);
}

template <class Archive, Either<ClassNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [qualifiers, name, alias, superclass, properties, methods] = node;
    archive.list(qualifiers);
    transfer(archive, name);
    archive.optional(alias);
    archive.optional(superclass);
    archive.list(properties);
    archive.list(methods);
}

template <class Archive, Either<AssignmentNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, qualifiers, name, value] = node;
    archive.place(place);
    archive.list(qualifiers);
    transfer(archive, name);
    archive.optional(value);
}

template <class Archive, Either<InstanceNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [place, qualifiers, class_name, alias, assignments] = node;
    archive.place(place);
    archive.list(qualifiers);
    transfer(archive, class_name);
    archive.optional(alias);
    archive.list(assignments);
}

template <class Archive, Either<QualifierNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [name, type, value, scopes, flavors] = node;
    transfer(archive, name);
    archive.optional(type);
    archive.optional(value);
    archive.number(scopes);
    archive.list(flavors);
}

template <class Archive, Either<NamespaceNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [path] = node;
    archive.name_space(path);
}

template <class Archive, Either<PutFlags> Node>
void transfer(Archive& archive, Node& node) {
    auto& [mode, update] = node;
    archive.choice(mode, PutMode::CreateOnly);
    archive.choice(update, UpdateMode::Force);
}

template <class Archive, class Node>
    requires Either<Node, ClassFlagsNode> || Either<Node, InstanceFlagsNode>
void transfer(Archive& archive, Node& node) {
    auto& [flags] = node;
    transfer(archive, flags);
}

template <class Archive, Either<DeleteClassNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [class_name, must_exist] = node;
    archive.text(class_name);
    archive.flag(must_exist);
}

template <class Archive, Either<DeleteInstanceNode> Node>
void transfer(Archive& archive, Node& node) {
    auto& [path, must_exist] = node;
    archive.text(path);
    archive.flag(must_exist);
}

}  // namespace openwmi::mof::binary
