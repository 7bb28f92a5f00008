#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eventing/test_world.h"
#include "log/faulty_files.h"

// What Guaranteed deliveries need, played by the test, for this room's tests.
namespace openwmi::eventing::test {

struct LogSizes {
    std::size_t segment_bytes = 8192;  // half of it header
    std::size_t max_segments = 4;
    std::size_t lane_quota_bytes = std::size_t{1} << 20;
};

inline LogOpener opener(log::test::FaultyFiles& disk, LogSizes sizes) {
    return [&disk, sizes](LogWanted wanted) -> Result<LogPtr> {
        if (wanted == LogWanted::IfThere && WMI_TRY(disk.list()).empty()) return nullptr;
        return LogPtr(
            WMI_TRY(log::DeliveryLog::open({.files = &disk,
                                            .segment_bytes = sizes.segment_bytes,
                                            .max_segments = sizes.max_segments,
                                            .lane_quota_bytes = sizes.lane_quota_bytes})));
    };
}

// What was committed, as a repository would keep it.
class Outbox final : public eventing::Outbox {
  public:
    std::function<Result<>()> on_operation;  // may fail

    Result<std::vector<Message>> read(std::size_t limit) const override {
        if (on_operation) WMI_TRY(on_operation());
        return std::vector<Message>(
            messages_.begin(),
            messages_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, messages_.size())));
    }
    Result<> forget(std::uint64_t up_to) override {
        if (on_operation) WMI_TRY(on_operation());
        while (!messages_.empty() && messages_.front().id <= up_to) messages_.pop_front();
        return {};
    }
    void commit(std::span<const std::vector<std::byte>> messages) {
        for (const auto& each : messages) messages_.push_back({++last_, each});
    }

  private:
    std::deque<Message> messages_;
    std::uint64_t last_ = 0;
};

// Tells what the service says of its logs.
class States final : public Observer {
  public:
    std::vector<std::string> all;
    void on_state(std::string_view part, std::string_view state, std::string_view) override {
        all.push_back(fmt::format("{} {}", part, state));
    }
};

inline Guaranteed::Options options(log::test::FaultyFiles& disk, log::test::FaultyFiles& letters,
                                   Outbox& outbox, LogSizes sizes = {},
                                   Observer* observer = nullptr) {
    Guaranteed::Options options;
    options.open_log = opener(disk, sizes);
    options.open_letters = opener(letters, {.max_segments = 2});
    options.outbox = &outbox;
    options.observer = observer;
    return options;
}

// Consumers that refuse as often as they are told. Confined to a simulation's thread.
class Behaviour {
  public:
    explicit Behaviour(TestConsumers& consumers) {
        consumers.on_consume = [this](const std::string& name, std::span<const EventPtr> events) {
            return consume(name, events);
        };
    }
    void refuse(const std::string& consumer, int times) { refusals_[consumer] = times; }
    std::vector<std::string> taken(const std::string& consumer) const {
        const auto found = taken_.find(consumer);
        return found == taken_.end() ? std::vector<std::string>() : found->second;
    }

    std::function<void()> on_attempt;
    std::string poison;  // the text that is always refused

  private:
    Result<> consume(const std::string& name, std::span<const EventPtr> events) {
        if (on_attempt) on_attempt();
        if (refusals_[name] > 0) {
            --refusals_[name];
            return fail(Status::Failed, "{} refuses", name);
        }
        std::vector<std::string> texts;
        for (const auto& event : events) {
            const auto text = event->instance->find("Text").value_or(cim::Value());
            texts.push_back(text.get_if<std::string>() ? text.get<std::string>() : "?");
            if (texts.back() == poison) return fail(Status::Failed, "{} is poison", poison);
        }
        auto& all = taken_[name];
        all.insert(all.end(), texts.begin(), texts.end());
        return {};
    }

    std::map<std::string, int> refusals_;
    std::map<std::string, std::vector<std::string>> taken_;
};

}  // namespace openwmi::eventing::test
