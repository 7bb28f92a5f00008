#include "wbem/class_object.h"

#include "cim/method_signature.h"
#include "com/boundary.h"
#include "com/variant.h"
#include "wbem/arguments.h"
#include "wbem/comparison.h"
#include "wbem/object.h"
#include "wbem/object_text.h"
#include "wbem/property_filter.h"
#include "wbem/qualifier_set.h"

namespace openwmi::wbem {
namespace {

// The element of an object, for as long as somebody holds its qualifier set.
class ElementOwner final : public QualifierOwner {
  public:
    ElementOwner(com::Ptr<ClassObject> object, Element element)
        : object_(std::move(object)), element_(std::move(element)) {}

    Result<cim::QualifierSet> qualifiers() const override {
        return object_->content().qualifiers(element_);
    }
    Result<> put_qualifier(cim::Qualifier qualifier) override {
        return object_->content().put_qualifier(element_, std::move(qualifier));
    }
    Result<Status> remove_qualifier(const cim::Name& name) override {
        return object_->content().remove_qualifier(element_, name);
    }

  private:
    com::Ptr<ClassObject> object_;
    Element element_;
};

com::Ptr<IWbemClassObject> object_with(std::unique_ptr<Content> content) {
    return com::make<ClassObject>(std::move(content));
}

// Each out-parameter may be null.
Result<> write(const PropertyReading& reading, VARIANT* value, CIMTYPE* type, LONG* flavor) {
    if (value) WMI_TRY(put_variant(reading.value, reading.type, value));
    if (type) *type = static_cast<CIMTYPE>(cim::cimtype_number(reading.type));
    if (flavor) *flavor = reading.flavor;
    return {};
}

Result<std::optional<cim::Type>> type_argument(CIMTYPE number) {
    if (number == CIM_EMPTY) return std::optional<cim::Type>();
    const auto type = cim::type_of_number(static_cast<std::uint32_t>(number));
    if (!type) return fail(Status::InvalidCimType, "there is no CIM type {}", number);
    return type;
}

Result<> check_is_class(const Content& content) {
    if (content.is_class()) return {};
    return fail(Status::IllegalOperation, "a class has methods, not an instance");
}

Result<const cim::Method*> find_method(const Content& content, const cim::Name& name) {
    WMI_TRY(check_is_class(content));
    if (const cim::Method* method = content.cls().find_method(name)) return method;
    return fail(Status::NotFound, "class {} has no method {}", content.name().text(), name.text());
}

Result<std::vector<cim::Name>> method_names(const Content& content, LONG flags) {
    WMI_TRY(check_is_class(content));
    if (flags != 0 && flags != WBEM_FLAG_LOCAL_ONLY && flags != WBEM_FLAG_PROPAGATED_ONLY) {
        return fail(Status::InvalidParameter, "0x{:X} selects no methods",
                    static_cast<ULONG>(flags));
    }
    std::vector<cim::Name> names;
    for (const cim::Method& method : content.cls().methods()) {
        const bool own = method.origin == content.cls().name();
        if (flags == 0 || own == (flags == WBEM_FLAG_LOCAL_ONLY)) names.push_back(method.name);
    }
    return names;
}

void clear(IWbemClassObject** in, IWbemClassObject** out) {
    if (in) *in = nullptr;
    if (out) *out = nullptr;
}

// Each out-parameter may be null; a signature without parameters is a null object.
Result<> write(const cim::Method& method, IWbemClassObject** in, IWbemClassObject** out) {
    cim::MethodSignature signature = WMI_TRY(cim::signature_of(method));
    if (in && signature.in) *in = make_object(signature.in).detach();
    if (out && signature.out) *out = make_object(signature.out).detach();
    return {};
}

// Null for a null parameter.
Result<cim::ClassPtr> signature_argument(IWbemClassObject* object) {
    if (!object) return cim::ClassPtr();
    const cim::ObjectPtr content = WMI_TRY(object_of(object));
    if (const cim::Class* cls = content->as_class()) return cim::ClassPtr(cls);
    return fail(Status::InvalidParameter, "a signature is a class, not an instance");
}

// Where a class was declared first has no name while the class has none.
Result<BSTR> origin_text(const Content& content, const cim::Name& origin) {
    if (!content.name().empty() || !(origin == content.cls().name())) {
        return new_bstr(origin.text());
    }
    return fail(Status::IncompleteClass, "the class has no name yet");
}

}  // namespace

Result<com::Ptr<IWbemQualifierSet>> ClassObject::qualifier_set(Element element) {
    WMI_TRY(content_->qualifiers(element));
    return make_qualifier_set(
        std::make_shared<ElementOwner>(com::Ptr<ClassObject>(this), std::move(element)));
}

HRESULT ClassObject::GetQualifierSet(IWbemQualifierSet** ppQualSet) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(ppQualSet));
        *ppQualSet = WMI_TRY(qualifier_set({})).detach();
        return {};
    });
}

