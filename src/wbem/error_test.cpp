#include "wbem/error.h"

#include <gtest/gtest.h>
#include <oleauto.h>

#include "support/proves.h"
#include "wbem/status_text.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

TEST(ErrorObject, IsAnExtendedStatus) {
    const HRESULT hr = extended_boundary(
        [] { return ErrorDetail{.operation = "IWbemServices::GetObject", .parameter = "Nothing"}; },
        []() -> Result<> { return fail(Status::NotFound, "no class named Nothing"); });
    EXPECT_EQ(hr, WBEM_E_NOT_FOUND);
    com::Ptr<IErrorInfo> info;
    ASSERT_EQ(GetErrorInfo(0, info.put()), S_OK);
    bstr text;
    EXPECT_EQ(info->GetDescription(text.put()), S_OK);
    EXPECT_EQ(text.utf8(), "no class named Nothing");
    const auto status = info.query<IWbemClassObject>();
    PROVES("COM-004", ASSERT_TRUE(status));
    PROVES("COM-004", EXPECT_EQ(testing::text(status.get(), L"__CLASS"), "__ExtendedStatus"));
    PROVES("SYS-131",
           EXPECT_EQ(testing::text(status.get(), L"Operation"), "IWbemServices::GetObject"));
    PROVES("SYS-131", EXPECT_EQ(testing::text(status.get(), L"ParameterInfo"), "Nothing"));
    PROVES("SYS-131",
           EXPECT_EQ(testing::text(status.get(), L"ProviderName"), "Windows Management"));
    PROVES("SYS-131",
           EXPECT_EQ(testing::text(status.get(), L"Description"), "no class named Nothing"));
    const com::Variant code = testing::get(status.get(), L"StatusCode");
    PROVES("SYS-131", EXPECT_EQ(code.get().lVal, WBEM_E_NOT_FOUND));
    EXPECT_EQ(status.query<IErrorInfo>(), info) << "one object, whichever way it is asked";
    EXPECT_EQ(status.query<IUnknown>(), info.query<IUnknown>());
    PROVES("COM-004", EXPECT_EQ(GetErrorInfo(0, info.put()), S_FALSE) << "it is given once");
}

TEST(ErrorObject, IsNotMadeForASuccess) {
    SetErrorInfo(0, nullptr);
    const auto no_detail = [] { return ErrorDetail{}; };
    EXPECT_EQ(extended_boundary(no_detail, []() -> Result<Status> { return Status::STimedOut; }),
              WBEM_S_TIMEDOUT);
    EXPECT_EQ(extended_boundary(no_detail, []() -> Result<> { return {}; }), S_OK);
    EXPECT_EQ(take_error_text(), "");
}

TEST(StatusCodeText, HasOneForEveryStatus) {
    const auto texts = make_status_code_text();
    const std::vector<std::int32_t> codes = {
#define WMI_STATUS(name, number, symbol, text) static_cast<std::int32_t>(number),
#include "base/status.inc"
#undef WMI_STATUS
    };
    for (const HRESULT code : codes) {
        bstr text;
        PROVES("DIA-035",
               EXPECT_EQ(texts->GetErrorCodeText(code, 0, 0, text.put()), WBEM_S_NO_ERROR));
        PROVES("COM-168", EXPECT_FALSE(text.empty()));
    }
}

TEST(StatusCodeText, KnowsTheFacility) {
    struct Case {
        HRESULT code;
        const char* facility;
    };
    const auto texts = make_status_code_text();
    for (const Case& c : {Case{WBEM_E_NOT_FOUND, "WMI"}, Case{WBEM_S_TIMEDOUT, "WMI"},
                          Case{WBEMESS_E_REGISTRATION_TOO_BROAD, "WMI events"},
                          Case{WBEMMOF_E_EXPECTED_SEMI, "WMI MOF compiler"},
                          Case{E_OUTOFMEMORY, "Win32"}, Case{E_NOINTERFACE, "COM"}}) {
        bstr text;
        PROVES("COM-168", EXPECT_EQ(texts->GetFacilityCodeText(
                                        c.code, 0, WBEMSTATUS_FORMAT_NO_NEWLINE, text.put()),
                                    WBEM_S_NO_ERROR));
        PROVES("COM-168", EXPECT_EQ(text.utf8(), c.facility));
    }
}

TEST(StatusCodeText, EndsTheLineUnlessToldNotTo) {
    const auto texts = make_status_code_text();
    bstr text;
    texts->GetErrorCodeText(WBEM_E_NOT_FOUND, 0, WBEMSTATUS_FORMAT_NO_NEWLINE, text.put());
    EXPECT_EQ(text.utf8(), "There is no such object.");
    texts->GetErrorCodeText(WBEM_E_NOT_FOUND, 0, WBEMSTATUS_FORMAT_NEWLINE, text.put());
    EXPECT_EQ(text.utf8(), "There is no such object.\r\n");
    EXPECT_EQ(texts->GetErrorCodeText(0x12345678, 0, 0, text.put()), WBEM_E_NOT_FOUND);
    EXPECT_EQ(texts->GetErrorCodeText(WBEM_E_NOT_FOUND, 0, 7, text.put()),
              WBEM_E_INVALID_PARAMETER);
}

}  // namespace
}  // namespace openwmi::wbem
