#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "core/session.h"

namespace openwmi::http {

// Applies what a client sends (core/apply.h) and gives what changed as JSON. The thread may wait.
// Fails with InvalidParameter when the request says something that is not understood.
Result<std::string> apply_mof(const nlohmann::json& request,
                              const std::shared_ptr<core::Session>& session,
                              base::Executor& executor);

}  // namespace openwmi::http
