#include "log_file/log_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <openwmi.hpp>
#include <sstream>

#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::consumers {
namespace {

namespace fs = std::filesystem;
using ::testing::UnorderedElementsAre;

std::string content_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return bytes.str();
}

class LogFiles : public ::testing::Test {
  protected:
    void append(const std::string& line, std::uint64_t maximum_bytes = 0, bool is_unicode = false) {
        LogFile({path_.string(), is_unicode, maximum_bytes}).append_line(line);
    }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder_.path())) {
            names.push_back(entry.path().filename().string());
        }
        return names;
    }
    HRESULT failure(const std::string& path) {
        try {
            LogFile({path, false, 0}).append_line("x");
        } catch (const error& e) {
            text_ = e.what();
            return e.code();
        }
        return S_OK;
    }

    support::TemporaryFolder folder_;
    fs::path path_ = folder_ / "app.log";
    std::string text_;
};

TEST_F(LogFiles, AreCreatedAndAppendedTo) {
    append("one");
    append("two \xe2\x82\xac");
    PROVES("CON-015", EXPECT_EQ(content_of(path_), "one\ntwo \xe2\x82\xac\n"));
}

TEST_F(LogFiles, OneOpenTakesManyLines) {
    LogFile file({path_.string(), false, 0});
    file.append_line("a");
    file.append_line("b");
    EXPECT_EQ(content_of(path_), "a\nb\n");
}

TEST_F(LogFiles, NewUnicodeFilesAreUtf16WithMark) {
    append("a\xf0\x9f\x98\x80", 0, true);
    append("b", 0, true);
    const std::string expected(
        "\xff\xfe"
        "a\0"
        "\x3d\xd8\x00\xde"
        "\n\0"
        "b\0"
        "\n\0",
        14);
    EXPECT_EQ(content_of(path_), expected);
}

TEST_F(LogFiles, TheEncodingOfAnExistingFileWins) {
    folder_.write("app.log", "old\n");
    append("new", 0, true);
    PROVES("CON-016", EXPECT_EQ(content_of(path_), "old\nnew\n"));

    folder_.write("app.log", std::string("\xff\xfe"
                                         "o\0",
                                         4));
    append("n", 0, false);
    PROVES("CON-016", EXPECT_EQ(content_of(path_), std::string("\xff\xfe"
                                                               "o\0"
                                                               "n\0"
                                                               "\n\0",
                                                               8)));

    folder_.write("app.log", std::string("\xfe\xff"
                                         "\0o",
                                         4));
    append("n", 0, false);
    EXPECT_EQ(content_of(path_), std::string("\xfe\xff"
                                             "\0o"
                                             "\0n"
                                             "\0\n",
                                             8));
}

TEST_F(LogFiles, ASizeBeyondTheMaximumRollsBeforeTheNextWrite) {
    append("12345678", 8);  // 9 bytes: beyond, but checked before the write
    PROVES("CON-017", EXPECT_THAT(names(), UnorderedElementsAre("app.log")));
    append("next", 8);
    PROVES("CON-017", EXPECT_THAT(names(), UnorderedElementsAre("app.log", "app.001")));
    PROVES("CON-018", EXPECT_EQ(content_of(folder_ / "app.001"), "12345678\n"));
    PROVES("CON-018", EXPECT_EQ(content_of(path_), "next\n"));
}

TEST_F(LogFiles, ZeroIsNoLimit) {
    folder_.write("app.log", std::string(100000, 'x'));
    append("y", 0);
    PROVES("CON-017", EXPECT_THAT(names(), UnorderedElementsAre("app.log")));
}

TEST_F(LogFiles, ARolledFileKeepsEncodingAndMode) {
    append("a", 2, true);
    fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write);
    append("b", 2, false);
    EXPECT_EQ(content_of(path_), std::string("\xff\xfe"
                                             "b\0"
                                             "\n\0",
                                             6));
    EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(LogFiles, WithAllBackupsTakenFail) {
    for (int number = 1; number <= 999; ++number) {
        folder_.write("app." + std::to_string(1000 + number).substr(1), "");
    }
    append("beyond", 1);
    EXPECT_THROW(append("x", 1), error);
}

TEST_F(LogFiles, SayWhyTheyCannotBeWritten) {
    PROVES("CON-015", EXPECT_EQ(failure(folder_ / "missing/app.log"), WBEM_E_NOT_FOUND));
    EXPECT_THAT(text_, ::testing::HasSubstr("missing/app.log"));
    EXPECT_EQ(failure("app.log"), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(failure(""), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(failure(folder_.path()), WBEM_E_FAILED);
    EXPECT_EQ(failure("/dev/null"), WBEM_E_INVALID_PARAMETER);

    fs::create_symlink(path_, folder_ / "link.log");
    EXPECT_EQ(failure(folder_ / "link.log"), WBEM_E_FAILED);
    EXPECT_THAT(text_, ::testing::HasSubstr("symbolic links"));
    EXPECT_FALSE(fs::exists(path_));

    ASSERT_EQ(mkfifo((folder_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(failure(folder_ / "fifo"), WBEM_E_INVALID_PARAMETER);
}

}  // namespace
}  // namespace openwmi::consumers
