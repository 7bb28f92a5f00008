#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <future>
#include <mutex>
#include <thread>

#include "base/thread_executor.h"
#include "http/client.h"
#include "support/temporary_folder.h"

namespace openwmi::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// A connection without manners: sends bytes, reads until the other side hangs up.
class RawClient {
  public:
    explicit RawClient(const std::filesystem::path& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.string().size());
        EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    }
    ~RawClient() { ::close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void send(std::string_view text) const {
        // It may hang up in the middle.
        (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    }
    void end() const { ::shutdown(socket_, SHUT_WR); }
    std::string read_until(std::string_view end) {
        while (end.empty() || text_.find(end) == std::string::npos) {
            std::array<char, 4096> bytes{};
            const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
            if (got <= 0) break;
            text_.append(bytes.data(), static_cast<std::size_t>(got));
        }
        return text_;
    }
    std::string read_all() { return read_until({}); }

  private:
    int socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::string text_;
};

class ServerTest : public testing::Test {
  protected:
    void start(Server::Limits limits = {}) {
        auto started = Server::start(
            {.socket = path,
             .requests = &requests,
             .notice =
                 [this](std::string_view text) {
                     const std::lock_guard lock(mutex);
                     notices += std::string(text) + "\n";
                 },
             .limits = limits},
            [this](const Request& request, const ReplyPtr& reply) { handle(request, reply); });
        ASSERT_TRUE(started) << to_text(started.error());
        server = std::move(*started);
    }
    void handle(const Request& request, const ReplyPtr& reply) {
        if (request.path == "/echo") {
            reply->send(200, "\"" + request.method + " " + request.body + "\"");
        } else if (request.path == "/stream") {
            const auto outbox = std::make_shared<Outbox>();
            outbox->on_close([gate = closed] { gate->open(); });
            reply->stream(outbox);
            outbox->offer("1");
            outbox->offer("2");
            if (request.parameters.contains("end")) outbox->finish();
            const std::lock_guard lock(mutex);
            last_outbox = outbox;
        } else if (request.path == "/keep") {
            const std::lock_guard lock(mutex);
            kept = reply;
            arrived->open();
        }
    }
    Result<std::string> ask(const Call::Message& message) const {
        auto call = Call::start(path, message);
        if (!call) return fail(call.error());
        return call->body();
    }
    bool opens(const std::shared_ptr<base::Gate>& gate) const {
        return gate->wait(std::chrono::seconds(20));
    }

    support::TemporaryFolder folder;
    std::filesystem::path path = folder / "socket";
    base::MachineClock clock;
    base::ThreadExecutor requests{clock, {.name = "requests", .elastic = true}};
    std::shared_ptr<base::Gate> closed = requests.make_gate();
    std::shared_ptr<base::Gate> arrived = requests.make_gate();
    std::mutex mutex;
    std::string notices;
    ReplyPtr kept;
    std::shared_ptr<Outbox> last_outbox;
    std::unique_ptr<Server> server;
};

TEST_F(ServerTest, Answers) {
    start();
    EXPECT_EQ(ask({"POST", "/echo", "hello"}), std::string("\"POST hello\"\n"));
}

TEST_F(ServerTest, AnswersSeveralRequestsOnOneConnection) {
    start();
    RawClient client(path);
    client.send("GET /echo HTTP/1.1\r\n\r\nGET /echo HTTP/1.1\r\nConnection: close\r\n\r\n");
    const auto text = client.read_all();
    EXPECT_THAT(text, HasSubstr("Connection: keep-alive"));
    EXPECT_THAT(text, HasSubstr("Connection: close"));
    EXPECT_NE(text.find("\"GET \""), text.rfind("\"GET \""));
}

TEST_F(ServerTest, IsItsOwners) {
    start();
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(ServerTest, SaysThatGarbageIsNone) {
    start();
    const std::string binary("\x16\x03\x01\x00\xff\r\n\r\n", 9);
    for (const auto& text :
         {std::string("hello\r\n\r\n"), binary, std::string("GET / HTTP/9.9\r\n\r\n"),
          std::string("GET /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
          std::string("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
          std::string("GET /%zz HTTP/1.1\r\n\r\n")}) {
        RawClient client(path);
        client.send(text);
        EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 400")) << text;
    }
    EXPECT_TRUE(ask({"GET", "/echo", ""}));
}

TEST_F(ServerTest, HangsUpOnHalfARequest) {
    start();
    for (const char* text :
         {"", "GET /ec", "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"}) {
        RawClient client(path);
        client.send(text);
        client.end();
        EXPECT_EQ(client.read_all(), "") << text;
    }
    EXPECT_TRUE(ask({"GET", "/echo", ""}));
}

TEST_F(ServerTest, HangsUpOnWhoSaysNothing) {
    start({.idle = std::chrono::seconds(0)});
    RawClient client(path);
    EXPECT_EQ(client.read_all(), "");
}

TEST_F(ServerTest, RefusesWhatIsTooLarge) {
    start({.header_bytes = 512, .body_bytes = 1000});
    EXPECT_TRUE(ask({"POST", "/echo", std::string(1000, 'x')}));
    const auto body = ask({"POST", "/echo", std::string(1001, 'x')});
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().status, Status::QuotaViolation);
    RawClient client(path);
    client.send("GET /echo HTTP/1.1\r\nX: " + std::string(600, 'x'));
    EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 431"));
}

TEST_F(ServerTest, RefusesOneConnectionTooMany) {
    start({.connections = 1});
    RawClient first(path);
    first.send("GET /stream HTTP/1.1\r\n\r\n");
    first.read_until("\n2\n");
    const auto second = ask({"GET", "/echo", ""});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().status, Status::ServerTooBusy);
}

TEST_F(ServerTest, SaysWhenARequestWasDropped) {
    start();
    const auto answer = ask({"GET", "/nobody", ""});
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().message, HasSubstr("dropped"));
}

TEST_F(ServerTest, StreamsLinesUntilTheEnd) {
    start();
    auto call = Call::start(path, {"GET", "/stream?end", ""});
    ASSERT_TRUE(call);
    std::string line;
    EXPECT_EQ(call->next_line(line), Call::Next::Line);
    EXPECT_EQ(line, "1");
    EXPECT_EQ(call->next_line(line), Call::Next::Line);
    EXPECT_EQ(call->next_line(line), Call::Next::End);
    EXPECT_TRUE(opens(closed));
}

TEST_F(ServerTest, GoesOnWithTheNextRequestAfterAStream) {
    start();
    RawClient client(path);
    client.send("GET /stream?end HTTP/1.1\r\n\r\n");
    // In one chunk or in two.
    EXPECT_THAT(client.read_until("\r\n0\r\n\r\n"), AllOf(HasSubstr("\n1\n"), HasSubstr("\n2\n")));
    client.send("GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_all(), HasSubstr("\"GET \""));
}

