#include "repository/catalog.h"

#include <algorithm>

#include "base/fold.h"

namespace openwmi::repository {

std::string row_key(const cim::Name& name) {
    return base::fold(name.text());
}

const cim::Class* keyed_dynasty(const cim::Class& cls) {
    if (cls.is_a("__ProviderRegistration")) return cls.keys().empty() ? nullptr : &cls;
    const cim::Class* found = nullptr;
    for (const cim::Class* at = &cls; at; at = at->superclass().get()) {
        if (!at->keys().empty() || at->is_singleton()) found = at;
    }
    return found;
}

ClassTable::ClassTable(const cim::NamespacePath& name_space) {
    for (const auto& system_class : cim::system_classes()) {
        if (cim::exists_in(system_class, name_space)) put(system_class.cls);
    }
}

cim::ClassPtr ClassTable::find_class(const cim::Name& name) const {
    const auto found = classes_.find(name);
    return found == classes_.end() ? nullptr : found->second;
}

std::vector<cim::ClassPtr> ClassTable::subclasses(const cim::Name& name) const {
    std::vector<cim::ClassPtr> result;
    const auto append = [&](const cim::Name& parent) {
        const auto children = children_.find(parent);
        if (children == children_.end()) return;
        for (const auto& child : children->second) result.push_back(classes_.at(child));
    };
    append(name);
    // It grows on the way. NOLINTNEXTLINE(modernize-loop-convert)
    for (std::size_t i = 0; i < result.size(); ++i) append(cim::Name(result[i]->name()));
    return result;
}

void ClassTable::put(cim::ClassPtr cls) {
    auto& place = classes_[cls->name()];
    const auto parent = [](const cim::Class& c) {
        return c.superclass() ? c.superclass()->name() : cim::Name();
    };
    if (!place || parent(*place) != parent(*cls)) {
        if (place) unlink(*place);
        auto& siblings = children_[parent(*cls)];
        siblings.insert(std::ranges::upper_bound(siblings, cls->name()), cls->name());
    }
    place = std::move(cls);
}

void ClassTable::remove(const cim::Name& name) {
    const auto found = classes_.find(name);
    if (found == classes_.end()) return;
    unlink(*found->second);
    classes_.erase(found);
}

void ClassTable::unlink(const cim::Class& cls) {
    const auto parent = cls.superclass() ? cls.superclass()->name() : cim::Name();
    const auto siblings = children_.find(parent);
    std::erase(siblings->second, cls.name());
    if (siblings->second.empty()) children_.erase(siblings);
}

const Namespace* Catalog::find(const cim::NamespacePath& path) const {
    const auto found = namespaces.find(path.key());
    return found == namespaces.end() ? nullptr : found->second.get();
}

Result<NamespacePtr> Catalog::get(const cim::NamespacePath& path) const {
    const auto found = namespaces.find(path.key());
    if (found == namespaces.end()) {
        return fail(Status::InvalidNamespace, "there is no namespace {}", path.text());
    }
    return found->second;
}

std::vector<NamespacePtr> Catalog::children(const cim::NamespacePath& path) const {
    std::vector<NamespacePtr> result;
    for (auto at = namespaces.upper_bound(path.key()); at != namespaces.end(); ++at) {
        if (at->second->path.parent() == path) result.push_back(at->second);
    }
    return result;
}

}  // namespace openwmi::repository
