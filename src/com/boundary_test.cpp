#include "com/boundary.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "com/guid.h"

namespace openwmi::com {
namespace {

TEST(Boundary, success_is_s_ok_or_the_code_that_it_has) {
    EXPECT_EQ(boundary([]() -> base::Result<> { return {}; }), S_OK);
    EXPECT_EQ(boundary([]() -> base::Result<Status> { return Status::STimedOut; }),
              WBEM_S_TIMEDOUT);
    EXPECT_EQ(take_error_text(), "");
}

TEST(Boundary, an_error_becomes_its_hresult_and_the_error_object_of_the_thread) {
    EXPECT_EQ(boundary([]() -> base::Result<> {
                  return fail(Status::NotFound, "no class named {}", "X");
              }),
              WBEM_E_NOT_FOUND);
    std::thread([] { EXPECT_EQ(take_error_text(), "") << "another thread has its own"; }).join();
    EXPECT_EQ(take_error_text(), "no class named X");
    EXPECT_EQ(take_error_text(), "") << "taking it leaves none";
}

TEST(Boundary, no_exception_leaves_it) {
    EXPECT_EQ(boundary([]() -> base::Result<> { throw std::bad_alloc(); }), WBEM_E_OUT_OF_MEMORY);
    EXPECT_EQ(boundary([]() -> base::Result<> { throw std::runtime_error("broken"); }),
              WBEM_E_FAILED);
    EXPECT_EQ(take_error_text(), "broken");
    EXPECT_EQ(
        boundary([]() -> base::Result<> { throw openwmi::error(WBEM_E_NOT_AVAILABLE, "gone"); }),
        WBEM_E_NOT_AVAILABLE);
    EXPECT_EQ(boundary([]() -> base::Result<> { throw 1; }), WBEM_E_FAILED);
}

TEST(Boundary, a_failed_call_keeps_the_text_of_the_callee) {
    openwmi_report_error(WBEM_E_INVALID_QUERY, "parser", "a word is missing");
    EXPECT_EQ(to_result(WBEM_E_INVALID_QUERY, "the query").error(),
              (base::Error{Status::InvalidQuery, "the query: a word is missing"}));
    EXPECT_EQ(to_result(E_ABORT, "the call").error().status, static_cast<Status>(E_ABORT));
    EXPECT_EQ(*to_result(WBEM_S_FALSE, "the call"), Status::False);
}

TEST(ErrorInfo, holds_what_was_set) {
    com_ptr<ICreateErrorInfo> created;
    ASSERT_EQ(CreateErrorInfo(created.put()), S_OK);
    created->SetSource(bstr("source").get());
    created->SetDescription(bstr("description").get());
    created->SetHelpContext(7);
    created->SetGUID(IID_IWbemServices);
    const com_ptr<IErrorInfo> info = created.query<IErrorInfo>();
    ASSERT_TRUE(info);
    EXPECT_EQ(SetErrorInfo(0, info.get()), S_OK);
    EXPECT_EQ(SetErrorInfo(1, info.get()), E_INVALIDARG);

    com_ptr<IErrorInfo> taken;
    ASSERT_EQ(GetErrorInfo(0, taken.put()), S_OK);
    EXPECT_EQ(taken, info);
    bstr source;
    bstr help_file;
    GUID guid = {};
    DWORD help_context = 0;
    EXPECT_EQ(taken->GetSource(source.put()), S_OK);
    EXPECT_EQ(taken->GetHelpFile(help_file.put()), S_OK);
    EXPECT_EQ(taken->GetGUID(&guid), S_OK);
    EXPECT_EQ(taken->GetHelpContext(&help_context), S_OK);
    EXPECT_EQ(source.utf8(), "source");
    EXPECT_EQ(help_file.get(), nullptr);
    EXPECT_TRUE(guid == IID_IWbemServices);
    EXPECT_EQ(help_context, 7u);
    EXPECT_EQ(GetErrorInfo(0, taken.put()), S_FALSE);
}

TEST(Guid, text_and_back) {
    LPOLESTR text = nullptr;
    ASSERT_EQ(StringFromCLSID(CLSID_WbemLocator, &text), S_OK);
    EXPECT_STREQ(text, L"{4590F811-1D3A-11D0-891F-00AA004B2E24}");
    CLSID clsid = {};
    EXPECT_EQ(CLSIDFromString(text, &clsid), S_OK);
    EXPECT_TRUE(clsid == CLSID_WbemLocator);
    CoTaskMemFree(text);

    wchar_t small[38] = {};
    EXPECT_EQ(StringFromGUID2(clsid, small, 38), 0);
    EXPECT_TRUE(to_guid(to_base(clsid)) == clsid);

    GUID first = {};
    GUID second = {};
    EXPECT_EQ(CoCreateGuid(&first), S_OK);
    EXPECT_EQ(CoCreateGuid(&second), S_OK);
    EXPECT_TRUE(first != second);
}

TEST(Guid, malformed_text_is_refused) {
    for (const wchar_t* text :
         {L"", L"4590F811-1D3A-11D0-891F-00AA004B2E24", L"{4590F811-1D3A-11D0-891F-00AA004B2E24",
          L"{4590F811-1D3A-11D0-891F-00AA004B2E24}x", L"{4590F811-1D3A-11D0-891F-00AA004B2E2G}",
          L"{}"}) {
        GUID guid = IID_IUnknown;
        EXPECT_EQ(CLSIDFromString(text, &guid), CO_E_CLASSSTRING);
        EXPECT_EQ(IIDFromString(text, &guid), CO_E_IIDSTRING);
        EXPECT_TRUE(guid == GUID_NULL);
    }
}

}  // namespace
}  // namespace openwmi::com