HRESULT ClassObject::Get(LPCWSTR wszName, LONG lFlags, VARIANT* pVal, CIMTYPE* pType,
                         LONG* plFlavor) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        const cim::Name name = WMI_TRY(name_argument(wszName));
        return write(WMI_TRY(read_property(*content_, name)), pVal, pType, plFlavor);
    });
}

HRESULT ClassObject::Put(LPCWSTR wszName, LONG lFlags, VARIANT* pVal, CIMTYPE Type) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        const cim::Name name = WMI_TRY(name_argument(wszName));
        const auto type = WMI_TRY(type_argument(Type));
        return content_->put(name, pVal ? *pVal : com::Variant::null().get(), type);
    });
}

HRESULT ClassObject::Delete(LPCWSTR wszName) {
    return com::boundary(
        [&]() -> Result<Status> { return content_->remove(WMI_TRY(name_argument(wszName))); });
}

HRESULT ClassObject::GetNames(LPCWSTR wszQualifierName, LONG lFlags, VARIANT* pQualifierVal,
                              SAFEARRAY** pNames) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(pNames));
        const auto filter =
            WMI_TRY(PropertyFilter::of_flags(lFlags, wszQualifierName, pQualifierVal));
        *pNames = WMI_TRY(new_names(WMI_TRY(filter.names(*content_))));
        return {};
    });
}

HRESULT ClassObject::BeginEnumeration(LONG lEnumFlags) {
    return com::boundary([&]() -> Result<> {
        const auto filter = WMI_TRY(PropertyFilter::of_flags(lEnumFlags));
        properties_.begin(WMI_TRY(filter.names(*content_)));
        return {};
    });
}

HRESULT ClassObject::Next(LONG lFlags, BSTR* strName, VARIANT* pVal, CIMTYPE* pType,
                          LONG* plFlavor) {
    return com::boundary([&]() -> Result<Status> {
        if (strName) *strName = nullptr;
        WMI_TRY(check_reserved(lFlags));
        const cim::Name* name = WMI_TRY(properties_.next());
        if (!name) return Status::SNoMoreData;
        WMI_TRY(write(WMI_TRY(read_property(*content_, *name)), pVal, pType, plFlavor));
        if (strName) *strName = new_bstr(name->text());
        return Status::Ok;
    });
}

HRESULT ClassObject::EndEnumeration() {
    properties_.end();
    return WBEM_S_NO_ERROR;
}

HRESULT ClassObject::GetPropertyQualifierSet(LPCWSTR wszProperty, IWbemQualifierSet** ppQualSet) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(ppQualSet));
        const cim::Name name = WMI_TRY(name_argument(wszProperty));
        *ppQualSet = WMI_TRY(qualifier_set({Element::Kind::Property, name})).detach();
        return {};
    });
}

HRESULT ClassObject::Clone(IWbemClassObject** ppCopy) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(ppCopy));
        *ppCopy = object_with(content_->clone()).detach();
        return {};
    });
}

HRESULT ClassObject::GetObjectText(LONG lFlags, BSTR* pstrObjectText) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(pstrObjectText));
        const auto flavors = WMI_TRY(flavors_argument(lFlags));
        *pstrObjectText = new_bstr(object_text(*WMI_TRY(content_->snapshot()), flavors));
        return {};
    });
}

HRESULT ClassObject::SpawnDerivedClass(LONG lFlags, IWbemClassObject** ppNewClass) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(ppNewClass));
        WMI_TRY(check_reserved(lFlags));
        *ppNewClass = object_with(WMI_TRY(content_->spawn_derived_class())).detach();
        return {};
    });
}

HRESULT ClassObject::SpawnInstance(LONG lFlags, IWbemClassObject** ppNewInstance) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(ppNewInstance));
        WMI_TRY(check_reserved(lFlags));
        *ppNewInstance = object_with(WMI_TRY(content_->spawn_instance())).detach();
        return {};
    });
}

