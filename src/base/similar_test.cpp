#include "base/similar.h"

#include <gtest/gtest.h>

namespace openwmi::base {
namespace {

TEST(Similar, FindsWhatWasMeant) {
    const std::vector<std::string> known = {"DiskLow", "ProcessStarts", "SshFail"};
    EXPECT_EQ(similar("disklwo", known), std::vector<std::string>{"DiskLow"});
    EXPECT_EQ(similar("process", known), std::vector<std::string>{"ProcessStarts"});
    EXPECT_TRUE(similar("xyz", known).empty());
}

}  // namespace
}  // namespace openwmi::base
