#include "repository/instance_rules.h"

#include "base/guid.h"

namespace openwmi::repository {
namespace {

// WBEM_LIMITS: WBEM_MAX_PATH.
constexpr std::size_t max_namespace_bytes = 0x2000;

Result<> check_class(const cim::Class& cls) {
    const auto& name = cls.name().text();
    if (cls.is_abstract()) {
        return fail(Status::InvalidOperation, "class {} is abstract: it has no instances", name);
    }
    if (cls.is_dynamic() && !cls.is_a("__EventConsumer")) {  // OD-087
        return fail(Status::InvalidOperation,
                    "class {} is dynamic: its provider '{}' keeps its instances", name,
                    cls.provider());
    }
    if (cls.keys().empty() && !cls.is_singleton()) {
        return fail(Status::NoKey, "class {} has no key, so its instances cannot be stored", name);
    }
    return {};
}

}  // namespace

bool is_namespace_class(const cim::Class& cls) {
    return cls.name() == "__Namespace";
}

Result<cim::InstancePtr> storable(const cim::Instance& instance, const cim::ClassPtr& cls,
                                  const Namespace& name_space) {
    WMI_TRY(check_class(*cls));
    cim::InstanceBuilder builder = instance.class_ptr() == cls
                                       ? cim::InstanceBuilder(instance)
                                       : cim::InstanceBuilder(*cim::upgrade(instance, cls));
    builder.set_origin(name_space.origin);
    const auto properties = cls->properties();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const auto& property = properties[i];
        if (!property.not_null() || !builder.get(i).is_null()) continue;
        const bool fillable =
            property.is_key() && property.type == cim::Type{cim::CimType::String, false};
        if (!fillable) {
            return fail(Status::IllegalNull, "{}.{} must have a value", cls->name().text(),
                        property.name.text());
        }
        WMI_TRY(builder.set(i, base::Guid::random().text()));
    }
    return builder.build();
}

Result<Place> place_of(const cim::Instance& instance, const Namespace& name_space) {
    const auto& cls = instance.class_of();
    auto key = WMI_TRY(instance.key());
    return Place{name_space.id, row_key(keyed_dynasty(cls)->name()), std::move(key)};
}

Result<Target> resolve(const Catalog& catalog, const cim::NamespacePath& name_space,
                       const cim::ObjectPath& path) {
    if (path.name_space && *path.name_space != name_space) {
        return fail(Status::InvalidNamespace, "the path {} does not lead into {}", path.text(),
                    name_space.text());
    }
    Target target{WMI_TRY(catalog.get(name_space)), nullptr, {}};
    if (path.class_name.empty() || path.is_class()) {
        return fail(Status::InvalidObjectPath, "'{}' is no path to an instance", path.text());
    }
    target.cls = target.name_space->classes->find_class(path.class_name);
    if (!target.cls) {
        return fail(Status::InvalidClass, "there is no class {} in {}", path.class_name.text(),
                    name_space.text());
    }
    auto key = WMI_TRY(cim::instance_key(path, *target.cls));
    const auto* dynasty = keyed_dynasty(*target.cls);
    if (!dynasty) {
        return fail(Status::InvalidObjectPath, "class {} has no key", target.cls->name().text());
    }
    target.place = {target.name_space->id, row_key(dynasty->name()), std::move(key)};
    return target;
}

bool matches(const Row& row, const Target& target) {
    if (row.class_key == row_key(target.cls->name())) return true;
    const auto cls = target.name_space->classes->find_class(row.class_key);
    return cls && cls->is_a(target.cls->name());
}

tl::unexpected<Error> no_instance(const cim::NamespacePath& ns, const cim::ObjectPath& path) {
    return fail(Status::NotFound, "there is no instance {} in {}", path.relative_text(), ns.text());
}

Result<cim::NamespacePath> child_path(const cim::NamespacePath& parent, const std::string& name) {
    const auto path = cim::NamespacePath::parse(parent.text() + "\\" + name);
    if (!path || path->parts().size() != parent.parts().size() + 1 || path->last() != name ||
        path->text().size() > max_namespace_bytes) {
        return fail(Status::InvalidParameter, "'{}' cannot be the name of a namespace", name);
    }
    return *path;
}

Result<cim::NamespacePath> child_path(const cim::NamespacePath& parent,
                                      const cim::ObjectPath& path) {
    const auto* name = path.keys.size() == 1 ? path.keys[0].value.get_if<std::string>() : nullptr;
    if (!name) {
        return fail(Status::InvalidObjectPath, "'{}' names no namespace", path.relative_text());
    }
    return child_path(parent, *name);
}

}  // namespace openwmi::repository