HRESULT ClassObject::CompareTo(LONG lFlags, IWbemClassObject* pCompareTo) {
    return com::boundary([&]() -> Result<Status> {
        const auto flags = WMI_TRY(comparison_flags(lFlags));
        Content& other = *WMI_TRY(own_content(pCompareTo));
        const cim::ObjectPtr a = WMI_TRY(content_->snapshot());
        const cim::ObjectPtr b = WMI_TRY(other.snapshot());
        const cim::OriginPtr source_a = content_->origin();
        const cim::OriginPtr source_b = other.origin();
        return is_same({*a, source_a.get()}, {*b, source_b.get()}, flags) ? Status::Ok
                                                                          : Status::SDifferent;
    });
}

HRESULT ClassObject::GetPropertyOrigin(LPCWSTR wszName, BSTR* pstrClassName) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(pstrClassName));
        const cim::Name name = WMI_TRY(name_argument(wszName));
        const std::size_t index = WMI_TRY(find_property(*content_, name));
        *pstrClassName =
            WMI_TRY(origin_text(*content_, content_->cls().properties()[index].origin));
        return {};
    });
}

HRESULT ClassObject::InheritsFrom(LPCWSTR strAncestor) {
    return com::boundary([&]() -> Result<Status> {
        const cim::Name ancestor = WMI_TRY(name_argument(strAncestor));
        return content_->cls().is_a(ancestor) ? Status::Ok : Status::False;
    });
}

HRESULT ClassObject::GetMethod(LPCWSTR wszName, LONG lFlags, IWbemClassObject** ppInSignature,
                               IWbemClassObject** ppOutSignature) {
    return com::boundary([&]() -> Result<> {
        clear(ppInSignature, ppOutSignature);
        WMI_TRY(check_reserved(lFlags));
        const cim::Name name = WMI_TRY(name_argument(wszName));
        return write(*WMI_TRY(find_method(*content_, name)), ppInSignature, ppOutSignature);
    });
}

HRESULT ClassObject::PutMethod(LPCWSTR wszName, LONG lFlags, IWbemClassObject* pInSignature,
                               IWbemClassObject* pOutSignature) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        const cim::Name name = WMI_TRY(name_argument(wszName));
        cim::MethodSignature signature;
        signature.in = WMI_TRY(signature_argument(pInSignature));
        signature.out = WMI_TRY(signature_argument(pOutSignature));
        return content_->put_method(WMI_TRY(cim::method_of(name, signature)));
    });
}

HRESULT ClassObject::DeleteMethod(LPCWSTR wszName) {
    return com::boundary(
        [&]() -> Result<> { return content_->remove_method(WMI_TRY(name_argument(wszName))); });
}

HRESULT ClassObject::BeginMethodEnumeration(LONG lEnumFlags) {
    return com::boundary([&]() -> Result<> {
        methods_.begin(WMI_TRY(method_names(*content_, lEnumFlags)));
        return {};
    });
}

HRESULT ClassObject::NextMethod(LONG lFlags, BSTR* pstrName, IWbemClassObject** ppInSignature,
                                IWbemClassObject** ppOutSignature) {
    return com::boundary([&]() -> Result<Status> {
        if (pstrName) *pstrName = nullptr;
        clear(ppInSignature, ppOutSignature);
        WMI_TRY(check_reserved(lFlags));
        const cim::Name* name = WMI_TRY(methods_.next());
        if (!name) return Status::SNoMoreData;
        const cim::Method* method = WMI_TRY(find_method(*content_, *name));
        WMI_TRY(write(*method, ppInSignature, ppOutSignature));
        if (pstrName) *pstrName = new_bstr(method->name.text());
        return Status::Ok;
    });
}

HRESULT ClassObject::EndMethodEnumeration() {
    methods_.end();
    return WBEM_S_NO_ERROR;
}

HRESULT ClassObject::GetMethodQualifierSet(LPCWSTR wszMethod, IWbemQualifierSet** ppQualSet) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(ppQualSet));
        const cim::Name name = WMI_TRY(name_argument(wszMethod));
        WMI_TRY(find_method(*content_, name));
        *ppQualSet = WMI_TRY(qualifier_set({Element::Kind::Method, name})).detach();
        return {};
    });
}

HRESULT ClassObject::GetMethodOrigin(LPCWSTR wszMethodName, BSTR* pstrClassName) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_out(pstrClassName));
        const cim::Name name = WMI_TRY(name_argument(wszMethodName));
        const cim::Method* method = WMI_TRY(find_method(*content_, name));
        *pstrClassName = WMI_TRY(origin_text(*content_, method->origin));
        return {};
    });
}

}  // namespace openwmi::wbem
