#include "http/server.h"

#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // fences are unknown to ThreadSanitizer
#endif

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

namespace openwmi::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Protocol = asio::local::stream_protocol;
using Code = boost::system::error_code;

namespace {

std::string_view reason_of(unsigned status) {
    return beast::http::obsolete_reason(beast::http::int_to_status(status));
}

std::string head(unsigned status, std::string_view type, std::string_view framing, bool keep) {
    return fmt::format(
        "HTTP/1.1 {} {}\r\nServer: openwmid\r\nContent-Type: {}\r\nCache-Control: no-store\r\n"
        "Connection: {}\r\n{}\r\n\r\n",
        status, reason_of(status), type, keep ? "keep-alive" : "close", framing);
}

std::string whole_answer(unsigned status, std::string_view body, bool keep) {
    return head(status, "application/json", fmt::format("Content-Length: {}", body.size() + 1),
                keep) +
           std::string(body) + "\n";
}

}  // namespace

class Connection;

// What the connections share. Confined to the thread that runs `io`, but for `io` itself.
struct ServerState {
    Server::Options options;
    Handler handler;
    asio::io_context io{1};
    Protocol::acceptor acceptor{io};
    asio::steady_timer retry{io};
    std::set<std::shared_ptr<Connection>> connections;
    std::atomic<bool> stopped{false};  // nobody runs `io` any more
    std::jthread thread;

    void run();
    void stop(const std::shared_ptr<ServerState>& self);
    void accept(const std::shared_ptr<ServerState>& self);
    void admit(const std::shared_ptr<ServerState>& self, Protocol::socket socket);
};

// One client: reads a request, has it answered, reads the next. Confined to the thread of `io`.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(std::shared_ptr<ServerState> state, Protocol::socket socket,
               security::Identity identity)
        : state_(std::move(state)),
          socket_(std::move(socket)),
          deadline_(state_->io),
          identity_(std::move(identity)) {}

    void read();
    void refuse(unsigned status, const Error& error);
    void close();
    // The server ends: what is being answered is answered first.
    void finish();

    // The two ways to answer, called by the reply of request number `turn`.
    void send(std::uint64_t turn, unsigned status, const std::string& json);
    void stream(std::uint64_t turn, std::shared_ptr<Outbox> outbox);

  private:
    using Parser = beast::http::request_parser<beast::http::string_body>;

    void arm(std::chrono::seconds patience);
    void on_request(Code code);
    void dispatch();
    void write(std::string text);
    void on_written(Code code);
    void pump();
    void watch_for_end();
    void let_go(const std::shared_ptr<Outbox>& outbox);

    const std::shared_ptr<ServerState> state_;
    Protocol::socket socket_;
    asio::steady_timer deadline_;
    const security::Identity identity_;
    beast::flat_buffer buffer_{std::size_t{1} << 20};
    std::optional<Parser> parser_;
    std::uint64_t turn_ = 0;
    bool keep_ = true;
    bool closed_ = false;
    bool leaving_ = false;    // the server ends
    bool answering_ = false;  // a request, until its answer is written
    bool writing_ = false;
    std::string outgoing_;
    std::shared_ptr<Outbox> outbox_;  // while a stream is being sent
    bool last_taken_ = false;
};

namespace {

// Brings the answer from whatever thread it is made on to the connection's.
class SocketReply final : public Reply {
  public:
    SocketReply(std::shared_ptr<ServerState> state, std::weak_ptr<Connection> connection,
                std::uint64_t turn, asio::io_context& io)
        : state_(std::move(state)), connection_(std::move(connection)), turn_(turn), io_(io) {}
    ~SocketReply() override {
        if (answered_.exchange(true)) return;
        try {
            deliver(500, error_json({Status::Failed, "the service dropped the request"}));
            // NOLINTNEXTLINE(bugprone-empty-catch)
        } catch (const std::exception&) {
            // No memory for an answer: the client hears nothing until it gives up.
        }
    }

    void send(unsigned status, std::string json) override {
        if (!answered_.exchange(true)) deliver(status, std::move(json));
    }
    void stream(std::shared_ptr<Outbox> outbox) override {
        if (answered_.exchange(true)) return outbox->close();
        asio::post(io_, [connection = connection_, turn = turn_, outbox] {
            if (const auto alive = connection.lock()) return alive->stream(turn, outbox);
            outbox->close();
        });
        if (state_->stopped) outbox->close();
    }

  private:
    void deliver(unsigned status, std::string json) {
        asio::post(io_, [connection = connection_, turn = turn_, status, json = std::move(json)] {
            if (const auto alive = connection.lock()) alive->send(turn, status, json);
        });
    }

    const std::shared_ptr<ServerState> state_;  // keeps io_
    const std::weak_ptr<Connection> connection_;
    const std::uint64_t turn_;
    asio::io_context& io_;
    std::atomic<bool> answered_{false};
};

}  // namespace

