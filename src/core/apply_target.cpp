#include "core/apply_target.h"

#include "base/fold.h"
#include "core/line_diff.h"
#include "mof/writer.h"

namespace openwmi::core {
namespace {

std::string class_path(const cim::NamespacePath& name_space, const cim::Name& name) {
    return name_space.text() + ":" + name.text();
}

std::string instance_path(const cim::NamespacePath& name_space, const cim::ObjectPath& path) {
    return name_space.text() + ":" + path.relative_text();
}

// The instance as it would be stored: who made it is the service's to say.
Result<cim::InstancePtr> as_stored(const cim::InstancePtr& wanted, const cim::InstancePtr& stored) {
    const auto creator = wanted->class_of().find_property("CreatorSID");
    const bool unsaid = creator && (wanted->is_null(*creator) || wanted->is_default(*creator));
    if (!stored || !unsaid) return wanted;
    cim::InstanceBuilder builder(*wanted);
    WMI_TRY(builder.set(*creator, stored->get(*creator)));
    return builder.build();
}

bool same(const cim::Instance& a, const cim::Instance& b) {
    if (a.class_of().name() != b.class_of().name()) return false;
    if (!(a.qualifiers() == b.qualifiers())) return false;
    for (std::size_t i = 0; i < a.class_of().properties().size(); ++i) {
        if (!(a.get(i) == b.get(i))) return false;
    }
    return true;
}

}  // namespace

void ApplyTarget::see(std::string_view path) {
    seen_.insert(base::fold(path));
}

void ApplyTarget::record(AppliedChange::What what, std::string path, std::string_view before,
                         std::string_view after) {
    changes_.push_back({what, std::move(path), line_diff(before, after)});
}

Result<bool> ApplyTarget::namespace_exists(const cim::NamespacePath& name_space) {
    if (namespaces_.contains(name_space)) return true;
    return inner_.namespace_exists(name_space);
}

Result<cim::ClassPtr> ApplyTarget::find_class(const cim::NamespacePath& name_space,
                                              const cim::Name& name) {
    if (const auto classes = classes_.find(name_space); classes != classes_.end()) {
        const auto found = classes->second.find(name);
        if (found != classes->second.end()) return found->second;
    }
    if (namespaces_.contains(name_space)) return cim::find_system_class(name);
    return inner_.find_class(name_space, name);
}

Result<> ApplyTarget::put_class(const cim::NamespacePath& name_space,
                                const cim::ClassDeclaration& declaration, mof::PutFlags flags) {
    const auto existing = WMI_TRY(find_class(name_space, declaration.name));
    cim::ClassPtr superclass;
    if (!declaration.superclass.empty()) {
        superclass = WMI_TRY(find_class(name_space, declaration.superclass));
    }
    const auto wanted = WMI_TRY(cim::Class::derive(declaration, std::move(superclass)));
    auto path = class_path(name_space, declaration.name);
    see(path);
    if (existing && existing->declaration() == wanted->declaration()) {
        ++unchanged_;
        return {};
    }
    if (dry_run_) {
        classes_[name_space][declaration.name] = wanted;
    } else {
        WMI_TRY(inner_.put_class(name_space, declaration, flags));
    }
    record(existing ? AppliedChange::What::Changed : AppliedChange::What::Created, std::move(path),
           existing ? mof::write(*existing) : "", mof::write(*wanted));
    return {};
}

Result<cim::InstancePtr> ApplyTarget::find_instance(const cim::NamespacePath& name_space,
                                                    const cim::ObjectPath& path) {
    const auto kept = instances_.find(base::fold(instance_path(name_space, path)));
    if (kept != instances_.end()) return kept->second;
    if (namespaces_.contains(name_space)) return cim::InstancePtr();
    const auto session =
        name_space == session_->name_space() ? session_ : WMI_TRY(session_->open(name_space));
    const auto found =
        wait_for(executor_, [&](SinkPtr sink) { session->get_object(path, std::move(sink)); });
    if (!found) {
        const auto status = found.error().status;
        if (status == Status::NotFound || status == Status::InvalidClass) return cim::InstancePtr();
        return fail(found.error());
    }
    if (found->objects.empty() || !found->objects.front()->as_instance()) {
        return cim::InstancePtr();
    }
    return cim::InstancePtr(found->objects.front()->as_instance());
}

Result<cim::ObjectPath> ApplyTarget::put_instance(const cim::NamespacePath& name_space,
                                                  const cim::InstancePtr& instance,
                                                  mof::PutFlags flags) {
    const auto path = instance->path();
    if (!path) {
        return fail(path.error().status,
                    "{}: without its key an object is a new one each time it is applied",
                    path.error().message);
    }
    const auto existing = WMI_TRY(find_instance(name_space, *path));
    const auto wanted = WMI_TRY(as_stored(instance, existing));
    auto text = instance_path(name_space, *path);
    see(text);
    if (existing && same(*existing, *wanted)) {
        ++unchanged_;
        return *path;
    }
    auto stored = *path;
    if (!dry_run_) {
        stored = WMI_TRY(inner_.put_instance(name_space, instance, flags));
    } else {
        instances_[base::fold(text)] = wanted;
        const auto name = wanted->find("Name").value_or(cim::Value());
        const auto* child = name.get_if<std::string>();
        if (instance->class_of().name() == "__Namespace" && child && !existing) {
            namespaces_.insert(name_space.child(*child));
        }
    }
    record(existing ? AppliedChange::What::Changed : AppliedChange::What::Created, std::move(text),
           existing ? mof::write(*existing) : "", mof::write(*wanted));
    return stored;
}

Result<> ApplyTarget::delete_class(const cim::NamespacePath& name_space, const cim::Name& name) {
    const auto existing = WMI_TRY(find_class(name_space, name));
    if (!existing) return fail(Status::NotFound, "there is no class {}", name.text());
    if (!dry_run_) WMI_TRY(inner_.delete_class(name_space, name));
    record(AppliedChange::What::Deleted, class_path(name_space, name), mof::write(*existing), "");
    return {};
}

Result<> ApplyTarget::delete_instance(const cim::NamespacePath& name_space,
                                      const cim::ObjectPath& path) {
    const auto existing = WMI_TRY(find_instance(name_space, path));
    if (!existing) return fail(Status::NotFound, "there is no {}", path.relative_text());
    if (!dry_run_) WMI_TRY(inner_.delete_instance(name_space, path));
    record(AppliedChange::What::Deleted, instance_path(name_space, path), mof::write(*existing),
           "");
    return {};
}

Result<> ApplyTarget::prune(const cim::ObjectPath& path) {
    const auto name_space = path.name_space.value_or(cim::NamespacePath::root());
    if (!WMI_TRY(namespace_exists(name_space))) return {};
    auto relative = path;
    relative.server.reset();
    relative.name_space.reset();
    auto gone = path.is_class() ? delete_class(name_space, path.class_name)
                                : delete_instance(name_space, relative);
    if (!gone && gone.error().status == Status::NotFound) return {};
    return gone;
}

}  // namespace openwmi::core
