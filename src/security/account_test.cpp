#include "security/account.h"

#include <gtest/gtest.h>

namespace openwmi::security {
namespace {

TEST(AccountTest, isFoundByItsSidAndByItsName) {
    const auto administrators = find_account(Sid::administrators());
    ASSERT_TRUE(administrators);
    EXPECT_EQ(administrators->domain, "BUILTIN");
    EXPECT_EQ(find_sid("administrators"), Sid::administrators());
    EXPECT_EQ(find_sid("Administrators", "BUILTIN"), Sid::administrators());
    EXPECT_NE(find_sid("Administrators", "NT AUTHORITY"), Sid::administrators());
    const auto root = find_account(Sid::of_uid(0));
    ASSERT_TRUE(root);
    EXPECT_EQ(root->name, "root");
    EXPECT_EQ(find_sid("root"), Sid::of_uid(0)) << "the user comes before the group";
    const auto group = find_account(Sid::of_gid(0));
    ASSERT_TRUE(group);
    EXPECT_EQ(group->name, "root");
}

TEST(AccountTest, mayBeUnknown) {
    EXPECT_FALSE(find_sid("no such account here"));
    EXPECT_FALSE(find_account(Sid::of_uid(4000000000U)));
    EXPECT_FALSE(find_account(*Sid::parse("S-1-5-21-1-2-3-500")));
    EXPECT_FALSE(find_account(*Sid::parse("S-1-22-1-5-5")));
}

}  // namespace
}  // namespace openwmi::security
