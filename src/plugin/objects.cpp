#include "plugin/objects.h"

#include "wbem/object.h"

namespace openwmi::plugin {

Result<std::vector<cim::ObjectPtr>> objects_of(LONG count, IWbemClassObject** array) {
    if (count < 0) return fail(Status::InvalidParameter, "the number of objects is {}", count);
    if (count > 0 && !array) {
        return fail(Status::InvalidParameter, "the array of {} objects is NULL", count);
    }
    std::vector<cim::ObjectPtr> objects;
    for (LONG i = 0; i < count; ++i) {
        if (!array[i]) {
            return fail(Status::InvalidParameter, "object {} of {} is NULL", i + 1, count);
        }
        objects.push_back(WMI_TRY(wbem::object_of(array[i])));
    }
    return objects;
}

Result<std::vector<cim::InstancePtr>> instances_of(LONG count, IWbemClassObject** array) {
    std::vector<cim::InstancePtr> instances;
    for (const auto& object : WMI_TRY(objects_of(count, array))) {
        const cim::Instance* instance = object->as_instance();
        if (!instance) {
            return fail(Status::InvalidObject, "the class {} itself is no instance",
                        object->class_of().name().text());
        }
        instances.emplace_back(instance);
    }
    return instances;
}

ObjectArray::ObjectArray(std::span<const cim::ObjectPtr> objects) {
    for (const auto& object : objects) add(object);
}

ObjectArray::ObjectArray(std::span<const cim::InstancePtr> objects) {
    for (const auto& object : objects) add(object);
}

void ObjectArray::add(const cim::ObjectPtr& object) {
    objects_.push_back(wbem::make_object(object));
    pointers_.push_back(objects_.back().get());
}

}  // namespace openwmi::plugin
