#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "repository/catalog.h"
#include "repository/index.h"
#include "repository/store.h"

namespace openwmi::repository {

// How the instances of one class that meet some conditions are found.
struct Lookup {
    enum class Way { Key, Index, All };
    Way way = Way::All;
    cim::Name property;  // the one that answers; empty for All
    std::string key;     // of the only instance (Key)
    IndexRange range;    // Index
};

// The narrowest way: the only key, else equality, else a range with two ends, else one with one.
Lookup plan_lookup(const cim::Class& cls, std::span<const Condition> conditions);

// Where a page ended: the class, and within it a key or a place in an index, as the way says.
struct PagePosition {
    std::string class_key;  // empty: the beginning
    std::optional<std::string> key;
    std::optional<IndexPosition> entry;

    static Result<PagePosition> parse(const std::string& text);
    std::string text() const;
};

// The rows of a page, not decoded yet. A namespace's row has no bytes: it is in the catalog.
struct RawPage {
    NamespacePtr name_space;
    std::vector<Row> rows;
    std::vector<IndexPosition> positions;  // of the rows of the last class, if its index answered
    std::vector<NamespacePtr> children;    // those that rows of __Namespace stand for
    bool more = false;
    std::string next;
};

struct PageRequest {
    const cim::NamespacePath& name_space;
    const cim::Name& class_name;
    bool deep = false;
    std::span<const Condition> conditions;
    PagePosition after;
    std::size_t limit = 0;
};
// Class after class, by their names. Fails: InvalidNamespace, InvalidClass.
Result<RawPage> collect_page(Database& database, const Catalog& catalog,
                             const PageRequest& request);

// The classes whose instances an enumeration meets, in its order. Fails: InvalidClass.
Result<std::vector<cim::ClassPtr>> stored_classes(const Namespace& ns, const cim::Name& name,
                                                  bool deep);

}  // namespace openwmi::repository