TEST_F(ServerTest, NoticesThatAClientOfAStreamIsGone) {
    start();
    {
        RawClient client(path);
        client.send("GET /stream HTTP/1.1\r\n\r\n");
        client.read_until("\n2\n");
    }
    EXPECT_TRUE(opens(closed));
}

TEST_F(ServerTest, EndsStreamsWhenItEnds) {
    start();
    auto call = Call::start(path, {"GET", "/stream", ""});
    ASSERT_TRUE(call);
    server.reset();
    EXPECT_TRUE(opens(closed));
    std::string line;
    auto next = call->next_line(line);
    while (next && *next == Call::Next::Line) next = call->next_line(line);
    EXPECT_FALSE(next) << "the connection broke off";
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTest, AnswersWhatItWasAskedBeforeItEnds) {
    start({.farewell = std::chrono::seconds(60)});
    RawClient client(path);
    client.send("GET /keep HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(opens(arrived));
    auto ending = std::async(std::launch::async, [this] { server.reset(); });
    while (Call::start(path, {"GET", "/echo"})) std::this_thread::yield();
    kept->send(200, "\"in time\"");
    EXPECT_THAT(client.read_all(), HasSubstr("in time"));
    ending.get();
}

TEST_F(ServerTest, AnswersThatComeAfterItsEndGoNowhere) {
    start({.farewell = std::chrono::seconds(0)});
    RawClient client(path);
    client.send("GET /keep HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(opens(arrived));
    server.reset();
    const auto outbox = std::make_shared<Outbox>();
    kept->stream(outbox);
    EXPECT_TRUE(outbox->is_closed());
}

TEST_F(ServerTest, TakesTheSocketThatAKillLeftBehind) {
    const int old = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.string().size());
    ASSERT_EQ(::bind(old, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ::close(old);
    start();
    EXPECT_TRUE(ask({"GET", "/echo", ""}));
}

TEST_F(ServerTest, DoesNotTakeASocketThatSomebodyAnswersAt) {
    start();
    const auto second =
        Server::start({.socket = path, .requests = &requests}, [](const auto&, const auto&) {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().status, Status::AlreadyExists);
    EXPECT_TRUE(ask({"GET", "/echo", ""}));
}

TEST_F(ServerTest, SaysThatASocketsPathIsTooLong) {
    const auto started = Server::start({.socket = folder / std::string(120, 'x')}, {});
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().status, Status::InvalidParameter);
}

// What a user that is neither root nor the service's meets, with a socket that would let him in.
TEST_F(ServerTest, RefusesAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be another user";
    start();
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(10);
        const auto call = Call::start(path, {"GET", "/echo", ""});
        ::_exit(call ? 11 : call.error().status == Status::AccessDenied ? 0 : 12);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    const std::lock_guard lock(mutex);
    EXPECT_THAT(notices, HasSubstr("uid 65534"));
}

TEST(Client, SaysThatNobodyIsThere) {
    const support::TemporaryFolder folder;
    const auto call = Call::start(folder / "socket", {"GET", "/", ""});
    ASSERT_FALSE(call);
    EXPECT_EQ(call.error().status, Status::TransportFailure);
}

}  // namespace
}  // namespace openwmi::http
