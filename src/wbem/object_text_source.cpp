#include "wbem/object_text_source.h"

#include <openwmi_extensions.h>

#include <vector>

#include "cim/schema.h"
#include "com/boundary.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "com/safearray.h"
#include "com/variant.h"
#include "json/json.h"
#include "mof/writer.h"
#include "wbem/arguments.h"
#include "wbem/known_classes.h"
#include "wbem/object.h"
#include "xml/xml.h"

namespace openwmi::wbem {
namespace {

tl::unexpected<Error> no_format(ULONG format) {
    const bool reserved = format >= WMI_OBJ_TEXT_WMI_EXT1 && format <= WMI_OBJ_TEXT_WMI_EXT10;
    return fail(reserved ? Status::NotSupported : Status::InvalidParameter,
                "{} is {} format of object texts", format,
                reserved ? "a reserved, undefined" : "no");
}

Result<std::string> text_of(const cim::Object& object, ULONG format) {
    switch (format) {
        case WMI_OBJ_TEXT_CIM_DTD_2_0: return xml::write(object, xml::Dialect::Cim);
        case WMI_OBJ_TEXT_WMI_DTD_2_0: return xml::write(object, xml::Dialect::Wmi);
        case OPENWMI_OBJ_TEXT_JSON: return json::write(object);
        case OPENWMI_OBJ_TEXT_MOF: return mof::write(object);
        default: return no_format(format);
    }
}

// A class says "__GENUS": 1; what says nothing is an instance.
Result<cim::ObjectPtr> read_json(std::string_view text, const KnownClasses& classes) {
    auto instance = json::read_instance(text, classes);
    if (instance) return cim::ObjectPtr(*std::move(instance));
    if (text.find("\"__GENUS\"") == text.npos) return tl::unexpected(std::move(instance.error()));
    return cim::ObjectPtr(WMI_TRY(json::read_class(text, classes)));
}

Result<cim::ObjectPtr> object_in(std::string_view text, ULONG format, IWbemContext* context) {
    switch (format) {
        case WMI_OBJ_TEXT_CIM_DTD_2_0:
        case WMI_OBJ_TEXT_WMI_DTD_2_0: return xml::read(text);
        case OPENWMI_OBJ_TEXT_JSON: return read_json(text, WMI_TRY(KnownClasses::of(context)));
        case OPENWMI_OBJ_TEXT_MOF: return read_mof(text, WMI_TRY(KnownClasses::of(context)));
        default: return no_format(format);
    }
}

class ObjectTextSource final : public com::Implements<IWbemObjectTextSrc> {
  public:
    HRESULT STDMETHODCALLTYPE GetText(LONG lFlags, IWbemClassObject* pObj, ULONG uObjTextFormat,
                                      IWbemContext*, BSTR* strText) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_out(strText));
            WMI_TRY(check_reserved(lFlags));
            const cim::ObjectPtr object = WMI_TRY(object_of(pObj));
            *strText = new_bstr(WMI_TRY(text_of(*object, uObjTextFormat)));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE CreateFromText(LONG lFlags, BSTR strText, ULONG uObjTextFormat,
                                             IWbemContext* pCtx,
                                             IWbemClassObject** pNewObj) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_out(pNewObj));
            WMI_TRY(check_reserved(lFlags));
            const std::string text = com::to_utf8(strText);
            *pNewObj = make_object(WMI_TRY(object_in(text, uObjTextFormat, pCtx))).detach();
            return {};
        });
    }
};

}  // namespace

com::Ptr<IWbemObjectTextSrc> make_object_text_source() {
    return com::make<ObjectTextSource>();
}

}  // namespace openwmi::wbem
