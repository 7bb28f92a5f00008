#include "core/catalog.h"

#include <iterator>

namespace openwmi::core {

std::shared_ptr<const cim::Schema> Catalog::schema(const cim::NamespacePath& ns) const {
    return store_.schema(ns);
}

Result<cim::InstancePtr> Catalog::find_instance(const cim::NamespacePath& ns,
                                                const cim::ObjectPath& path) const {
    return store_.get_instance(ns, path);
}

Result<std::vector<cim::InstancePtr>> Catalog::instances(const cim::NamespacePath& ns,
                                                         const cim::Name& class_name) const {
    std::vector<cim::InstancePtr> all;
    std::string next;
    do {
        auto page = WMI_TRY(store_.enumerate(ns, class_name, true, next));
        std::ranges::move(page.instances, std::back_inserter(all));
        next = std::move(page.next);
    } while (!next.empty());
    return all;
}

std::vector<cim::NamespacePath> Catalog::namespaces() const {
    return store_.namespaces();
}

bool Catalog::is_disabled(const cim::NamespacePath& ns, const cim::ObjectPath& filter) const {
    return is_set(Switch::DisabledFilter, ns, filter);
}

bool Catalog::is_observed(const cim::NamespacePath& ns, const cim::ObjectPath& binding) const {
    return is_set(Switch::ObservedBinding, ns, binding);
}

bool Catalog::is_set(Switch what, const cim::NamespacePath& ns,
                     const cim::ObjectPath& object) const {
    const auto where = Switches::name_space();
    const auto schema = store_.has_namespace(where) ? store_.schema(ns) : nullptr;
    const auto cls = schema ? schema->find_class(object.class_name) : nullptr;
    return cls && store_.get_instance(where, Switches::path_of(what, ns, *cls, object)).has_value();
}

cim::NamespacePath Switches::name_space() {
    return cim::NamespacePath::literal("root\\openwmi");
}

namespace {

const char* class_of(Switch what) {
    return what == Switch::DisabledFilter ? "OpenWMI_DisabledFilter" : "OpenWMI_ObservedBinding";
}

}  // namespace

cim::ClassDeclaration Switches::class_declaration(Switch what) {
    cim::ClassDeclaration declaration;
    declaration.name = class_of(what);
    cim::Property path;
    path.name = "Path";
    path.type = {cim::CimType::String, false};
    path.qualifiers.put({.name = "key", .type = {cim::CimType::Boolean, false}, .value = true});
    declaration.properties.push_back(std::move(path));
    return declaration;
}

cim::ObjectPath Switches::path_of(Switch what, const cim::NamespacePath& ns, const cim::Class& cls,
                                  const cim::ObjectPath& object) {
    cim::ObjectPath full = object;
    full.server.reset();
    full.name_space = ns;
    cim::ObjectPath path;
    path.class_name = class_of(what);
    auto text = full.text();
    // The ends of a binding are references, which may be written in several ways.
    const auto key = cim::instance_key(object, cls);
    if (what == Switch::ObservedBinding && key) {
        text = fmt::format("{}:{}={}", ns.text(), cls.name().text(), *key);
    }
    path.keys.push_back({"Path", std::move(text)});
    return path;
}

}  // namespace openwmi::core
