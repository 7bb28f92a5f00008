#include "http/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace openwmi::http {

namespace beast = boost::beast;

struct Call::State {
    int socket = -1;
    beast::http::response_parser<beast::http::string_body> parser;
    std::string received;  // not parsed yet
    std::string body;      // parsed, not taken yet
    bool at_end = false;

    ~State() {
        if (socket >= 0) ::close(socket);
    }
    Result<> connect(const std::filesystem::path& path);
    Result<> send(std::string_view text) const;
    Result<bool> receive(base::Duration patience);  // false: interrupted
    Result<> parse();
};

Result<> Call::State::connect(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof(address.sun_path)) {
        return fail(Status::InvalidParameter, "the socket's path is too long: {}", path.string());
    }
    std::memcpy(address.sun_path, path.c_str(), path.string().size());
    socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    if (socket >= 0 && ::connect(socket, where, sizeof(address)) == 0) return {};
    const int error = errno;
    if (error == EACCES || error == EPERM) {
        return fail(Status::AccessDenied, "the socket {} is not for this user: {}", path.string(),
                    std::strerror(error));
    }
    return fail(Status::TransportFailure, "no service answers at {}: {}", path.string(),
                std::strerror(error));
}

Result<> Call::State::send(std::string_view text) const {
    while (!text.empty()) {
        const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        // A service that refuses says so before it hangs up: then there is something to read.
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return {};
        if (sent < 0) {
            return fail(Status::TransportFailure, "the request was not taken: {}",
                        std::strerror(errno));
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<bool> Call::State::receive(base::Duration patience) {
    int milliseconds = -1;
    if (patience != base::Duration::max()) {
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
        milliseconds = static_cast<int>(std::min<std::int64_t>(wait, 1 << 30));
    }
    pollfd ready{socket, POLLIN, 0};
    const int count = ::poll(&ready, 1, milliseconds);
    if (count == 0 || (count < 0 && errno == EINTR)) return false;
    std::array<char, 65536> bytes;
    const auto got = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) return false;
    if (got <= 0) {
        return fail(Status::TransportFailure, "the service hung up{}{}", got < 0 ? ": " : "",
                    got < 0 ? std::strerror(errno) : "");
    }
    received.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
}

Result<> Call::State::parse() {
    while (!received.empty() && !parser.is_done()) {
        beast::error_code code;
        const auto used =
            parser.put(boost::asio::const_buffer(received.data(), received.size()), code);
        received.erase(0, used);
        if (code == beast::http::error::need_more) break;
        if (code) return fail(Status::TransportFailure, "this is no answer: {}", code.message());
    }
    body += std::exchange(parser.get().body(), {});
    at_end = parser.is_done();
    return {};
}

Call::Call(std::unique_ptr<State> state) : state_(std::move(state)) {}
Call::Call(Call&&) noexcept = default;
Call& Call::operator=(Call&&) noexcept = default;
Call::~Call() = default;

namespace {

// What the service said went wrong.
Error read_error(unsigned status, const std::string& body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (json.is_object() && json.contains("code") && json["code"].is_number_unsigned()) {
        const auto code = static_cast<std::int32_t>(json["code"].get<std::uint32_t>());
        return {static_cast<Status>(code), json.value("message", "")};
    }
    return {Status::TransportFailure, fmt::format("the service answered with status {}", status)};
}

}  // namespace

Result<Call> Call::start(const std::filesystem::path& socket, const Message& message) {
    auto state = std::make_unique<State>();
    state->parser.eager(true);
    state->parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    WMI_TRY(state->connect(socket));
    WMI_TRY(state->send(
        fmt::format("{} {} HTTP/1.1\r\nHost: openwmi\r\nContent-Type: application/json\r\n"
                    "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                    message.method, message.target, message.body.size(), message.body)));
    Call call(std::move(state));
    while (!call.state_->parser.is_header_done()) {
        WMI_TRY(call.state_->receive(base::Duration::max()));
        WMI_TRY(call.state_->parse());
    }
    const unsigned status = call.state_->parser.get().result_int();
    if (status / 100 != 2) return fail(read_error(status, WMI_TRY(call.body())));
    return call;
}

Result<std::string> Call::body() {
    while (!state_->at_end) {
        WMI_TRY(state_->receive(base::Duration::max()));
        WMI_TRY(state_->parse());
    }
    return std::exchange(state_->body, {});
}

Result<Call::Next> Call::next_line(std::string& line, base::Duration patience) {
    for (;;) {
        if (const auto end = state_->body.find('\n'); end != std::string::npos) {
            line = state_->body.substr(0, end);
            state_->body.erase(0, end + 1);
            return Next::Line;
        }
        if (state_->at_end) return Next::End;
        const bool received = WMI_TRY(state_->receive(patience));
        if (!received) return Next::Interrupted;
        WMI_TRY(state_->parse());
    }
}

Target& Target::with(std::string_view name, std::string_view value) {
    text_ += std::exchange(has_parameters_, true) ? '&' : '?';
    text_ += name;
    text_ += '=';
    for (const char c : value) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (plain) {
            text_ += c;
        } else {
            text_ += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return *this;
}

}  // namespace openwmi::http
