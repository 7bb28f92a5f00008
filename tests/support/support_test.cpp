#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::support {
namespace {

std::string content(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

// Subjects of the tests below, which run them in a process of their own.
TEST(ProvesSubject, DISABLED_Pass) {
    PROVES("AAA-001", EXPECT_EQ(std::string("a\"b"), "a\"b"));
}
TEST(ProvesSubject, DISABLED_Fail) {
    PROVES("AAA-002", EXPECT_EQ(1, 2) << "as it should");
    PROVES("AAA-003", EXPECT_EQ(1, 1));
}
TEST(ProvesSubject, DISABLED_FailFatally) {
    PROVES("AAA-004", ASSERT_EQ(1, 2));
}
TEST(ProvesSubject, DISABLED_Skip) {
    PROVES("AAA-005", GTEST_SKIP());
}

std::string rows_of(const std::string& subject) {
    const TemporaryFolder folder;
    const std::string self = std::filesystem::read_symlink("/proc/self/exe");
    const std::string command = "OPENWMI_ROWS='" + (folder / "rows").string() + "' '" + self +
                                "' --gtest_also_run_disabled_tests --gtest_filter=ProvesSubject." +
                                subject + " >/dev/null 2>&1";
    EXPECT_NE(std::system(command.c_str()), -1);
    return content(folder / "rows");
}

TEST(Proves, RecordsTheRowTheCheckAndTheResult) {
    const std::string rows = rows_of("DISABLED_Pass");
    EXPECT_TRUE(rows.starts_with(R"({"row":"AAA-001","check":"EXPECT_EQ(std::string(\"a\\\"b\"))"))
        << rows;
    EXPECT_NE(rows.find(R"("file":"tests/support/support_test.cpp","line":)"), std::string::npos);
    EXPECT_TRUE(rows.ends_with(",\"result\":\"pass\"}\n")) << rows;
}

TEST(Proves, AFailureIsRecordedForItsOwnCheckOnly) {
    const std::string rows = rows_of("DISABLED_Fail");
    const std::size_t second = rows.find('\n') + 1;
    EXPECT_TRUE(rows.substr(0, second).ends_with("\"result\":\"fail\"}\n")) << rows;
    EXPECT_TRUE(rows.substr(second).ends_with("\"result\":\"pass\"}\n")) << rows;
    EXPECT_TRUE(rows_of("DISABLED_FailFatally").ends_with("\"result\":\"fail\"}\n"));
    EXPECT_EQ(rows_of("DISABLED_Skip"), "");
}

TEST(TemporaryFolder, IsGoneWithItsContent) {
    std::filesystem::path path;
    {
        const TemporaryFolder folder;
        path = folder.path();
        EXPECT_EQ(content(folder.write("deep/down/file", "text")), "text");
        EXPECT_TRUE(std::filesystem::exists(folder / "deep/down/file"));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace openwmi::support
