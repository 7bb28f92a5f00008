#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace openwmi::http {

// One request to a service and its answer, on a connection of its own: the tools' way in. Confined
// to one thread.
class Call {
  public:
    struct Message {
        std::string method;
        std::string target;  // see Target
        std::string body;    // JSON, or empty
    };
    // Sends the request and waits for the head of the answer. Fails: TransportFailure (nobody
    // listens there, or it hung up), AccessDenied (the socket may not be opened), and with what the
    // service answered when its status is no success.
    static Result<Call> start(const std::filesystem::path& socket, const Message& message);
    Call(Call&&) noexcept;
    Call& operator=(Call&&) noexcept;
    ~Call();

    // The whole body. Fails with TransportFailure.
    Result<std::string> body();

    // The next line of the body. Interrupted: nothing within `patience`, or a signal came.
    enum class Next { Line, Interrupted, End };
    Result<Next> next_line(std::string& line, base::Duration patience = base::Duration::max());

  private:
    struct State;
    explicit Call(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Puts a request's target together: Target("/v1/object").with("path", "X=1").text().
class Target {
  public:
    explicit Target(std::string_view path) : text_(path) {}
    Target& with(std::string_view name, std::string_view value);
    const std::string& text() const { return text_; }

  private:
    std::string text_;
    bool has_parameters_ = false;
};

}  // namespace openwmi::http
