#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/exchange.h"

namespace openwmi::http {

// What a request asks for: the members of its JSON body, or the parameters of its target. For the
// .cpp files of this room only.
class Arguments {
  public:
    // Fails with InvalidParameter: the body is no JSON object.
    static Result<Arguments> of(const Request& request);

    // Fail with InvalidParameter: it is missing, or of another type.
    Result<std::string> text(const char* name) const;
    Result<std::string> text(const char* name, std::string_view otherwise) const;
    Result<bool> boolean(const char* name) const;
    const nlohmann::json& json() const { return json_; }

  private:
    nlohmann::json json_;
};

}  // namespace openwmi::http