void Connection::arm(std::chrono::seconds patience) {
    deadline_.expires_after(patience);
    deadline_.async_wait([weak = weak_from_this()](Code code) {
        const auto self = weak.lock();
        if (self && !code) self->close();
    });
}

void Connection::read() {
    arm(state_->options.limits.idle);
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(state_->options.limits.header_bytes));
    parser_->body_limit(state_->options.limits.body_bytes);
    beast::http::async_read(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](Code code, std::size_t) { self->on_request(code); });
}

void Connection::on_request(Code code) {
    using beast::http::error;
    if (closed_) return;
    deadline_.cancel();
    if (!code) return dispatch();
    const auto& limits = state_->options.limits;
    if (code == error::body_limit) {
        return refuse(413,
                      Error{Status::QuotaViolation,
                            fmt::format("the body is larger than {} bytes", limits.body_bytes)});
    }
    if (code == error::header_limit || code == error::buffer_overflow) {
        return refuse(
            431, Error{Status::QuotaViolation,
                       fmt::format("the header is larger than {} bytes", limits.header_bytes)});
    }
    const bool spoke_nonsense = code.category() == make_error_code(error::bad_method).category() &&
                                code != error::end_of_stream && code != error::partial_message;
    if (spoke_nonsense) {
        return refuse(400, Error{Status::InvalidParameter, "this is not HTTP: " + code.message()});
    }
    close();
}

void Connection::dispatch() {
    const auto message = parser_->release();
    keep_ = message.keep_alive() && !leaving_;
    answering_ = true;
    Request request{identity_, std::string(message.method_string()), {}, {}, message.body()};
    const auto target = message.target();
    const auto read = read_target({target.data(), target.size()}, request);
    if (!read) return refuse(400, read.error());
    auto reply = std::make_shared<SocketReply>(state_, weak_from_this(), ++turn_, state_->io);
    const bool posted =
        state_->options.requests->post([handler = state_->handler, request = std::move(request),
                                        reply] { handler(request, reply); });
    if (!posted) reply->send(503, error_json({Status::ShuttingDown, "the service is stopping"}));
}

void Connection::refuse(unsigned status, const Error& error) {
    keep_ = false;
    send(turn_, status, error_json(error));
}

void Connection::send(std::uint64_t turn, unsigned status, const std::string& json) {
    if (closed_ || turn != turn_) return;
    write(whole_answer(status, json, keep_));
}

void Connection::stream(std::uint64_t turn, std::shared_ptr<Outbox> outbox) {
    if (closed_ || turn != turn_) return let_go(outbox);
    if (leaving_) {
        let_go(outbox);
        return close();
    }
    outbox_ = std::move(outbox);
    last_taken_ = false;
    auto wake = [io = &state_->io, state = state_, weak = weak_from_this()] {
        asio::post(*io, [weak] {
            if (const auto self = weak.lock()) self->pump();
        });
    };
    outbox_->on_ready(std::move(wake));
    write(head(200, "application/x-ndjson", "Transfer-Encoding: chunked", keep_));
    watch_for_end();
}

// A client that says anything while it is being told, or that hangs up, has had enough.
void Connection::watch_for_end() {
    socket_.async_wait(Protocol::socket::wait_read,
                       [self = shared_from_this(), turn = turn_](Code code) {
                           if (!code && self->outbox_ && turn == self->turn_) self->close();
                       });
}

void Connection::pump() {
    if (closed_ || writing_ || !outbox_ || last_taken_) return;
    auto batch = outbox_->take();
    last_taken_ = batch.last;
    std::string chunk;
    if (!batch.text.empty()) chunk = fmt::format("{:x}\r\n{}\r\n", batch.text.size(), batch.text);
    if (batch.last) chunk += "0\r\n\r\n";
    if (!chunk.empty()) write(std::move(chunk));
}

void Connection::write(std::string text) {
    outgoing_ = std::move(text);
    writing_ = true;
    const auto& limits = state_->options.limits;
    arm(leaving_ ? limits.farewell : limits.stalled);
    asio::async_write(
        socket_, asio::buffer(outgoing_),
        [self = shared_from_this()](Code code, std::size_t) { self->on_written(code); });
}

void Connection::on_written(Code code) {
    writing_ = false;
    if (closed_) return;
    if (code) return close();
    deadline_.cancel();
    if (outbox_ && !last_taken_) return pump();
    if (outbox_) {
        let_go(std::exchange(outbox_, nullptr));
        Code ignored;  // of the wait for the client's end: there is none when it is over already
        ignored = socket_.cancel(ignored);
    }
    answering_ = false;
    if (!keep_) return close();
    read();
}

// What hangs on an outbox, such as a subscription, may take its time to end.
void Connection::let_go(const std::shared_ptr<Outbox>& outbox) {
    if (!state_->options.requests->post([outbox] { outbox->close(); })) outbox->close();
}

void Connection::finish() {
    if (!answering_ || outbox_) return close();
    leaving_ = true;
    keep_ = false;
    arm(state_->options.limits.farewell);
}

