#pragma once

#include <functional>

#include "base/result.h"
#include "core/service_state.h"
#include "repository/store.h"

namespace openwmi::core {

// Runs changes in one transaction and sees to all that follows from a commit, in this order: the
// events that are Guaranteed are committed with it (where the log takes none, nothing is); queues
// are filled under the writer's lock, so in the order of commits (decision 8); then synchronous
// bindings are served; then subscriptions and providers learn what changed. When it returns, all of
// that has happened.
Result<> commit_changes(ServiceState& service,
                        const std::function<Result<>(repository::Transaction&)>& make);
// The same for a transaction whose changes are made.
Result<> commit_and_tell(ServiceState& service, repository::Transaction transaction);

}  // namespace openwmi::core
