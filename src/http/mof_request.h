#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "core/session.h"
#include "http/exchange.h"
#include "mof/compiler.h"

namespace openwmi::http {

// Compiles what a client sends: the MOF text and all that it includes, so that the service opens no
// files for its clients. Gives the report as JSON. The thread may wait. Fails with
// InvalidParameter when the request says something that is not understood.
Result<std::string> compile_mof(const nlohmann::json& request,
                                std::shared_ptr<core::Session> session, base::Executor& executor);

// Applies what a client sends (core/apply.h) and gives what changed as JSON. As compile_mof
// otherwise.
Result<std::string> apply_mof(const nlohmann::json& request, std::shared_ptr<core::Session> session,
                              base::Executor& executor);

// The report, with diagnostics as people read them.
std::string report_json(const mof::Report& report, const mof::Document& document);

}  // namespace openwmi::http
