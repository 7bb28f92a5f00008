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

    Result<> insert_namespace(const cim::NamespacePath& path, const cim::InstancePtr& self);
    Result<> put_singletons(const Namespace& ns);
    Result<cim::InstancePtr> put_namespace(const cim::NamespacePath& parent,
                                           const cim::InstancePtr& instance, PutMode mode);
    Result<> index_anew(const Namespace& before, const Namespace& after,
                        std::span<const cim::ClassPtr> changed) const;
    Result<bool> has_instances(const Namespace& ns, const cim::Class& cls) const;

    Shared& shared;
    std::unique_lock<std::mutex> lock;
    Catalog catalog;
    std::vector<Change> changes;
    std::vector<cim::LayoutHash> saved_layouts;
    bool over = false;
    bool dirty = false;  // something was written
};

}  // namespace openwmi::repository
