#pragma once

#include <cstddef>
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
#include "repository/maintenance.h"

namespace openwmi::repository {

enum class PutMode { CreateOrUpdate, UpdateOnly, CreateOnly };

// Which changes of a class that is in use are let through (COM-038, 039, OD-061, 090; the rules
// stand in class_update.h). None of them ever rewrites or deletes an instance.
enum class UpdateMode { Compatible, Safe, Force };

// What becomes of amended (localized) qualifiers (COM-047). The repository keeps them; core refuses
// or strips them before, as the caller's flags say.
enum class AmendedQualifiers { Keep, Refuse, Strip };

struct PutClassOptions {
    PutMode mode = PutMode::CreateOrUpdate;
    UpdateMode update = UpdateMode::Compatible;
    AmendedQualifiers amended = AmendedQualifiers::Keep;
};

// One committed change, with the images that intrinsic events carry (GEN-006 to 011). Numbered
// without gaps in the order of commits; several changes of one commit follow each other.
struct Change {
    enum class Kind { Created, Modified, Deleted };
    enum class What { Instance, Class, Namespace };
    Kind kind = Kind::Created;
    What what = What::Instance;
    cim::NamespacePath name_space;  // where the event belongs: for a namespace, its parent
    // An instance, a class, or for a namespace its __Namespace instance.
    cim::ObjectPtr previous;  // null when created
    cim::ObjectPtr current;   // null when deleted
    std::uint64_t ticket = 0;
};

// What an instance must say to be found. AtLeast and AtMost include the value.
struct Condition {
    enum class Kind { Equal, AtLeast, AtMost };
    cim::Name property;
    Kind kind = Kind::Equal;
    cim::Value value;
};

// Which instances are looked for: all conditions hold.
struct Search {
    cim::NamespacePath name_space;
    cim::Name class_name;
    bool deep = false;  // of subclasses, too
    std::vector<Condition> conditions;
};

class Store;

// A message that was committed together with the changes it tells of (the outbox of decision 10).
struct OutboxMessage {
    std::uint64_t id = 0;  // grows
    std::vector<std::byte> bytes;
};

// A group of changes that happen together or not at all. Holds the store's only writer place from
// begin() on; destroyed without commit, it changes nothing. Reads through it see its own changes.
// An operation that fails for a reason of its own (NotFound, AlreadyExists) changes nothing and the
// transaction goes on; once the disk fails, every further call repeats that failure. Must not
// outlive its Store. Confined to one thread.
class Transaction {
  public:
    ~Transaction();
    Transaction(Transaction&&) noexcept;
    Transaction& operator=(Transaction&&) = delete;

    // Fails: InvalidNamespace (no such parent), AlreadyExists, InvalidParameter (impossible name).
    // Also what put_instance of a __Namespace instance does (SYS-116).
    Result<> create_namespace(const cim::NamespacePath& path);
    // With all its classes, instances and children; their deletion raises no events of their own.
    // Fails: InvalidNamespace, InvalidOperation (root).
    Result<> delete_namespace(const cim::NamespacePath& path);

    // Derives the class from its stored superclass and stores it. Fails: InvalidNamespace,
    // InvalidSuperclass, CircularReference, AlreadyExists, NotFound, ClassHasChildren,
    // ClassHasInstances, CannotChangeKeyInheritance, CannotChangeIndexInheritance,
    // InvalidOperation (a system class) and what Class::derive reports. Classes below are derived
    // anew where allowed; only the class itself is a Change.
    Result<cim::ClassPtr> put_class(const cim::NamespacePath& ns, cim::ClassDeclaration declaration,
                                    PutClassOptions options = {});
    // With subclasses and their instances (COM-046); each class is a Change, subclasses first, the
    // instances are none. Fails: InvalidNamespace, NotFound, InvalidOperation for system classes
    // (SYS-003).
    Result<> delete_class(const cim::NamespacePath& ns, const cim::Name& name);

    // The instance as stored: under the namespace's class of that name as it is now, NULL string
    // keys became GUIDs (COM-051), the origin is filled in. Fails: InvalidNamespace, InvalidClass,
    // InvalidOperation (abstract or dynamic), IllegalNull, NoKey, NotFound, AlreadyExists (also
    // when another class of the hierarchy has the key, COM-052).
    Result<cim::InstancePtr> put_instance(const cim::NamespacePath& ns,
                                          const cim::Instance& instance,
                                          PutMode mode = PutMode::CreateOrUpdate);
    // As Store::get_instance; of a __Namespace instance: as delete_namespace.
    Result<> delete_instance(const cim::NamespacePath& ns, const cim::ObjectPath& path);

