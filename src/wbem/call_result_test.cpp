#include "wbem/call_result.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "support/proves.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using namespace std::chrono_literals;

class CallResultTest : public ::testing::Test {
  protected:
    base::SimulatedExecutor executor_{1};
    std::shared_ptr<PendingCall> call_ = std::make_shared<PendingCall>(
        executor_, ErrorDetail{.operation = "IWbemServices::GetObject"});
    com::Ptr<IWbemCallResult> result_ = make_call_result(call_);
    LONG status_ = -1;
};

TEST_F(CallResultTest, SaysWhenTheCallIsOver) {
    PROVES("COM-087", EXPECT_EQ(result_->GetCallStatus(WBEM_NO_WAIT, &status_), WBEM_S_TIMEDOUT));
    PROVES("COM-087", EXPECT_EQ(result_->GetCallStatus(100, &status_), WBEM_S_TIMEDOUT));
    executor_.post_after(1s, [&] { call_->complete(CallOutcome{}); });
    PROVES("COM-087", EXPECT_EQ(result_->GetCallStatus(WBEM_INFINITE, &status_), WBEM_S_NO_ERROR));
    PROVES("COM-087", EXPECT_EQ(status_, WBEM_S_NO_ERROR));
    EXPECT_EQ(result_->GetCallStatus(0, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(result_->GetCallStatus(-2, &status_), WBEM_E_INVALID_PARAMETER);
}

TEST_F(CallResultTest, GivesTheObject) {
    com::Ptr<IWbemClassObject> object;
    PROVES("COM-088", EXPECT_EQ(result_->GetResultObject(0, object.put()), WBEM_S_TIMEDOUT));
    call_->complete(CallOutcome{.object = make_object(testing::device())});
    PROVES("COM-088", EXPECT_EQ(result_->GetResultObject(0, object.put()), WBEM_S_NO_ERROR));
    PROVES("COM-088", EXPECT_EQ(testing::text(object.get(), L"__CLASS"), "Device"));
    bstr text;
    EXPECT_EQ(result_->GetResultString(0, text.put()), WBEM_E_INVALID_OPERATION);
    com::Ptr<IWbemServices> services;
    EXPECT_EQ(result_->GetResultServices(0, services.put()), WBEM_E_INVALID_OPERATION);
}

TEST_F(CallResultTest, GivesTheString) {
    call_->complete(CallOutcome{.text = "Device.Id=\"a\""});
    bstr text;
    PROVES("COM-088", EXPECT_EQ(result_->GetResultString(0, text.put()), WBEM_S_NO_ERROR));
    PROVES("COM-088", EXPECT_EQ(text.utf8(), "Device.Id=\"a\""));
}

TEST_F(CallResultTest, GivesTheFailure) {
    call_->complete(fail(Status::NotFound, "no such device"));
    call_->complete(CallOutcome{});
    PROVES("COM-087", EXPECT_EQ(result_->GetCallStatus(0, &status_), WBEM_S_NO_ERROR));
    PROVES("COM-087", EXPECT_EQ(status_, WBEM_E_NOT_FOUND));
    com::Ptr<IWbemClassObject> object;
    EXPECT_EQ(result_->GetResultObject(0, object.put()), WBEM_E_NOT_FOUND);
    EXPECT_EQ(object.get(), nullptr);
    EXPECT_EQ(take_error_text(), "no such device");
}

}  // namespace
}  // namespace openwmi::wbem
