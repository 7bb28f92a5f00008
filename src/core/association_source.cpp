#include "core/association_source.h"

#include "core/comparable_key.h"
#include "provider/registration.h"

namespace openwmi::core {

Result<AssociationSource> AssociationSource::resolve(const cim::NamespacePath& ns,
                                                     const cim::ObjectPath& path,
                                                     std::shared_ptr<const cim::Schema> schema) {
    const bool elsewhere = path.server && !provider::is_this_computer(*path.server);
    if (elsewhere || (path.name_space && *path.name_space != ns)) {
        return fail(Status::InvalidObjectPath,
                    "{} lies outside of {}: ask in its own namespace, queries do not leave theirs",
                    path.text(), ns.text());
    }
    auto cls = schema->find_class(path.class_name);
    if (!cls) {
        return fail(Status::InvalidClass, "there is no class {} in {}", path.class_name.text(),
                    ns.text());
    }
    // As whoever is asked about it can compare it best: in the long form, within its namespace.
    cim::ObjectPath plain = path;
    plain.server.reset();
    plain.name_space.reset();
    if (plain.keys.size() == 1 && plain.keys.front().name.empty() && cls->keys().size() == 1) {
        plain.keys.front().name = cls->properties()[cls->keys().front()].name;
    }
    std::string key;
    if (!path.is_class()) key = WMI_TRY(comparable_key(path, *cls, ns, *schema));
    return AssociationSource(ns, std::move(plain), std::move(cls), std::move(schema),
                             std::move(key));
}

bool AssociationSource::is(const cim::ObjectPath& reference) const {
    if (reference.server && !provider::is_this_computer(*reference.server)) return false;
    if (reference.name_space && *reference.name_space != name_space_) return false;
    if (reference.is_class() || key_.empty()) {
        return reference.is_class() && key_.empty() && reference.class_name == path_.class_name;
    }
    const auto cls = schema_->find_class(reference.class_name);
    if (!cls || !(cls->is_a(cls_->name()) || cls_->is_a(cls->name()))) return false;
    const auto key = comparable_key(reference, *cls, name_space_, *schema_);
    return key && *key == key_;
}

}  // namespace openwmi::core
