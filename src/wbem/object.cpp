#include "wbem/object.h"

#include "base/check.h"
#include "wbem/class_content.h"
#include "wbem/class_object.h"

namespace openwmi::wbem {

com::Ptr<IWbemClassObject> make_object(const cim::ObjectPtr& object, cim::OriginPtr origin) {
    WMI_CHECK(object, "an object is needed");
    return com::make<ClassObject>(content_of(object, std::move(origin)));
}

com::Ptr<IWbemClassObject> make_empty_class(cim::OriginPtr origin) {
    auto content = ClassContent::create(nullptr, std::move(origin));
    WMI_CHECK(content.has_value(), "a class without anything in it can be derived");
    return com::make<ClassObject>(*std::move(content));
}

Result<Content*> own_content(IWbemClassObject* object) {
    if (!object) return fail(Status::InvalidParameter, "the object is null");
    const auto ours = com::Ptr<IUnknown>(object).query<IContentAccess>();
    if (ours) return &ours->content();
    return fail(Status::InvalidObject,
                "the object is an implementation of IWbemClassObject from elsewhere; spawn or "
                "clone one that the service made");
}

Result<cim::ObjectPtr> object_of(IWbemClassObject* object) {
    return WMI_TRY(own_content(object))->snapshot();
}

Result<cim::ClassDeclaration> declaration_of(IWbemClassObject* object) {
    const cim::ObjectPtr content = WMI_TRY(object_of(object));
    if (const cim::Class* cls = content->as_class()) return cls->declaration();
    return fail(Status::InvalidParameter, "an instance of {} is no class definition",
                content->class_of().name().text());
}

}  // namespace openwmi::wbem
