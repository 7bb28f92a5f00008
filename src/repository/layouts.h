#pragma once

#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cim/codec.h"
#include "cim/instance.h"
#include "cim/layout.h"
#include "cim/schema.h"
#include "repository/catalog.h"
#include "repository/sqlite.h"

namespace openwmi::repository {

// An instance as it is stored: without its origin, which is where it stands.
std::vector<std::byte> bytes_of(const cim::Instance& instance);

// The layouts that stored blocks were written with, the embedded objects' included: what makes old
// blocks readable after their class has changed or gone. Thread-safe.
class Layouts {
  public:
    // Fails with CriticalError where one cannot be read.
    Result<> load(Database& database);

    cim::LayoutPtr find(const cim::LayoutHash& hash) const;  // null: not known
    // The class as its newest layout remembers it: for objects embedded in others whose own class
    // was deleted or lives in another namespace. Null: no layout has this name.
    cim::ClassPtr remembered_class(const cim::Name& name, const cim::Schema& schema) const;

    // Stores the layouts of an object and all it embeds, within the caller's transaction, and
    // appends the hashes that are new on disk to `saved`.
    Result<> save(Database& database, const cim::Object& object,
                  std::vector<cim::LayoutHash>& saved);
    // The transaction committed: these need not be stored again.
    void confirm(std::span<const cim::LayoutHash> saved);

    void add(const cim::LayoutPtr& layout);  // one that was read elsewhere
    // Those on disk that are not among `used`; and: they are not on disk any more.
    std::vector<cim::LayoutHash> stored_without(const std::set<cim::LayoutHash>& used) const;
    void forget_stored(std::span<const cim::LayoutHash> hashes);
    std::size_t count() const;

    // Reads a stored block as an instance of the classes of `name_space`.
    Result<cim::InstancePtr> decode(std::span<const std::byte> bytes, const ClassTable& classes,
                                    cim::OriginPtr origin) const;
    // Refers to both; for many objects, mostly of one class. Confined to one thread.
    cim::Resolver resolver(const cim::Schema& schema) const;

  private:
    struct Entry {
        cim::LayoutPtr layout;
        bool stored = false;
    };
    void remember(const cim::LayoutPtr& layout, bool stored);  // needs the lock
    Result<> save(Database& database, const cim::LayoutPtr& layout,
                  std::vector<cim::LayoutHash>& saved);

    mutable std::mutex mutex_;
    std::map<cim::LayoutHash, Entry> by_hash_;
    std::unordered_map<cim::Name, cim::LayoutPtr> newest_;
};

}  // namespace openwmi::repository