void Connection::close() {
    if (std::exchange(closed_, true)) return;
    Code ignored;  // whatever state the socket is in, it is gone after this
    ignored = socket_.shutdown(Protocol::socket::shutdown_both, ignored);
    ignored = socket_.close(ignored);
    deadline_.cancel();
    if (outbox_) let_go(std::exchange(outbox_, nullptr));
    state_->connections.erase(shared_from_this());
}

void ServerState::run() {
    for (;;) {
        try {
            io.run();
            return;
        } catch (const std::exception& failure) {  // memory, or a mistake in a library's use
            options.notice(fmt::format("a connection failed: {}", failure.what()));
        }
    }
}

void ServerState::accept(const std::shared_ptr<ServerState>& self) {
    acceptor.async_accept([this, self](Code code, Protocol::socket socket) {
        if (code == asio::error::operation_aborted || !acceptor.is_open()) return;
        if (!code) {
            admit(self, std::move(socket));
            return accept(self);
        }
        options.notice(fmt::format("a connection could not be accepted: {}", code.message()));
        retry.expires_after(std::chrono::milliseconds(200));  // out of descriptors, mostly
        retry.async_wait([this, self](Code cancelled) {
            if (!cancelled) accept(self);
        });
    });
}

void ServerState::admit(const std::shared_ptr<ServerState>& self, Protocol::socket socket) {
    auto identity = security::Identity::of_peer(socket.native_handle());
    if (!identity) {
        return options.notice("refused a peer: " + base::to_text(identity.error()));
    }
    const auto uid = identity->uid();
    const auto name = identity->name();
    const auto connection =
        std::make_shared<Connection>(self, std::move(socket), std::move(*identity));
    const bool full = connections.size() >= options.limits.connections;
    connections.insert(connection);
    if (uid != 0 && uid != ::geteuid()) {
        options.notice(
            fmt::format("refused {} (uid {}): neither root nor the service's user", name, uid));
        return connection->refuse(
            403, Error{Status::AccessDenied,
                       fmt::format("{} is neither root nor the user of the service", name)});
    }
    if (full) {
        return connection->refuse(
            503, Error{Status::ServerTooBusy, fmt::format("there are {} connections already",
                                                          options.limits.connections)});
    }
    connection->read();
}

namespace {

Status status_of(const Code& code) {
    if (code == boost::system::errc::permission_denied) return Status::AccessDenied;
    if (code == boost::system::errc::address_in_use) return Status::AlreadyExists;
    return Status::Failed;
}

// A socket file that nobody answers at is what a kill left behind.
Result<> clear_the_way(asio::io_context& io, const Protocol::endpoint& endpoint) {
    Protocol::socket probe(io);
    Code code;
    code = probe.connect(endpoint, code);
    if (!code) {
        return fail(Status::AlreadyExists, "another service answers at {}", endpoint.path());
    }
    if (code == boost::system::errc::connection_refused) ::unlink(endpoint.path().c_str());
    return {};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Options options, Handler handler) {
    const std::string path = options.socket.string();
    if (path.size() >= sizeof(sockaddr_un{}.sun_path)) {
        return fail(Status::InvalidParameter,
                    "the socket's path has {} bytes, and the system takes {} at most: {}",
                    path.size(), sizeof(sockaddr_un{}.sun_path) - 1, path);
    }
    auto state = std::make_shared<ServerState>();
    state->options = std::move(options);
    state->handler = std::move(handler);
    const Protocol::endpoint endpoint(path);
    WMI_TRY(clear_the_way(state->io, endpoint));
    Code code;
    code = state->acceptor.open(endpoint.protocol(), code);
    if (!code) code = state->acceptor.bind(endpoint, code);
    // Nobody can connect before listen, so nobody ever meets the socket with another mode.
    if (!code && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
        code = Code(errno, boost::system::system_category());
    }
    if (!code) {
        code = state->acceptor.listen(asio::socket_base::max_listen_connections, code);
    }
    if (code) return fail(status_of(code), "cannot listen at {}: {}", path, code.message());
    state->accept(state);
    state->thread = std::jthread([raw = state.get()] { raw->run(); });
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

void ServerState::stop(const std::shared_ptr<ServerState>& self) {
    asio::post(io, [this, self] {
        Code ignored;  // it is closed either way
        ignored = acceptor.close(ignored);
        retry.cancel();
        for (const auto& connection : std::set(connections)) connection->finish();
    });
    // With nothing left to wait for, the thread comes to its end.
    thread.join();
    // What was posted since then is run here, what comes later sees `stopped`.
    stopped = true;
    io.restart();
    std::ignore = io.poll();
    ::unlink(options.socket.c_str());
}

Server::~Server() {
    try {
        state_->stop(state_);
    } catch (const std::exception&) {  // memory: then connections break off as they are
        state_->io.stop();
    }
}

}  // namespace openwmi::http
