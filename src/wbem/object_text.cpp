#include "wbem/object_text.h"

#include "cim/class.h"
#include "cim/instance.h"
#include "mof/writer.h"

namespace openwmi::wbem {
namespace {

cim::QualifierSet without_flavors(const cim::QualifierSet& qualifiers) {
    cim::QualifierSet plain;
    for (cim::Qualifier qualifier : qualifiers.all()) {
        qualifier.flavor = {};
        plain.put(std::move(qualifier));
    }
    return plain;
}

cim::InstanceQualifiers without_flavors(cim::InstanceQualifiers qualifiers) {
    qualifiers.own = without_flavors(qualifiers.own);
    for (auto& each : qualifiers.properties) each.qualifiers = without_flavors(each.qualifiers);
    return qualifiers;
}

cim::ClassDeclaration without_flavors(cim::ClassDeclaration declaration) {
    declaration.qualifiers = without_flavors(declaration.qualifiers);
    for (auto& property : declaration.properties) {
        property.qualifiers = without_flavors(property.qualifiers);
    }
    for (auto& method : declaration.methods) {
        method.qualifiers = without_flavors(method.qualifiers);
        for (auto& parameter : method.parameters) {
            parameter.qualifiers = without_flavors(parameter.qualifiers);
        }
    }
    return declaration;
}

}  // namespace

Result<Flavors> flavors_argument(LONG flags) {
    if (flags == 0) return Flavors::Written;
    if (flags == WBEM_FLAG_NO_FLAVORS) return Flavors::LeftOut;
    return fail(Status::InvalidParameter, "0x{:X} is no flag of GetObjectText",
                static_cast<ULONG>(flags));
}

std::string object_text(const cim::Object& object, Flavors flavors) {
    if (flavors == Flavors::Written) return mof::write(object);
    if (const cim::Class* cls = object.as_class()) {
        return mof::write(without_flavors(cls->declaration()));
    }
    const cim::Instance& instance = *object.as_instance();
    return mof::write(*instance.with_qualifiers(without_flavors(instance.all_qualifiers())));
}

}  // namespace openwmi::wbem
