#include "core/namespace_security.h"

#include <utility>
#include <vector>

#include "core/changes.h"

namespace openwmi::core {
namespace {

using security::Ace;
using security::SecurityDescriptor;

constexpr const char* holder_class = "__thisNAMESPACE";
constexpr const char* holder_property = "SECURITY_DESCRIPTOR";

SecurityDescriptor default_for(const cim::NamespacePath& ns) {
    auto descriptor = security::default_for_root();
    if (!ns.is_root()) descriptor.dacl = std::vector<Ace>();
    return descriptor;
}

// What is stored with the namespace itself.
Result<SecurityDescriptor> own_descriptor(const repository::Store& store,
                                          const cim::NamespacePath& ns) {
    cim::ObjectPath path;
    path.class_name = holder_class;
    path.singleton = true;
    const auto holder = store.get_instance(ns, path);
    if (!holder && holder.error().status == Status::NotFound) return default_for(ns);
    if (!holder) return fail(holder.error());
    const auto value = (*holder)->find(holder_property).value_or(cim::Value());
    const auto* stored = value.get_if<cim::Unsigneds>();
    if (!stored) return default_for(ns);
    std::string bytes;
    for (const auto byte : *stored) bytes.push_back(static_cast<char>(byte));
    auto descriptor = WMI_TRY(SecurityDescriptor::of_bytes(bytes));
    WMI_TRY(security::check_for_namespace(descriptor));
    return descriptor;
}

}  // namespace

Result<SecurityDescriptor> namespace_descriptor(const repository::Store& store,
                                                const cim::NamespacePath& ns) {
    auto descriptor = WMI_TRY(own_descriptor(store, ns));
    if (ns.is_root()) return descriptor;
    const auto above = WMI_TRY(namespace_descriptor(store, ns.parent()));
    for (auto& ace : security::inherited_by_child(*above.dacl)) {
        descriptor.dacl->push_back(std::move(ace));
    }
    return descriptor;
}

Result<> store_namespace_descriptor(ServiceState& service, const cim::NamespacePath& ns,
                                    SecurityDescriptor descriptor) {
    std::erase_if(*descriptor.dacl, [](const Ace& ace) { return ace.flags & Ace::Inherited; });
    cim::Unsigneds bytes;
    for (const char byte : descriptor.bytes()) bytes.push_back(static_cast<unsigned char>(byte));
    WMI_TRY(commit_changes(service, [&](repository::Transaction& transaction) -> Result<> {
        cim::InstanceBuilder builder(transaction.find_class(ns, holder_class));
        WMI_TRY(builder.set(holder_property, cim::Value(std::move(bytes))));
        WMI_TRY(transaction.put_instance(ns, *builder.build()));
        return {};
    }));
    if (service.observer) {
        service.observer->on_state(
            ns.text() + ":__SystemSecurity=@", "stored",
            "the security descriptor is kept, but not enforced in this release: root and the user "
            "of the service have every right, others none");
    }
    return {};
}

}  // namespace openwmi::core
