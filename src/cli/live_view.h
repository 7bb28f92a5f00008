#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <vector>

#include "cli/event_text.h"
#include "cli/service_door.h"
#include "cli/terminal.h"

namespace openwmi::cli {

// Events and what became of them, a row each, while it happens; on a terminal with a footer of
// counts that stays below. A row waits a moment for its deliveries, so that they stand beside the
// event; what comes later gets a row of its own. Confined to one thread.
class LiveView {
  public:
    using Now = std::chrono::steady_clock::time_point;

    LiveView(const Terminal& terminal, Now start);

    // Whose deliveries a filter's events will have.
    void know(const std::vector<Subscription>& subscriptions);
    // One line of the stream. New events are left out once `closing`.
    void take(const nlohmann::ordered_json& line, Now now);
    // Time goes by: prints what has waited long enough, and the footer.
    void tick(Now now);
    void close() { closing_ = true; }
    bool is_waiting() const { return !waiting_.empty(); }
    // Prints what is left, and the sum of it all.
    void finish(Now now);

  private:
    struct Outcome {
        std::string filter;
        std::string label;  // of the consumer
        std::string text;
    };
    struct Row {
        std::uint64_t id = 0;
        std::string time;
        EventText event;
        std::set<std::string> filters;  // folded paths, as in expected_
        std::vector<Outcome> outcomes;
        Now arrived;
    };
    struct Tally {
        std::uint64_t delivered = 0;
        std::uint64_t failed = 0;
        double milliseconds = 0;
        std::string last_error;  // as it was last explained
    };

    Row* row_of(const nlohmann::ordered_json& line, Now now);
    void take_matched(const nlohmann::ordered_json& line, Now now);
    void take_outcome(const nlohmann::ordered_json& line, Now now);
    std::string label_of(const std::string& consumer) const;
    std::string outcome_text(const nlohmann::ordered_json& line, const std::string& label);
    void explain(const std::string& consumer, const std::string& label,
                 const nlohmann::ordered_json& line);
    bool is_complete(const Row& row) const;
    void print_ready(Now now, bool all);
    void print_row(const Row& row);
    void print(const std::string& line);
    void erase_footer();
    void draw_footer(Now now);

    const Terminal& terminal_;
    const Now start_;
    UserNames users_;
    std::map<std::string, std::size_t> expected_;  // folded filter path -> its bindings
    std::map<std::string, std::string> labels_;    // of consumers that share their usual one
    std::deque<Row> waiting_;
    std::map<std::uint64_t, Row> printed_;  // the latest, for outcomes that come late
    std::map<std::string, Tally> tallies_;  // by consumer
    std::uint64_t seen_ = 0;
    std::uint64_t delivered_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t lost_ = 0;
    bool closing_ = false;
    bool footer_ = false;
    struct Sample {
        Now time;
        std::uint64_t seen;
        std::uint64_t delivered;
    };
    std::deque<Sample> samples_;  // of the last seconds, for rates
};

}  // namespace openwmi::cli
