#include "security/identity.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "support/proves.h"

namespace openwmi::security {
namespace {

TEST(SidTest, isWrittenAsItIsRead) {
    for (const char* text : {"S-1-5-18", "S-1-5-32-544", "S-1-22-1-0", "S-1-22-1-4294967295",
                             "S-1-0-0", "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15"}) {
        const auto sid = Sid::parse(text);
        ASSERT_TRUE(sid) << text;
        EXPECT_EQ(sid->text(), text);
        EXPECT_EQ(Sid::of_bytes(sid->bytes()), *sid);
    }
}

TEST(SidTest, refusesWhatIsNone) {
    for (const char* text :
         {"", "S", "S-1", "S-1-", "S-1-5", "S-1-5-", "S-2-5-18", "s-1-5-18", "S-1-5-18 ",
          "S-1--5-18", "S-1-5-4294967296", "S-1-281474976710656-1", "S-1-5-+1", "S-1-5--1",
          "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16"}) {
        EXPECT_EQ(Sid::parse(text).error().status, Status::InvalidParameter) << text;
    }
}

TEST(SidTest, refusesBytesThatAreNone) {
    const auto good = Sid::administrators().bytes();
    auto revision = good;
    revision[0] = 2;
    auto count = good;
    count[1] = 3;
    for (const std::string& bytes : {std::string(), good.substr(0, good.size() - 1), good + "x",
                                     revision, count, std::string(8, '\1')}) {
        EXPECT_FALSE(Sid::of_bytes(bytes));
    }
}

TEST(SidTest, hasTheDocumentedBytes) {
    const std::array<unsigned char, 16> administrators{1,  2, 0, 0, 0,  0, 0, 5,
                                                       32, 0, 0, 0, 32, 2, 0, 0};
    const std::array<unsigned char, 12> local_system{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
    const auto equal = [](const std::string& bytes, const auto& expected) {
        return std::ranges::equal(bytes, expected, [](char a, unsigned char b) {
            return static_cast<unsigned char>(a) == b;
        });
    };
    PROVES("SEC-020", EXPECT_TRUE(equal(Sid::administrators().bytes(), administrators)));
    PROVES("SYS-022", EXPECT_TRUE(equal(Sid::local_system().bytes(), local_system)));
}

TEST(IdentityTest, rootAndTheServiceAreAdministratorsOthersAreThemselves) {
    const auto root = Identity::of_user(0, 0, {});
    EXPECT_TRUE(root.is_administrator());
    PROVES("SEC-020", EXPECT_EQ(root.creator(), Sid::administrators()));
    EXPECT_EQ(root.user(), Sid::of_uid(0));

    const auto service = Identity::of_service();
    EXPECT_TRUE(service.is_administrator());
    EXPECT_TRUE(service.is_service());
    EXPECT_EQ(service.user(), Sid::local_system());

    const auto somebody = Identity::of_user(54321, 54321, {54322});
    EXPECT_FALSE(somebody.is_administrator());
    EXPECT_FALSE(somebody.is_service());
    EXPECT_EQ(somebody.creator(), Sid::of_uid(54321));
    EXPECT_EQ(somebody.groups(), (std::vector<Sid>{Sid::of_gid(54322), Sid::of_gid(54321)}));
    EXPECT_EQ(somebody.name(), "54321") << "no account has that number";
}

TEST(IdentityTest, membersOfSudoAndWheelAreAdministrators) {
    const struct group* sudo = ::getgrnam("sudo");
    if (!sudo) GTEST_SKIP() << "this machine has no group sudo";
    PROVES("OD-053", EXPECT_TRUE(Identity::of_user(54321, sudo->gr_gid, {}).is_administrator()));
    EXPECT_TRUE(Identity::of_user(54321, 54321, {sudo->gr_gid}).is_administrator());
}

class PeerTest : public testing::Test {
  protected:
    void TearDown() override {
        for (const int fd : ends) {
            if (fd >= 0) ::close(fd);
        }
    }
    std::array<int, 2> ends{-1, -1};
};

TEST_F(PeerTest, ofASocketPairIsThisProcess) {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const auto peer = Identity::of_peer(ends[0]);
    ASSERT_TRUE(peer) << peer.error().message;
    EXPECT_EQ(peer->uid(), ::geteuid());
    EXPECT_EQ(peer->user(), Sid::of_uid(::geteuid()));
    EXPECT_FALSE(peer->is_service()) << "only the service itself says that";
}

TEST_F(PeerTest, ofNothingIsNobody) {
    ends[0] = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(Identity::of_peer(ends[0]).error().status, Status::AccessDenied);
    ends[1] = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(Identity::of_peer(ends[1]).error().status, Status::AccessDenied);
    EXPECT_EQ(Identity::of_peer(-1).error().status, Status::AccessDenied);
}

// Another user connects; what counts is who he was then, with all his groups.
TEST_F(PeerTest, ofAnotherUserIsThatUserWithHisGroups) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
    ends[0] = ::socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto name = fmt::format("openwmi-identity-{}", ::getpid());  // abstract: no file
    std::ranges::copy(name, address.sun_path + 1);
    const auto size =
        static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + 1 + name.size());
    const auto* generic = reinterpret_cast<const struct sockaddr*>(&address);
    ASSERT_EQ(::bind(ends[0], generic, size), 0);
    ASSERT_EQ(::listen(ends[0], 1), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const std::array<gid_t, 2> groups{54322, 54323};
        if (::setgroups(groups.size(), groups.data()) != 0 || ::setgid(54321) != 0 ||
            ::setuid(54321) != 0) {
            ::_exit(1);
        }
        const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ::_exit(::connect(client, generic, size) == 0 ? 0 : 2);
    }
    ends[1] = ::accept(ends[0], nullptr, nullptr);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    const auto peer = Identity::of_peer(ends[1]);
    ASSERT_TRUE(peer) << peer.error().message;
    EXPECT_EQ(peer->uid(), 54321U);
    EXPECT_FALSE(peer->is_administrator());
    for (const gid_t group : {54321U, 54322U, 54323U}) {
        EXPECT_EQ(std::ranges::count(peer->groups(), Sid::of_gid(group)), 1) << group;
    }
}

}  // namespace
}  // namespace openwmi::security
