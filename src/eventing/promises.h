#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "eventing/event.h"
#include "eventing/guaranteed.h"
#include "eventing/routing.h"

// What raising an event owes to Guaranteed bindings, before anybody else gets it.
namespace openwmi::eventing {

using Promises = std::vector<Guaranteed::Promise>;

// The event as the route's query selects it.
EventPtr project(const Route& route, const EventPtr& event);

// The event, already as its query selects it, for the Guaranteed bindings of the route.
Promises promises_of(const Route& route, const EventPtr& projected);
// The event for all these routes; those that aggregate have none before their window ends.
Promises promises_of(std::span<const Route* const> routes, const EventPtr& event);

// Where the log takes no event: its raiser is told, or there is none and it is dropped.
enum class OnRefusal { Tell, Drop };

// Counts the matches and keeps the promises; those that are refused are counted, and never fall
// back to a lesser quality. Drop: never fails. `guaranteed` null: everything is refused
// (NotSupported).
Result<> keep(const Promises& promises, const std::shared_ptr<Guaranteed>& guaranteed,
              OnRefusal on_refusal);

// The same for a change that is about to be committed: what is to be committed with it. Refused,
// the matches are counted as such; else once the change is committed.
Result<std::vector<std::vector<std::byte>>> messages_of(
    const Promises& promises, const std::shared_ptr<Guaranteed>& guaranteed);

}  // namespace openwmi::eventing
