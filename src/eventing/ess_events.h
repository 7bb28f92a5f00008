#pragma once

#include <string_view>

#include "eventing/self_events.h"
#include "match/filter.h"

// What the service tells of subscriptions and of the threads that serve them: the events right
// below MSFT_WmiEssEvent (DIA-018, 020).
namespace openwmi::eventing {

enum class SinkChange { Registered, Cancelled };

// A temporary subscription: its query where it listens, and the number that tells it from others.
struct NotificationSink {
    const cim::NamespacePath& name_space;
    std::string_view query;
    match::FilterId id;
};
void tell(SelfEvents& self_events, SinkChange change, const NotificationSink& sink);

enum class FilterChange { Activated, Deactivated };

// `name_space`: where the filter lives, so that its name means something.
void tell(SelfEvents& self_events, FilterChange change, const cim::NamespacePath& name_space,
          const cim::Instance& filter);

// The number that the kernel gave the thread.
enum class ThreadNumber : std::uint64_t {};
void tell_of_thread(SelfEvents& self_events, ThreadNumber created);

}  // namespace openwmi::eventing
