#include "cim/namespace_path.h"

#include <gtest/gtest.h>

#include "support/proves.h"

namespace openwmi::cim {
namespace {

TEST(NamespacePathTest, AcceptsEveryDocumentedSpelling) {
    for (const char* spelling : {R"(root\cimv2)", R"(\root\cimv2)", R"(root/cimv2)",
                                 R"(\\.\root\cimv2)", R"(//./root/cimv2)", R"(ROOT\CIMV2)"}) {
        const auto path = NamespacePath::parse(spelling);
        PROVES("COM-020", ASSERT_TRUE(path) << spelling);
        PROVES("COM-020", EXPECT_EQ(*path, NamespacePath::literal(R"(root\cimv2)")));
        EXPECT_EQ(path->key(), R"(root\cimv2)");
    }
}

TEST(NamespacePathTest, ReportsAnotherServerOrRefusesIt) {
    for (const char* spelling : {R"(\\server\root\cimv2)", R"(//server/root/cimv2)"}) {
        std::string server;
        const auto path = NamespacePath::parse(spelling, &server);
        PROVES("COM-020", ASSERT_TRUE(path));
        PROVES("COM-020", EXPECT_EQ(server, "server"));
        EXPECT_EQ(path->text(), R"(root\cimv2)");
        const auto refused = NamespacePath::parse(spelling);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().status, Status::InvalidNamespace);
    }
    std::string server = "before";
    ASSERT_TRUE(NamespacePath::parse(R"(\\.\root)", &server));
    EXPECT_EQ(server, "");
    ASSERT_TRUE(NamespacePath::parse(R"(\\[fe80::1%eth0]\root)", &server));
    EXPECT_EQ(server, "[fe80::1%eth0]");
}

TEST(NamespacePathTest, ResolvesUrlNotation) {
    const auto path = NamespacePath::parse("root/my%20names/100%25");
    PROVES("COM-176", ASSERT_TRUE(path));
    PROVES("COM-176", EXPECT_EQ(path->parts()[1], Name("my names")));
    EXPECT_EQ(path->last(), Name("100%"));
    EXPECT_EQ(path->text(), R"(root\my%20names\100%25)");
    EXPECT_EQ(NamespacePath::parse(path->text()), *path);
}

TEST(NamespacePathTest, RefusesWhatIsNoNamespace) {
    for (const char* wrong :
         {"", "\\", "cimv2", "root\\", "root\\\\cimv2", "\\\\.", "\\\\", "root\\my names",
          "root\\%2", "root\\%zz", "root\\a%2Fb", "root\\a%5Cb", "root\\a:b", "root\\a\"b",
          "root\\a\nb", "root\\%FF", "\\\\[::1\\root", "\\\\[::1]x\\root"}) {
        std::string server;
        const auto path = NamespacePath::parse(wrong, &server);
        ASSERT_FALSE(path) << wrong;
        EXPECT_EQ(path.error().status, Status::InvalidNamespace) << wrong;
    }
    EXPECT_TRUE(NamespacePath::parse("root\\" + std::string(8187, 'n')));
    EXPECT_FALSE(NamespacePath::parse("root\\" + std::string(8188, 'n')));
}

TEST(NamespacePathTest, KnowsItsFamily) {
    const auto root = NamespacePath::root();
    const auto cimv2 = root.child("cimv2");
    EXPECT_TRUE(root.is_root());
    EXPECT_TRUE(root.parent().empty());
    EXPECT_EQ(cimv2.parent(), root);
    EXPECT_TRUE(cimv2.is_below(root));
    EXPECT_FALSE(cimv2.is_below(cimv2));
    EXPECT_FALSE(NamespacePath::literal("root\\cimv22").is_below(cimv2));
    EXPECT_EQ(std::hash<NamespacePath>()(NamespacePath::literal("ROOT\\cimV2")),
              std::hash<NamespacePath>()(cimv2));
}

}  // namespace
}  // namespace openwmi::cim
