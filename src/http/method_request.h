#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/session.h"

namespace openwmi::http {

// Calls a method as a request says: {"path", "method", "in": {name: value, …}} and gives the
// answer,
// {"path", "method", "out": {…} or null}. Parameters are written as properties of objects are; what
// is left out has its default or is NULL. Waits. Fails as Session::exec_method does, with
// InvalidMethodParameters for parameters that cannot be read.
Result<std::string> call_method(const nlohmann::json& request, core::Session& session,
                                base::Executor& executor);

}  // namespace openwmi::http
