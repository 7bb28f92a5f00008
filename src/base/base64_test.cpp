#include "base/base64.h"

#include <gtest/gtest.h>

namespace openwmi::base {
namespace {

TEST(Base64, IsThatOfTheRfc) {
    const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : rows) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
}

TEST(Base64, CarriesEveryByte) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    for (std::size_t size = 250; size <= 256; ++size) {
        EXPECT_EQ(from_base64(to_base64(bytes.substr(0, size))), bytes.substr(0, size));
    }
}

TEST(Base64, RefusesWhatIsNone) {
    for (const char* text :
         {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm 9", "Zm-9", "Zg==Zg=="}) {
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace openwmi::base
