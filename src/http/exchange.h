#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/outbox.h"
#include "security/identity.h"

namespace openwmi::http {

// What a client asks, as the kernel says who it is. Value.
struct Request {
    security::Identity identity;
    std::string method;
    std::string path;                               // decoded, without the part behind "?"
    std::map<std::string, std::string> parameters;  // of that part, decoded
    std::string body;
};

// The obligation to answer one request: send() or stream(), once. Whoever drops it unanswered
// answers that the service failed. Thread-safe.
class Reply {
  public:
    virtual ~Reply() = default;
    virtual void send(unsigned status, std::string json) = 0;
    // Status 200 at once, then the lines of the outbox for as long as they come.
    virtual void stream(std::shared_ptr<Outbox> outbox) = 0;
};
using ReplyPtr = std::shared_ptr<Reply>;

// The HTTP status that comes closest, and {"status":"WBEM_E_…","code":…,"message":…}.
unsigned http_status(Status status);
std::string error_json(const Error& error);

// Splits "/v1/object?path=X%3D1" into its decoded path and parameters. Fails with InvalidParameter.
Result<> read_target(std::string_view target, Request& request);

}  // namespace openwmi::http
