#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "log/delivery_log.h"
#include "support/temporary_folder.h"

namespace openwmi::log {
namespace {

class FolderTest : public testing::Test {
  protected:
    support::TemporaryFolder temporary;
    const std::filesystem::path path = temporary / "log";
};

TEST_F(FolderTest, aLogLivesInAFolder) {
    const std::byte payload[] = {std::byte{1}, std::byte{2}};
    for (std::uint64_t round = 1; round <= 3; ++round) {
        const auto files = open_folder(path).value();
        const auto log = DeliveryLog::open({.files = files.get(), .segment_bytes = 65536}).value();
        const Entry entry{LaneId{1}, payload};
        EXPECT_EQ(log->append({&entry, 1})->front(), Sequence{round});
        EXPECT_EQ(log->read(LaneId{1}, Sequence{0}, 10)->size(), round);
        EXPECT_TRUE(log->save_cursors());
    }
    const auto mode = std::filesystem::status(path).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

TEST_F(FolderTest, belongsToOneAtATime) {
    const auto first = open_folder(path);
    ASSERT_TRUE(first);
    EXPECT_EQ(open_folder(path).error().status, Status::InvalidOperation);
}

TEST_F(FolderTest, aFullDiskIsSaidBeforeAnythingIsWritten) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit{10'000, 10'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto files = open_folder(path).value();
        const auto created = files->create("spare-1", 65536);
        const bool refused = !created && created.error().status == Status::OutOfDiskSpace;
        ::_exit(refused && files->list()->empty() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace openwmi::log
