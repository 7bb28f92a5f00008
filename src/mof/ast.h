#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/diagnostics.h"
#include "cim/namespace_path.h"
#include "cim/type.h"

namespace openwmi::mof {

// What a MOF text says, as it was written: nothing here is resolved against a repository. All nodes
// are values; a Document owns them and the texts their places point into.

// A piece of one of the document's files.
struct Place {
    std::uint32_t file = 0;  // index into Document::files
    base::Span span;
};

struct Integer {
    bool negative = false;
    std::uint64_t magnitude = 0;
};

struct AliasUse {
    std::string name;  // without the $
};

struct InstanceNode;
struct Literal;

// A value as written. monostate: NULL; an embedded object is never null.
struct Literal {
    using Form = std::variant<std::monostate, bool, Integer, double, char16_t, std::string,
                              AliasUse, std::vector<Literal>, std::shared_ptr<const InstanceNode>>;
    Place place;
    Form form;

    bool is_null() const { return form.index() == 0; }
    template <class T>
    const T* get_if() const {
        return std::get_if<T>(&form);
    }
};

enum class FlavorWord : std::uint8_t {
    ToInstance,
    ToSubClass,
    NotToInstance,
    NotToSubClass,
    Restricted,
    EnableOverride,
    DisableOverride,
    Amended,  // the DMTF's Translatable means the same
};

struct FlavorUse {
    Place place;
    FlavorWord word{};
};

// [Name(value) : flavors], on a class, a feature, a parameter or an instance.
struct QualifierUse {
    Place place;
    std::string name;
    std::optional<Literal> value;  // empty: TRUE (MOF-026)
    std::vector<FlavorUse> flavors;
};

// A name where a name is declared or meant.
struct NameUse {
    Place place;
    std::string text;
};

struct TypeUse {
    Place place;
    cim::Type type;          // CimType::Empty: void
    std::string class_name;  // of references and embedded objects; empty: any class
};

// A property, or a parameter, which is written the same way.
struct PropertyNode {
    Place place;
    std::vector<QualifierUse> qualifiers;
    TypeUse type;
    NameUse name;
    std::optional<std::uint32_t> bound;  // string x[3]: advisory (MOF-012)
    std::optional<Literal> value;
};

struct MethodNode {
    Place place;
    std::vector<QualifierUse> qualifiers;
    TypeUse return_type;
    NameUse name;
    std::vector<PropertyNode> parameters;
};

struct ClassNode {
    std::vector<QualifierUse> qualifiers;
    NameUse name;
    std::optional<NameUse> alias;
    std::optional<NameUse> superclass;
    std::vector<PropertyNode> properties;
    std::vector<MethodNode> methods;
};

// name = value; within an instance. Without a value only qualifiers are set.
struct AssignmentNode {
    Place place;
    std::vector<QualifierUse> qualifiers;
    NameUse name;
    std::optional<Literal> value;
};

struct InstanceNode {
    Place place;
    std::vector<QualifierUse> qualifiers;
    NameUse class_name;
    std::optional<NameUse> alias;
    std::vector<AssignmentNode> assignments;
};

// Where the DMTF's declarations allow a qualifier. Bits; 0 in a declaration: anywhere.
enum QualifierScope : std::uint16_t {
    ScopeClass = 1,
    ScopeAssociation = 2,
    ScopeIndication = 4,
    ScopeProperty = 8,
    ScopeReference = 16,
    ScopeMethod = 32,
    ScopeParameter = 64,
    ScopeSchema = 128,
    ScopeInstance = 256,  // not the DMTF's: what stands on instances and their properties
    ScopeAny = 0xffff,
};

// Qualifier Name : flavors; (Microsoft) or Qualifier Name : type = value, Scope(…), Flavor(…);
// (DMTF). Holds for the uses that follow it in the document (MOF-050).
struct QualifierNode {
    NameUse name;
    std::optional<TypeUse> type;  // set: the DMTF form
    std::optional<Literal> value;
    std::uint16_t scopes = 0;
    std::vector<FlavorUse> flavors;
};

// How an existing object is met. For classes also what may happen to their subclasses.
enum class PutMode : std::uint8_t { CreateOrUpdate, UpdateOnly, CreateOnly };
enum class UpdateMode : std::uint8_t { Compatible, Safe, Force };
struct PutFlags {
    PutMode mode = PutMode::CreateOrUpdate;
    UpdateMode update = UpdateMode::Compatible;

    friend bool operator==(const PutFlags&, const PutFlags&) = default;
};

struct NamespaceNode {
    cim::NamespacePath path;
};
struct ClassFlagsNode {
    PutFlags flags;
};
struct InstanceFlagsNode {
    PutFlags flags;
};
struct DeleteClassNode {
    std::string class_name;
    bool must_exist = true;  // fail; nofail: go on
};
struct DeleteInstanceNode {
    std::string path;
    bool must_exist = true;
};

struct Item {
    Place place;
    std::variant<ClassNode, InstanceNode, QualifierNode, NamespaceNode, ClassFlagsNode,
                 InstanceFlagsNode, DeleteClassNode, DeleteInstanceNode>
        node;
};

// One text that took part: the file itself (index 0) and what it includes.
struct SourceFile {
    std::string name;
    std::string text;  // UTF-8
};

struct Document {
    std::deque<SourceFile> files;  // a deque: texts stay where they are while more are included
    std::vector<Item> items;       // in order, included ones in their place
    base::Diagnostics diagnostics;
    bool autorecover = false;              // #pragma autorecover was found
    std::optional<std::string> amendment;  // the locale of #pragma amendment

    bool ok() const { return !base::has_errors(diagnostics); }
    base::Position begin_of(const Place& place) const;
    base::Position end_of(const Place& place) const;
    // The diagnostic with its file's name and line, as people read it.
    std::string render(const base::Diagnostic& diagnostic) const;
};

}  // namespace openwmi::mof
