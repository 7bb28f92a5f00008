#include "http/exchange.h"

#include <gtest/gtest.h>

#include "http/client.h"

namespace openwmi::http {
namespace {

Request request() {
    return {security::Identity::of_service(), "GET", {}, {}, {}};
}

TEST(Target, IsReadAsItIsWritten) {
    const std::string path = "root\\cimv2:X.Name=\"a&b=c %+\"";
    auto read = request();
    ASSERT_TRUE(
        read_target(Target("/v1/object").with("path", path).with("namespace", "Ä").text(), read));
    EXPECT_EQ(read.path, "/v1/object");
    EXPECT_EQ(read.parameters["path"], path);
    EXPECT_EQ(read.parameters["namespace"], "Ä");
}

TEST(Target, WithNonsenseIsRefused) {
    for (const char* text : {"/%", "/%4", "/%zz", "/?a=%ff", "/%-1"}) {
        auto read = request();
        const auto result = read_target(text, read);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().status, Status::InvalidParameter) << text;
    }
}

TEST(Target, MayLackNamesAndValues) {
    auto read = request();
    ASSERT_TRUE(read_target("/x?&a&=b&c=&&d=1=2", read));
    EXPECT_EQ(read.parameters,
              (std::map<std::string, std::string>{{"", "b"}, {"a", ""}, {"c", ""}, {"d", "1=2"}}));
}

TEST(ErrorJson, NamesNumberAndSentence) {
    EXPECT_EQ(error_json({Status::NotFound, "no \"x\""}),
              R"({"status":"WBEM_E_NOT_FOUND","code":2147749890,"message":"no \"x\""})");
}

}  // namespace
}  // namespace openwmi::http
