#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/executor.h"
#include "base/result.h"
#include "http/exchange.h"

namespace openwmi::http {

// Answers one request; called on the executor for requests, where it may wait.
using Handler = std::function<void(const Request&, ReplyPtr)>;

struct ServerState;

// HTTP/1.1 on an AF_UNIX socket (mode 0600). A peer that is neither the service's user nor root is
// refused, whatever the socket's mode (decision 17). One thread of its own moves the bytes and
// never waits; handlers run on the executor for requests. Thread-safe.
class Server {
  public:
    struct Limits {
        std::size_t connections = 64;
        std::size_t header_bytes = 16 << 10;
        std::size_t body_bytes = std::size_t{64} << 20;
        std::chrono::seconds idle{60};     // between requests, and for one to arrive completely
        std::chrono::seconds stalled{30};  // without the client taking anything that is written
        std::chrono::seconds farewell{2};  // for what is being answered when the server ends
    };
    struct Options {
        std::filesystem::path socket;
        base::Executor* requests = nullptr;  // one thread a connection at most
        // Told what an administrator should know: peers that were refused, for one.
        std::function<void(std::string_view)> notice = [](std::string_view) {};
        Limits limits;
    };
    // Fails: InvalidParameter (the path is too long), AlreadyExists (somebody answers there),
    // AccessDenied and Failed (the system refuses it).
    static Result<std::unique_ptr<Server>> start(Options options, Handler handler);
    // Closes all connections, those that are being answered once they are or farewell is over;
    // takes the socket away.
    ~Server();

  private:
    explicit Server(std::shared_ptr<ServerState> state) : state_(std::move(state)) {}
    std::shared_ptr<ServerState> state_;
};

}  // namespace openwmi::http