    // The changes so far, with the tickets they have once committed.
    std::span<const Change> changes() const;
    // Keeps a message with the changes until Store::forget: how events that are guaranteed to be
    // delivered become durable in the same instant as the change they tell of.
    Result<> post(std::span<const std::byte> message);

    Result<cim::InstancePtr> get_instance(const cim::NamespacePath& ns,
                                          const cim::ObjectPath& path) const;
    cim::ClassPtr find_class(const cim::NamespacePath& ns, const cim::Name& name) const;
    // Null: no such namespace.
    std::shared_ptr<const cim::Schema> schema(const cim::NamespacePath& ns) const;

    // Runs several steps as one: where they fail, none of them has changed anything and the
    // transaction goes on.
    Result<> attempt(const std::function<Result<>()>& steps);

    // On disk when it returns. `committed` runs under the writer's lock, after readers can see the
    // changes and before the next writer can begin, so that queues fill in ticket order: it must
    // not call out, and must not begin a transaction. On failure (disk full) nothing has changed.
    // Either way the transaction is over.
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
        bool create = true;        // make a new repository where there is none (else: NotFound)
        // Of the file. Beyond it puts fail with OutOfDiskSpace, as on a full disk.
        std::uint64_t max_bytes = std::uint64_t{4} << 30;
        std::string version = "0.1.0";       // of the program, for __CIMOMIdentification
        const base::Clock* clock = nullptr;  // null: the machine's
        std::string vfs;  // the SQLite file layer to go through; empty: the machine's files
    };
    // Refuses, untouched: a damaged file (CriticalError), one of a newer release or with keys
    // folded by another table (DatabaseVerMismatch), one of another program (InvalidObject), one
    // that another process holds open (InvalidOperation), a folder others may write to
    // (AccessDenied). The message says what to do; nothing is ever deleted or rebuilt (DIA-030). A
    // new repository has root, root\default, root\cimv2, root\subscription and the singletons of
    // the system, with their documented values.
    static Result<std::unique_ptr<Store>> open(const Options& options);
    ~Store();

    // Waits for its turn; a thread that already has a transaction must not ask for another. Where
    // the disk fails already here, the transaction's first operation says so.
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

    // The instances of a class and, when deep, of its subclasses, one page a call; no read
    // transaction outlives the call (decision 21). Class after class, within one in key order: what
    // is there from the first call to the last is met exactly once. A page ends at `limit` or at
    // about 4 MiB. Pass the last page's `next` to go on; it is empty at the end. Fails:
    // InvalidNamespace, InvalidClass, InvalidParameter (`after` is not from here).
    struct Page {
        std::vector<cim::InstancePtr> instances;
        std::string next;
    };
    Result<Page> enumerate(const cim::NamespacePath& ns, const cim::Name& class_name, bool deep,
                           const std::string& after = {}, std::size_t limit = 256) const;
    // The same for a search, through the index where one of its conditions is on the only key or on
    // an indexed property (docs/formats/repository.md says which are). It finds every instance that
    // meets the conditions as WQL compares (strings folded, numbers exactly, references with or
    // without server and namespace), and maybe others: the caller looks at what it gets. Where no
    // index serves, these are all instances of the class. Within one class in the order of the
    // property that answers; an instance whose indexed value grows meanwhile may be met twice.
    Result<Page> find(const Search& search, const std::string& after = {},
                      std::size_t limit = 256) const;
    // The property whose index (or key) answers for the class itself; empty: all are read. Fails:
    // InvalidNamespace, InvalidClass.
    Result<cim::Name> answers(const Search& search) const;
    // Of the class itself or of one below it. Fails: InvalidNamespace, InvalidClass.
    Result<bool> has_instances(const cim::NamespacePath& ns, const cim::Name& class_name) const;

    // Copies the repository as it is now into a new file, on disk when it returns; readers and
    // writers go on. Fails: AlreadyExists, OutOfDiskSpace, AccessDenied.
    Result<> backup(const std::filesystem::path& file) const;
    // The full check of maintenance.h, of what is committed now.
    Result<Verification> verify() const;
    // Drops the layouts that no block stored in here was written with; how many. Who keeps blocks
    // elsewhere keeps their layouts, too. Happens by itself at a start that finds thousands.
    Result<std::size_t> collect_layouts();

    // The messages that were posted and not yet forgotten, oldest first, `limit` of them.
    Result<std::vector<OutboxMessage>> outbox(std::size_t limit = 256) const;
    // Drops the messages up to this one: they are safe elsewhere now.
    Result<> forget(std::uint64_t up_to);

  private:
    friend class Transaction;
    struct State;
    Result<> populate(const Options& options);
    explicit Store(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace openwmi::repository
