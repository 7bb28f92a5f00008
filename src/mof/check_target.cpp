#include "mof/check_target.h"

#include "base/guid.h"
#include "cim/schema.h"

namespace openwmi::mof {

Result<bool> CheckTarget::namespace_exists(const cim::NamespacePath&) {
    return true;
}

Result<cim::ClassPtr> CheckTarget::find_class(const cim::NamespacePath& name_space,
                                              const cim::Name& name) {
    const auto classes = classes_.find(name_space);
    if (classes != classes_.end()) {
        const auto found = classes->second.find(name);
        if (found != classes->second.end()) return found->second;
    }
    return cim::find_system_class(name);
}

Result<> CheckTarget::put_class(const cim::NamespacePath& name_space,
                                const cim::ClassDeclaration& declaration, PutFlags) {
    cim::ClassPtr superclass;
    if (!declaration.superclass.empty()) {
        superclass = WMI_TRY(find_class(name_space, declaration.superclass));
    }
    classes_[name_space][declaration.name] =
        WMI_TRY(cim::Class::derive(declaration, std::move(superclass)));
    return {};
}

// Keys that are NULL: a string gets a GUID as a repository gives it, others are refused (OD-060).
Result<cim::ObjectPath> CheckTarget::put_instance(const cim::NamespacePath&,
                                                  const cim::InstancePtr& instance, PutFlags) {
    const cim::Class& cls = instance->class_of();
    if (cls.is_abstract()) {
        return fail(Status::InvalidOperation, "class {} is abstract and has no instances",
                    cls.name().text());
    }
    if (cls.keys().empty() && !cls.is_singleton()) {
        return cim::ObjectPath::of_class(cls.name());  // a repository may know more
    }
    cim::InstanceBuilder builder(*instance);
    for (const std::size_t key : cls.keys()) {
        const cim::Property& property = cls.properties()[key];
        const bool text = property.type == cim::Type{cim::CimType::String, false};
        if (text && builder.get(key).is_null()) {
            WMI_TRY(builder.set(key, base::Guid::random().text()));
        }
    }
    return builder.build()->path();
}

Result<> CheckTarget::delete_class(const cim::NamespacePath& name_space, const cim::Name& name) {
    classes_[name_space].erase(name);
    return {};
}

Result<> CheckTarget::delete_instance(const cim::NamespacePath&, const cim::ObjectPath&) {
    return {};
}

}  // namespace openwmi::mof
