#include "wbem/object_text_source.h"

#include <openwmi_extensions.h>
#include <wbemcli.h>

#include "support/proves.h"
#include "wbem/context.h"
#include "wbem/test_activation.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

constexpr ULONG cim_dtd = WMI_OBJ_TEXT_CIM_DTD_2_0;
constexpr ULONG wmi_dtd = WMI_OBJ_TEXT_WMI_DTD_2_0;

class ObjectTextSourceTest : public testing::ActivationTest {
  protected:
    std::string text(const com::Ptr<IWbemClassObject>& object, ULONG format) {
        bstr result;
        EXPECT_EQ(source()->GetText(0, object.get(), format, nullptr, result.put()),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        return result.utf8();
    }
    com::Ptr<IWbemClassObject> object(const std::string& text, ULONG format,
                                      const com::Ptr<IWbemContext>& context = nullptr) {
        com::Ptr<IWbemClassObject> result;
        EXPECT_EQ(source()->CreateFromText(0, bstr(std::string_view(text)).get(), format,
                                           context.get(), result.put()),
                  WBEM_S_NO_ERROR)
            << text << ": " << take_error_text();
        return result;
    }
    static com::Ptr<IWbemObjectTextSrc> source() {
        return create<IWbemObjectTextSrc>(CLSID_WbemObjectTextSrc);
    }
    static com::Ptr<IWbemClassObject> disk() {
        const auto result = testing::spawn(testing::disk());
        testing::put(result.get(), L"Id", com::Variant("C: <&>"));
        testing::put(result.get(), L"Size", com::Variant("-9000000000"));
        testing::put(result.get(), L"Parent", com::Variant("Device.Id=\"x\""));
        const auto inner = testing::spawn(testing::device());
        testing::put(inner.get(), L"Id", com::Variant("inner"));
        testing::put(result.get(), L"Inner", com::Variant(inner));
        return result;
    }
    static void expect_same(const com::Ptr<IWbemClassObject>& a,
                            const com::Ptr<IWbemClassObject>& b) {
        ASSERT_TRUE(b);
        EXPECT_TRUE(cim::same_content(*object_of(a.get()).value(), *object_of(b.get()).value()));
    }
    static com::Ptr<IWbemContext> knowing(const cim::ClassPtr& cls) {
        auto context = make_context();
        EXPECT_EQ(context->SetValue(L"Class", 0, com::Variant(make_object(cls)).in()),
                  WBEM_S_NO_ERROR);
        return context;
    }
};

TEST_F(ObjectTextSourceTest, WritesAnInstanceInEveryFormatAndReadsItBack) {
    const auto instance = disk();
    for (const ULONG format : {cim_dtd, wmi_dtd}) {
        const auto back = object(text(instance, format), format);
        PROVES("COM-167", expect_same(instance, back));
        EXPECT_EQ(testing::text(back.get(), L"__RELPATH"), "Disk.Id=\"C: <&>\"");
    }
    for (const ULONG format : {ULONG{OPENWMI_OBJ_TEXT_JSON}, ULONG{OPENWMI_OBJ_TEXT_MOF}}) {
        const auto back = object(text(instance, format), format, knowing(testing::disk()));
        PROVES("COM-167", expect_same(instance, back));
    }
}

TEST_F(ObjectTextSourceTest, WritesAClassInEveryFormatAndReadsItBack) {
    const auto cls = make_object(testing::disk());
    for (const ULONG format : {cim_dtd, wmi_dtd}) {
        const auto back = object(text(cls, format), format);
        PROVES("COM-167",
               EXPECT_EQ(declaration_of(back.get()).value(), declaration_of(cls.get()).value()));
    }
    const auto context = knowing(testing::device());
    for (const ULONG format : {ULONG{OPENWMI_OBJ_TEXT_JSON}, ULONG{OPENWMI_OBJ_TEXT_MOF}}) {
        PROVES("COM-167", expect_same(cls, object(text(cls, format), format, context)));
    }
}

TEST_F(ObjectTextSourceTest, TheDialectsDiffer) {
    const auto instance = disk();
    EXPECT_NE(text(instance, cim_dtd).find("EmbeddedObject=\"object\""), std::string::npos);
    EXPECT_EQ(text(instance, cim_dtd).find("___SYSTEM"), std::string::npos);
    EXPECT_NE(text(instance, wmi_dtd).find("<VALUE.OBJECT>"), std::string::npos);
    EXPECT_NE(text(instance, wmi_dtd).find("___SYSTEM"), std::string::npos);
}

TEST_F(ObjectTextSourceTest, MofBringsItsOwnClasses) {
    const auto made = object(
        "class Lamp { [key] string Name; uint8 Watt; };\ninstance of Lamp { Name = \"a\"; Watt = "
        "7; };",
        OPENWMI_OBJ_TEXT_MOF);
    ASSERT_TRUE(made);
    EXPECT_EQ(testing::text(made.get(), L"__PATH"), "NULL");
    EXPECT_EQ(testing::text(made.get(), L"__RELPATH"), "Lamp.Name=\"a\"");
    EXPECT_EQ(testing::text(made.get(), L"Watt"), "7");
}

TEST_F(ObjectTextSourceTest, RefusesOtherFormats) {
    const auto instance = disk();
    bstr text;
    com::Ptr<IWbemClassObject> object;
    for (ULONG reserved = WMI_OBJ_TEXT_WMI_EXT1; reserved <= WMI_OBJ_TEXT_WMI_EXT10; ++reserved) {
        PROVES("COM-167",
               EXPECT_EQ(source()->GetText(0, instance.get(), reserved, nullptr, text.put()),
                         WBEM_E_NOT_SUPPORTED));
        EXPECT_EQ(source()->CreateFromText(0, nullptr, reserved, nullptr, object.put()),
                  WBEM_E_NOT_SUPPORTED);
    }
    for (const ULONG none : {0U, 13U, 0x10000U}) {
        EXPECT_EQ(source()->GetText(0, instance.get(), none, nullptr, text.put()),
                  WBEM_E_INVALID_PARAMETER);
    }
    EXPECT_EQ(source()->GetText(1, instance.get(), cim_dtd, nullptr, text.put()),
              WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(source()->GetText(0, nullptr, cim_dtd, nullptr, text.put()),
              WBEM_E_INVALID_PARAMETER);
}

TEST_F(ObjectTextSourceTest, RefusesBadText) {
    const auto refused = [&](const char* text, ULONG format) {
        com::Ptr<IWbemClassObject> object;
        const HRESULT hr = source()->CreateFromText(0, bstr(std::string_view(text)).get(), format,
                                                    nullptr, object.put());
        EXPECT_FALSE(object);
        return hr;
    };
    EXPECT_EQ(refused("<INSTANCE CLASSNAME=", wmi_dtd), WBEM_E_INVALID_SYNTAX);
    EXPECT_EQ(refused("", cim_dtd), WBEM_E_INVALID_SYNTAX);
    EXPECT_EQ(refused("{", OPENWMI_OBJ_TEXT_JSON), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(refused("{\"__CLASS\": \"Nobody\"}", OPENWMI_OBJ_TEXT_JSON), WBEM_E_INVALID_CLASS);
    EXPECT_EQ(refused("instance of Nobody {};", OPENWMI_OBJ_TEXT_MOF), WBEM_E_INVALID_CLASS);
    EXPECT_TRUE(FAILED(refused("class {", OPENWMI_OBJ_TEXT_MOF)));
    EXPECT_EQ(refused("// nothing", OPENWMI_OBJ_TEXT_MOF), WBEM_E_INVALID_PARAMETER);
}

}  // namespace
}  // namespace openwmi::wbem
