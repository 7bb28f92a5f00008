#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "cim/schema.h"

namespace openwmi::repository {

enum class PutMode { CreateOrUpdate, UpdateOnly, CreateOnly };

// What happens to subclasses and instances when a class changes (COM-038, 039, OD-061, 090).
enum class UpdateMode { Compatible, Safe, Force };

struct PutClassOptions {
    PutMode mode = PutMode::CreateOrUpdate;
    UpdateMode update = UpdateMode::Compatible;
};

// One committed change, with the images that intrinsic events carry (GEN-006 to 011). Numbered
// without gaps in the order of commits; several changes of one commit follow each other.
struct Change {
    enum class Kind { Created, Modified, Deleted };
    enum class What { Instance, Class, Namespace };
    Kind kind = Kind::Created;
    What what = What::Instance;
    cim::NamespacePath name_space;  // where the event belongs: for a namespace, its parent
    cim::ObjectPtr previous;        // null when created
    cim::ObjectPtr current;         // null when deleted
    std::uint64_t ticket = 0;
};

class Store;

// A group of changes that happen together or not at all. Holds the store's only writer place from
// begin() on; destroyed without commit, it changes nothing. Reads through it see its own changes.
// Confined to one thread.
class Transaction {
  public:
    ~Transaction();
    Transaction(Transaction&&) noexcept;
    Transaction& operator=(Transaction&&) = delete;

    // Fails: InvalidNamespace (no such parent), AlreadyExists. Also what Put of a __Namespace
    // instance does (SYS-116).
    Result<> create_namespace(const cim::NamespacePath& path);
    // With all its classes, instances and children; their deletion raises no events of their own.
    Result<> delete_namespace(const cim::NamespacePath& path);

    // Derives the class from its stored superclass and stores it. Fails: InvalidSuperclass,
    // AlreadyExists, NotFound, ClassHasChildren, ClassHasInstances and what Class::derive reports.
    // Classes below are re-derived where allowed.
    Result<cim::ClassPtr> put_class(const cim::NamespacePath& ns, cim::ClassDeclaration declaration,
                                    PutClassOptions options = {});
    // With subclasses and their instances (COM-046). Fails: NotFound, InvalidOperation for system
    // classes (SYS-003).
    Result<> delete_class(const cim::NamespacePath& ns, const cim::Name& name);

    // The instance as stored: NULL string keys became GUIDs (COM-051), the origin is filled in.
    // Fails: InvalidClass (not the namespace's class of that name), InvalidOperation (abstract),
    // IllegalNull, NoKey, AlreadyExists, NotFound.
    Result<cim::InstancePtr> put_instance(const cim::NamespacePath& ns,
                                          const cim::Instance& instance,
                                          PutMode mode = PutMode::CreateOrUpdate);
    Result<> delete_instance(const cim::NamespacePath& ns, const cim::ObjectPath& path);

    Result<cim::InstancePtr> get_instance(const cim::NamespacePath& ns,
                                          const cim::ObjectPath& path) const;
    cim::ClassPtr find_class(const cim::NamespacePath& ns, const cim::Name& name) const;

    // On disk when it returns. `committed` runs under the writer's lock, before the next writer can
    // begin, so that queues fill in ticket order: it must not call out. On failure (disk full)
    // nothing has changed.
    Result<> commit(const std::function<void(std::span<const Change>)>& committed = {});

  private:
    friend class Store;
    struct State;
    explicit Transaction(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Everything that survives a restart: namespaces, classes, stored instances, on SQLite (WAL,
// synchronous=FULL). All classes are held in memory; instances are read when asked for. A stored
// object has a server and namespace (its origin). Thread-safe: many readers, one writer.
class Store {
  public:
    struct Options {
        std::filesystem::path
            folder;  // of the files; empty: in memory, for tests and the embedded mode
        std::string server = ".";  // __SERVER of stored objects
        bool create = true;        // make a new repository where there is none
    };
    // Refuses, untouched: a damaged file (CriticalError), one of a newer release or of another
    // program (MarshalVersionMismatch, InvalidObject), one that another process holds open
    // (InvalidOperation). The message says what to do. A new repository has root, root\default,
    // root\cimv2, root\subscription and the root singletons.
    static Result<std::unique_ptr<Store>> open(Options options);
    ~Store();

    // Waits for its turn.
    Transaction begin();

    bool has_namespace(const cim::NamespacePath& path) const;
    Result<std::vector<cim::NamespacePath>> children(const cim::NamespacePath& path) const;
    std::vector<cim::NamespacePath> namespaces() const;  // all, parents first

    // The classes of a namespace as they are now, system classes included. Null: no such namespace.
    std::shared_ptr<const cim::Schema> schema(const cim::NamespacePath& ns) const;

    // Fails: InvalidNamespace, InvalidClass, InvalidObjectPath, NotFound. A path to a class's
    // instance also finds an instance of a subclass.
    Result<cim::InstancePtr> get_instance(const cim::NamespacePath& ns,
                                          const cim::ObjectPath& path) const;

    // The instances of a class and, when deep, of its subclasses, in key order, one page a call; no
    // read transaction outlives the call (decision 21). Pass the last page's `next` to go on; it is
    // empty at the end.
    struct Page {
        std::vector<cim::InstancePtr> instances;
        std::string next;
    };
    Result<Page> enumerate(const cim::NamespacePath& ns, const cim::Name& class_name, bool deep,
                           const std::string& after = {}, std::size_t limit = 256) const;
    bool has_instances(const cim::NamespacePath& ns, const cim::Name& class_name) const;

  private:
    friend class Transaction;
    struct State;
    explicit Store(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace openwmi::repository
