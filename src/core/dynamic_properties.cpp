#include "core/dynamic_properties.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace openwmi::core {

namespace {

std::optional<std::string> text(const cim::QualifierSet& qualifiers, const cim::Name& name) {
    const auto* qualifier = qualifiers.find(name);
    const auto* text = qualifier ? qualifier->value.get_if<std::string>() : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

bool is_dynamic(const cim::Class& cls, const cim::Property& property) {
    return property.qualifiers.find("PropertyContext") && !property.is_key() &&
           (cls.qualifiers().is_true("DynProps") || property.qualifiers.is_true("Dynamic"));
}

// The provider of one property, loaded, and what it declares.
struct Supplier {
    provider::PropertyProviderRegistration registration;
    provider::ProviderHandle provider;
};

// The providers of one instance's properties, each found once. Confined to one call.
class Suppliers {
  public:
    explicit Suppliers(const PropertyAccess& access) : access_(access) {}

    Result<const Supplier*> find(const cim::Class& cls, const cim::Property& property);
    Result<std::optional<cim::Value>> get(const Supplier& supplier, const cim::Instance& instance,
                                          const cim::Property& property) const;
    Result<> put(const Supplier& supplier, const cim::Instance& instance,
                 const cim::Property& property, const cim::Value& value) const;

  private:
    provider::PropertyAddress address(const cim::Instance& instance,
                                      const cim::Property& property) const {
        return {.locale = access_.client.locale,
                .class_context = text(instance.class_of().qualifiers(), "ClassContext"),
                .instance_context = text(instance.qualifiers(), "InstanceContext"),
                .property_context = text(property.qualifiers, "PropertyContext")};
    }

    const PropertyAccess& access_;
    std::map<std::string, Supplier> known_;  // by folded name
};

Result<const Supplier*> Suppliers::find(const cim::Class& cls, const cim::Property& property) {
    const auto name = text(property.qualifiers, "Provider").value_or(cls.provider());
    if (name.empty()) {
        return fail(Status::ProviderNotFound,
                    "the dynamic property {}.{} has no Provider qualifier, nor has its class",
                    cls.name().text(), property.name.text());
    }
    const auto place = known_.find(base::fold(name));
    if (place != known_.end()) return &place->second;
    auto& registry = *access_.service->registry;
    Supplier supplier{WMI_TRY(registry.property_provider(access_.name_space, name)), nullptr};
    const auto& registration = supplier.registration;
    if (registration.supports_get || registration.supports_put) {
        supplier.provider = WMI_TRY(
            registry.use(registration.provider, provider::Role::Properties, access_.client));
    }
    return &known_.emplace(base::fold(name), std::move(supplier)).first->second;
}

Result<std::optional<cim::Value>> Suppliers::get(const Supplier& supplier,
                                                 const cim::Instance& instance,
                                                 const cim::Property& property) const {
    if (!supplier.registration.supports_get) return std::nullopt;
    auto value =
        WMI_TRY(supplier.provider->get_property(address(instance, property), property.type));
    if (!value) return std::nullopt;
    return std::optional(WMI_TRY(property.admit(std::move(*value))));
}

Result<> Suppliers::put(const Supplier& supplier, const cim::Instance& instance,
                        const cim::Property& property, const cim::Value& value) const {
    if (supplier.registration.supports_put) {
        return supplier.provider->put_property(address(instance, property), value, property.type);
    }
    const auto own = WMI_TRY(get(supplier, instance, property));
    if (own == value) return {};
    return fail(Status::ProviderNotCapable,
                "the provider '{}' of {}.{} does not declare SupportsPut",
                supplier.registration.provider.name, instance.class_of().name().text(),
                property.name.text());
}

}  // namespace

bool has_dynamic_properties(const cim::Class& cls) {
    return std::ranges::any_of(cls.properties(),
                               [&](const auto& property) { return is_dynamic(cls, property); });
}

bool has_dynamic_properties(const ServiceState& service, const cim::NamespacePath& ns,
                            const cim::ClassPtr& cls, Depth depth) {
    if (has_dynamic_properties(*cls)) return true;
    const auto schema = service.store->schema(ns);
    return schema && depth == Depth::Deep &&
           std::ranges::any_of(schema->subclasses(cls->name()), [](const cim::ClassPtr& each) {
               return has_dynamic_properties(*each);
           });
}

Result<cim::InstancePtr> read_dynamic(const PropertyAccess& access, const cim::InstancePtr& stored,
                                      const std::function<bool(const cim::Property&)>& wanted) {
    const auto& cls = stored->class_of();
    if (!has_dynamic_properties(cls)) return stored;
    Suppliers suppliers(access);
    cim::InstanceBuilder whole(*stored);
    for (std::size_t i = 0; i < cls.properties().size(); ++i) {
        const auto& property = cls.properties()[i];
        if (!is_dynamic(cls, property) || (wanted && !wanted(property))) continue;
        const auto* supplier = WMI_TRY(suppliers.find(cls, property));
        auto value = WMI_TRY(suppliers.get(*supplier, *stored, property));
        if (value) WMI_TRY(whole.set(i, std::move(*value)));
    }
    return whole.build();
}

Result<cim::InstancePtr> write_dynamic(const PropertyAccess& access, const cim::InstancePtr& given,
                                       const std::function<bool(const cim::Property&)>& wanted) {
    const auto& cls = given->class_of();
    if (!has_dynamic_properties(cls)) return given;
    Suppliers suppliers(access);
    cim::InstanceBuilder rest(*given);
    for (std::size_t i = 0; i < cls.properties().size(); ++i) {
        const auto& property = cls.properties()[i];
        if (!is_dynamic(cls, property) || given->is_default(i) || given->is_null(i)) continue;
        rest.reset(i);
        if (wanted && !wanted(property)) continue;
        const auto* supplier = WMI_TRY(suppliers.find(cls, property));
        WMI_TRY(suppliers.put(*supplier, *given, property, given->get(i)));
    }
    return rest.build();
}

}  // namespace openwmi::core
