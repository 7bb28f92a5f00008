#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "repository/shared.h"
#include "repository/store.h"

namespace openwmi::repository {

// A transaction's own copy of the catalog, its changes and the writer's place. Confined to one
// thread.
struct Transaction::State {
    explicit State(Shared& s);
    ~State();

    // Fails once the transaction is over or the disk has failed.
    Result<> usable() const;
    Result<NamespacePtr> get_namespace(const cim::NamespacePath& path) const {
        return catalog.get(path);
    }
    Database& database() const { return *shared.writer; }

    void record(Change change);
    // Puts a changed version of a namespace in its place.
    void replace(Namespace changed);
    // Changes the classes of a namespace. They are copied once a transaction and then changed in
    // place, so that a schema of many classes does not take the square of their number.
    void put_class(const cim::NamespacePath& ns, const cim::ClassPtr& cls);
    void remove_class(const cim::NamespacePath& ns, const cim::Name& name);
    // Takes changes of classes back, the last one first, until so many are left.
    void take_back(std::size_t left);

    Result<> insert_namespace(const cim::NamespacePath& path, const cim::InstancePtr& self);
    Result<> put_singletons(const Namespace& ns);
    Result<cim::InstancePtr> put_namespace(const cim::NamespacePath& parent,
                                           const cim::InstancePtr& instance, PutMode mode);
    // `before`: what the changed classes were, in their order; null where there was none.
    Result<> index_anew(const Namespace& ns, std::span<const cim::ClassPtr> before,
                        std::span<const cim::ClassPtr> changed) const;
    Result<bool> has_instances(const Namespace& ns, const cim::Class& cls) const;

    std::shared_ptr<ClassTable> own_table(const cim::NamespacePath& ns);

    Shared& shared;
    std::unique_lock<std::mutex> lock;
    Catalog catalog;
    // The tables of the catalog that only this transaction has, and how to take their changes back.
    struct Undo {
        std::shared_ptr<ClassTable> table;
        cim::Name name;
        cim::ClassPtr previous;  // null: there was none
    };
    std::vector<std::shared_ptr<ClassTable>> own;
    std::vector<Undo> undo;
    std::vector<Change> changes;
    std::vector<cim::LayoutHash> saved_layouts;
    bool over = false;
    bool dirty = false;  // something was written
};

}  // namespace openwmi::repository
