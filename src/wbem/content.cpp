#include "wbem/content.h"

#include <algorithm>

#include "cim/system_property.h"
#include "wbem/class_content.h"
#include "wbem/instance_content.h"
#include "wbem/property_filter.h"

namespace openwmi::wbem {

std::unique_ptr<Content> content_of(const cim::ObjectPtr& object, cim::OriginPtr origin) {
    if (const cim::Class* cls = object->as_class()) {
        return ClassContent::stored(cim::ClassPtr(cls), std::move(origin));
    }
    cim::InstancePtr instance(object->as_instance());
    if (origin && !instance->origin()) instance = instance->with_origin(std::move(origin));
    return std::make_unique<InstanceContent>(std::move(instance));
}

Result<PropertyReading> read_property(const Content& content, const cim::Name& name) {
    const cim::Class& cls = content.cls();
    if (const auto index = cls.find_property(name)) {
        const cim::Property& property = cls.properties()[*index];
        return PropertyReading{content.property(*index), property.type, flavor_of(cls, property)};
    }
    const auto system =
        std::ranges::find(cim::system_properties(), name, &cim::SystemProperty::name);
    if (system == cim::system_properties().end()) {
        return fail(Status::NotFound, "class {} has no property {}", content.name().text(),
                    name.text());
    }
    return PropertyReading{content.system_property(name), system->type, WBEM_FLAVOR_ORIGIN_SYSTEM};
}

bool is_system_property(const cim::Name& name) {
    if (!name.text().starts_with("__")) return false;
    return std::ranges::find(cim::system_properties(), name, &cim::SystemProperty::name) !=
           cim::system_properties().end();
}

Result<std::size_t> find_property(const Content& content, const cim::Name& name) {
    if (is_system_property(name)) {
        return fail(Status::SystemProperty, "{} is a system property", name.text());
    }
    const auto index = content.cls().find_property(name);
    if (!index) {
        return fail(Status::NotFound, "class {} has no property {}", content.name().text(),
                    name.text());
    }
    return *index;
}

}  // namespace openwmi::wbem
