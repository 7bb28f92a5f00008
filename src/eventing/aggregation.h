#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/executor.h"
#include "eventing/event.h"
#include "match/filter.h"
#include "wql/bound_query.h"

namespace openwmi::eventing {

// What a filter with GROUP WITHIN collects: one open window for each combination of the BY
// properties, from its first event on (WQL-112). A window that ends becomes one aggregate, if
// HAVING lets it; one that is not over when the filter goes is forgotten (OD-019). Bounded in
// windows and in bytes. Owned by the filter's routes. Thread-safe.
class Aggregation : public std::enable_shared_from_this<Aggregation> {
  public:
    static constexpr std::size_t most_windows = 10'000;
    static constexpr std::size_t most_bytes = 10'000'000;

    struct Window {
        EventPtr representative;
        std::uint32_t events = 0;
    };
    struct Options {
        base::Executor* executor = nullptr;
        std::function<std::shared_ptr<void>()> hold;  // as Engine::Options::hold; never empty
        match::Filter filter;
        // Gets the windows that ended, on the executor.
        std::function<void(match::FilterId, const Window&)> emit;
    };
    explicit Aggregation(Options options);

    // False: there are too many open windows to begin another one. `shown` is the event as the
    // query selects it. Calls nobody.
    bool add(const Event& event, const EventPtr& shown);
    // Nothing comes of what was collected.
    void discard();

  private:
    void end(const std::string& key);

    const Options options_;
    std::mutex mutex_;
    std::unordered_map<std::string, Window> windows_;
    std::size_t bytes_ = 0;
    bool discarded_ = false;
};

// The __AggregateEvent of a window (WQL-060).
Result<cim::InstancePtr> make_aggregate(const Aggregation::Window& window);

}  // namespace openwmi::eventing
