#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "core/session.h"

namespace openwmi::http {

// The answer to POST /v1/explain, whose "path" names a filter of the session's namespace: "event"
// is a supposed one, in the notation of json.h, whose "__NAMESPACE" says where it would occur
// (where the filter listens); with "classes" the answer has the MOF of all classes that the event
// and the query need. Fails as Session::explain_filter and json::read_instance do.
Result<std::string> explain_filter(const nlohmann::json& request, core::Session& session);

}  // namespace openwmi::http
