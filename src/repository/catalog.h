#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "cim/schema.h"

namespace openwmi::repository {

// A name as the tables keep it.
std::string row_key(const cim::Name& name);

// The topmost class on the way up from `cls` that has keys or is a singleton: within one namespace,
// a key is unique below it (COM-052). Registrations of providers are a dynasty each, because one
// provider supplies several things. Null: the class has no keys.
const cim::Class* keyed_dynasty(const cim::Class& cls);

// The classes of one namespace, the system classes that exist there included. Changed only while
// its maker is its only owner; immutable, and so thread-safe, once it is part of a Catalog.
class ClassTable final : public cim::Schema {
  public:
    explicit ClassTable(const cim::NamespacePath& name_space);

    cim::ClassPtr find_class(const cim::Name& name) const override;
    // Superclasses before their subclasses. Of the empty name: all classes.
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override;

    void put(cim::ClassPtr cls);  // adds or replaces
    void remove(const cim::Name& name);

  private:
    void unlink(const cim::Class& cls);

    std::unordered_map<cim::Name, cim::ClassPtr> classes_;
    std::unordered_map<cim::Name, std::vector<cim::Name>> children_;  // direct; "" has the top ones
};

// A namespace at one moment. Immutable.
struct Namespace {
    std::int64_t id = 0;
    cim::NamespacePath path;
    cim::OriginPtr origin;  // of the objects in it
    std::shared_ptr<const ClassTable> classes;
    cim::InstancePtr self;  // its __Namespace instance, an object of the parent; null for root
};
using NamespacePtr = std::shared_ptr<const Namespace>;

// Everything that is held in memory, as it was after one commit. Immutable once published.
struct Catalog {
    std::map<std::string, NamespacePtr> namespaces;  // by key; a parent sorts before its children
    std::uint64_t ticket = 0;                        // the last one given out

    const Namespace* find(const cim::NamespacePath& path) const;  // null: none
    Result<NamespacePtr> get(const cim::NamespacePath& path) const;
    std::vector<NamespacePtr> children(const cim::NamespacePath& path) const;  // by key
};

}  // namespace openwmi::repository
