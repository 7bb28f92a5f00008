#include "server/log.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "base/simulated_executor.h"
#include "server/notify.h"
#include "support/temporary_folder.h"

namespace openwmi::server {
namespace {

TEST(Log, WritesOneLineAnOccurrence) {
    const base::SimulatedExecutor executor(1);
    const Log log(executor.clock(), Level::Info);
    EXPECT_EQ(log.line(Level::Warning, "http", "refused a peer",
                       {{"uid", "1000"}, {"path", "a \"b\"\nc\\d\x1b"}, {"empty", ""}}),
              "time=2026-01-01T00:00:00.000000Z level=warning room=http msg=\"refused a peer\" "
              "uid=1000 path=\"a \\\"b\\\"\\nc\\\\d\\x1b\" empty=\"\"");
}

TEST(Notify, TellsSystemd) {
    const support::TemporaryFolder folder;
    const auto path = folder / "notify";
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.string().size());
    ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    notify("READY=1");
    ::unsetenv("NOTIFY_SOCKET");
    std::array<char, 64> text{};
    EXPECT_EQ(::recv(socket, text.data(), text.size(), MSG_DONTWAIT), 7);
    EXPECT_STREQ(text.data(), "READY=1");
    notify("nobody is told");
    ::close(socket);
}

}  // namespace
}  // namespace openwmi::server
