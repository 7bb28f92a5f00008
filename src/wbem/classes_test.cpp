#include "wbem/classes.h"

#include <wbemint.h>
#include <wmiutils.h>

#include "support/proves.h"
#include "wbem/test_activation.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

class ClassesTest : public testing::ActivationTest {
  protected:
    static com::Ptr<IWbemContext> clone(const com::Ptr<IWbemContext>& context) {
        com::Ptr<IWbemContext> copy;
        EXPECT_EQ(context->Clone(copy.put()), WBEM_S_NO_ERROR);
        return copy;
    }
    static REQUESTID id(const com::Ptr<IWbemContext>& context) {
        REQUESTID result{};
        EXPECT_EQ(context.query<IWbemCausalityAccess>()->GetRequestId(&result), S_OK);
        return result;
    }
    static HRESULT came_from(const com::Ptr<IWbemContext>& context, REQUESTID from) {
        return context.query<IWbemCausalityAccess>()->IsChildOf(from);
    }
};

TEST_F(ClassesTest, AContextAndStatusTextsAreCreated) {
    const auto context = create<IWbemContext>(CLSID_WbemContext);
    PROVES("COM-157",
           EXPECT_EQ(context->SetValue(L"A", 0, com::Variant("1").in()), WBEM_S_NO_ERROR));
    const auto texts = create<IWbemStatusCodeText>(CLSID_WbemStatusCodeText);
    bstr text;
    PROVES("COM-168",
           EXPECT_EQ(texts->GetErrorCodeText(WBEM_E_NOT_FOUND, 0, 0, text.put()), WBEM_S_NO_ERROR));
    EXPECT_FALSE(text.utf8().empty());
    PROVES("COM-168", EXPECT_EQ(texts->GetFacilityCodeText(WBEM_E_NOT_FOUND, 0, 0, text.put()),
                                WBEM_S_NO_ERROR));
    EXPECT_EQ(text.utf8(), "WMI\r\n");
}

TEST_F(ClassesTest, ARequestKnowsWhereItCameFrom) {
    const auto top = create<IWbemContext>(CLSID_WbemContext);
    const auto other = create<IWbemContext>(CLSID_WbemContext);
    const auto child = clone(top);
    const auto grandchild = clone(child);
    PROVES("COM-158", EXPECT_EQ(id(top), id(top)));
    PROVES("COM-158", EXPECT_NE(id(top), id(other)));
    PROVES("COM-158", EXPECT_EQ(came_from(child, id(top)), S_OK));
    PROVES("COM-158", EXPECT_EQ(came_from(grandchild, id(top)), S_OK));
    PROVES("COM-158", EXPECT_EQ(came_from(child, id(other)), WBEM_E_NOT_FOUND));
    EXPECT_EQ(came_from(top, id(child)), WBEM_E_NOT_FOUND);
    EXPECT_EQ(came_from(top, id(top)), WBEM_E_NOT_FOUND);
    EXPECT_EQ(top.query<IWbemCausalityAccess>()->GetRequestId(nullptr), WBEM_E_INVALID_PARAMETER);
}

TEST_F(ClassesTest, AllOthersAreCreated) {
    EXPECT_TRUE(create<IWbemPath>(CLSID_WbemDefPath));
    EXPECT_TRUE(create<IWbemQuery>(CLSID_WbemQuery));
    EXPECT_TRUE(create<IWbemObjectTextSrc>(CLSID_WbemObjectTextSrc));
    const auto refresher = create<IWbemRefresher>(CLSID_WbemRefresher);
    EXPECT_TRUE(refresher.query<IWbemConfigureRefresher>());
    com::Ptr<IUnknown> none;
    EXPECT_EQ(CoCreateInstance(CLSID_WbemDefPath, nullptr, CLSCTX_INPROC_SERVER,
                               __uuidof(IWbemQuery), none.put_void()),
              E_NOINTERFACE);
}

}  // namespace
}  // namespace openwmi::wbem
