#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "eventing/engine.h"
#include "eventing/ports.h"
#include "eventing/quotas.h"
#include "match/filter.h"

namespace openwmi::eventing {

// Finds the changes of instances that only their provider knows of, by reading all of them now and
// then (section 3.6). A class is read for all its filters at once, as often as the most impatient
// of them asks; never again before the last answer is complete, and never more than half of the
// time. The first reading tells what was there before (GEN-032). Thread-safe.
class Poller : public std::enable_shared_from_this<Poller> {
  public:
    struct Options {
        base::Executor* executor = nullptr;
        const Catalog* catalog = nullptr;  // for the quotas
        InstanceReader* reader = nullptr;
        std::function<std::shared_ptr<void>()> hold;  // as Engine::Options::hold; never empty
        std::function<void(std::span<const Change>)> raise;
        // Why a filter's classes cannot be read at the moment; empty: they can. Calls back nobody.
        std::function<void(match::FilterId, const std::string&)> report;
        base::Duration patience = std::chrono::seconds(60);       // with a reading
        base::Duration first_patience = std::chrono::seconds(5);  // of add()
    };
    explicit Poller(Options options);
    ~Poller();

    struct Class {
        cim::ClassPtr cls;  // exactly this one
        std::set<Change::Kind> kinds;
    };
    // Returns once all of it was read for the first time, or after first_patience. Fails, and polls
    // nothing: QuotaViolation. A class that cannot be read is reported and tried again. Adding it
    // again changes nothing.
    Result<> add(const match::Filter& filter, const Subscriber& who,
                 const std::vector<Class>& classes);
    void remove(match::FilterId filter);
    // What one polled class costs, for all its filters together.
    struct Cost {
        cim::Name class_name;
        base::Duration interval{};
        std::uint64_t readings = 0;
        base::Duration last_reading{};  // how long it took; zero before the first one
        std::size_t instances = 0;
        std::uint64_t bytes = 0;  // of what it remembers
        std::size_t filters = 0;  // that share it
    };
    // Of the classes that are polled for the filter.
    std::vector<Cost> costs(match::FilterId filter) const;
    // What was reported last; empty: nothing.
    std::string failure(match::FilterId filter) const;

  private:
    struct Poll;
    struct Member;
    using Lock = std::unique_lock<std::mutex>;
    using Reports = std::vector<std::pair<match::FilterId, std::string>>;

    Result<> check_instructions(const Subscriber& who) const;
    std::uint64_t allowance(const Poll& poll) const;
    void begin(const std::string& key);
    void watch(const std::string& key, std::uint64_t version);
    void finish(const std::string& key, std::uint64_t version,
                const Result<std::vector<cim::InstancePtr>>& answer);
    std::vector<Change> take_answer(Poll& poll, const Result<std::vector<cim::InstancePtr>>& answer,
                                    Reports& reports);
    std::vector<Change> take_in(Poll& poll, const std::vector<cim::InstancePtr>& instances);
    static std::set<Change::Kind> kinds_of(const Poll& poll);
    void schedule(const std::string& key, Poll& poll);
    void set_failure(Poll& poll, std::string why, Reports& reports);
    std::string failure_of(match::FilterId filter) const;
    void tell(const Reports& reports) const;

    const Options options_;
    mutable std::mutex mutex_;
    std::map<std::string, Poll> polls_;
    std::map<match::FilterId, std::string> users_;
    std::uint64_t last_version_ = 0;
};

}  // namespace openwmi::eventing
