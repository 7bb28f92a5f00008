#include <optional>
#include <utility>

#include "eventing/consumer_queue.h"
#include "eventing/self_events.h"

// What becomes of the events of a binding that is only observed: on their turn the consumer is
// asked what it would do, and is not called.
namespace openwmi::eventing {

namespace {

constexpr std::size_t most_bytes = 4096;  // of what is kept and told of one event

std::string cut(std::string text) {
    if (text.size() <= most_bytes) return text;
    std::size_t end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // UTF-8
    text.resize(end);
    return text + "...";
}

}  // namespace

Result<std::string> ConsumerQueue::preview(const Item& item) {
    WMI_TRY(check_context(item));
    const auto consumer = WMI_TRY(physical());
    auto would_do = consumer->preview(logical(), item.event);
    if (would_do) return cut(std::move(*would_do));
    let_go(consumer, would_do.error());
    return would_do;
}

void ConsumerQueue::observe(const Item& item) {
    record_observation(item, preview(item), 1);
}

// One that is Guaranteed is done with then.
void ConsumerQueue::observe(Backlog& backlog, const Backlog::Due& due) {
    std::optional<SelfEventDelivery> scope;
    if (due.event->self_event) scope.emplace();
    const Item item{due.event, due.binding};
    const auto would_do = preview(item);
    const auto settled = backlog.settle({&due, 1}, {}, Backlog::Reached::Yes);
    if (settled.fates.front() == Backlog::Fate::Delivered) {
        record_observation(item, would_do, due.attempt);
    }
    wake_after(settled.wait);
}

void ConsumerQueue::record_observation(const Item& item, const Result<std::string>& would_do,
                                       unsigned attempt) {
    auto& binding = *item.binding;
    binding.counters.add(CounterTable::Field::Observed, 1 + item.joined);
    auto entry =
        environment_->entry_of(item.event, binding, HistoryEntry::Outcome::Observed, attempt);
    if (would_do) {
        entry.would_do = *would_do;
    } else {
        entry.status = would_do.error().status;
        entry.reason = would_do.error().message;
    }
    environment_->history.add(std::move(entry));
    if (environment_->observer) {
        environment_->observer->on_observed(
            {*item.event, binding.consumer, binding.filter, would_do});
    }
}

}  // namespace openwmi::eventing
