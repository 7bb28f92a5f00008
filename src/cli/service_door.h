#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/text.h"
#include "http/client.h"

namespace openwmi::cli {

// One binding, or a filter or consumer without one, as the service reports it. Value.
struct Subscription {
    std::string name_space;
    std::string binding;  // path, as are filter and consumer; may be empty
    std::string filter;
    std::string filter_name;  // for people: hot
    std::string consumer;
    std::string consumer_name;  // for people: LogFile:audit
    std::string query;
    std::string state;
    std::string reason;
    std::string coverage;
    bool is_observed = false;  // openwmi observe
    std::uint64_t matched = 0;
    std::uint64_t delivered = 0;
    std::uint64_t observed = 0;
    std::uint64_t failed = 0;
    std::uint64_t dropped = 0;
    std::uint64_t queued = 0;   // in memory
    std::uint64_t waiting = 0;  // Guaranteed, in the log
    std::uint64_t refused = 0;
    std::uint64_t dead_lettered = 0;
    std::uint64_t lost_at_crash = 0;
    std::optional<TimePoint> last_delivery;
    std::string last_error;
    bool has_recovered = false;  // something was delivered since then
};

// The running service, as verbs ask it. Confined to one thread.
class ServiceDoor {
  public:
    explicit ServiceDoor(std::filesystem::path socket) : socket_(std::move(socket)) {}

    // The body of the answer, JSON. Fail as http::Call does.
    Result<std::string> get(const http::Target& target) const;
    Result<std::string> remove(const http::Target& target) const;
    Result<std::string> post(std::string_view path, std::string json) const;
    // Lines of JSON.
    Result<http::Call> lines(std::string_view method, std::string_view path,
                             std::string json) const;

    Result<std::vector<Subscription>> subscriptions() const;

  private:
    const std::filesystem::path socket_;
};

// The Name in the path of a filter or consumer: hot.
std::string name_in(const std::string& path);
// With what kind of consumer it is: LogFile:audit.
std::string consumer_name(const std::string& path);

}  // namespace openwmi::cli
