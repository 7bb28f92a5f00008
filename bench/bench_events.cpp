// What an event costs when many filters ask for its class and one of them matches: by the index of
// the matcher, and by evaluating every filter. bench_events [--filters N] [--events N]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_executor.h"
#include "cim/instance.h"
#include "core/service.h"
#include "core/session_target.h"
#include "measure.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::bench {
namespace {

void require(bool condition, std::string_view what) {
    if (condition) return;
    fmt::print(stderr, "bench_events: {}\n", what);
    std::exit(1);
}
template <class T>
T need(Result<T> result) {
    if (!result) require(false, to_text(result.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A consumer that counts what it gets, and no other provider.
class CountingProvider final : public provider::Provider {
  public:
    explicit CountingProvider(std::size_t& count) : count_(count) {}
    Result<std::shared_ptr<provider::Consumer>> find_consumer(const cim::InstancePtr&) override {
        return std::make_shared<Counter>(count_);
    }

  private:
    class Counter final : public provider::Consumer {
      public:
        explicit Counter(std::size_t& count) : count_(count) {}
        Result<> consume(const cim::InstancePtr&,
                         std::span<const cim::InstancePtr> events) override {
            count_ += events.size();
            return {};
        }

      private:
        std::size_t& count_;
    };
    std::size_t& count_;
};

class CountingLoader final : public provider::ProviderLoader {
  public:
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return std::make_shared<CountingProvider>(count);
    }
    std::size_t count = 0;  // synchronous: on the thread that raises
};

constexpr const char* classes = R"(
#pragma namespace("\\\\.\\root")
instance of __ArbitratorConfiguration
{
    PermanentSubscriptionsTotal = 1000000; PermanentSubscriptionsPerUser = 1000000;
};
#pragma namespace("\\\\.\\root\\default")
class Alarm : __ExtrinsicEvent { string Text; uint32 Level; };
class CountingConsumer : __EventConsumer { [key] string Name; };
instance of __Win32Provider as $Provider
{
    Name = "Counting"; CLSID = "{9C1B6A5E-4A55-4B0C-9D5D-0F6C1C8A7B11}"; HostingModel = "WmiCore";
};
instance of __EventConsumerProviderRegistration
{
    Provider = $Provider; ConsumerClassNames = {"CountingConsumer"};
};
instance of CountingConsumer { Name = "c"; };
)";

// Each filter asks for another Level; all are bound to the one consumer, synchronously.
std::string filters_mof(std::size_t filters) {
    std::string mof = classes;
    for (std::size_t i = 0; i < filters; ++i) {
        mof += fmt::format(
            "instance of __EventFilter {{ Name = \"f{0}\"; QueryLanguage = \"WQL\"; Query = "
            "\"SELECT * FROM Alarm WHERE Level = {0}\"; }};\n"
            "instance of __FilterToConsumerBinding {{ Filter = \"__EventFilter.Name=\\\"f{0}\\\"\";"
            " Consumer = \"CountingConsumer.Name=\\\"c\\\"\"; DeliveryQoS = 0; }};\n",
            i);
    }
    return mof;
}

struct Speed {
    double events_a_second = 0;
    double p50_us = 0;
    double p99_us = 0;
};

// A whole service in memory.
class Contestant {
  public:
    Contestant(std::size_t filters, bool naive) {
        service_ = need(core::Service::start({.executor = &executor_,
                                              .calls = &executor_,
                                              .loader = &loader_,
                                              .naive_matcher = naive}));
        session_ = need(service_->open_session(security::Identity::of_service(), ns_));
        const auto document = mof::parse(filters_mof(filters), "filters.mof");
        require(document.ok(), "the filters have mistakes");
        core::SessionTarget target(session_, executor_);
        const auto report = mof::compile(document, target);
        require(report.ok(), "the filters do not compile: " + to_text(report.error));
        for (const auto& each : service_->subscriptions()) {
            require(each.state == eventing::State::Active, each.filter + ": " + each.reason);
        }
        cim::InstanceBuilder builder(session_->schema()->find_class(cim::Name("Alarm")));
        need(builder.set("Text", cim::Value(std::string("something happened"))));
        need(builder.set("Level", cim::Value(std::uint32_t{0})));
        event_ = builder.build();
    }
    ~Contestant() {
        session_.reset();
        service_->stop();
        service_.reset();
        executor_.stop();
    }
    Contestant(const Contestant&) = delete;
    Contestant& operator=(const Contestant&) = delete;

    Speed run(std::size_t events) {
        std::vector<double> each(events);
        const auto before = loader_.count;
        const auto whole = microseconds([&] {
            for (auto& us : each) us = microseconds([&] { need(session_->raise(event_)); });
        });
        require(loader_.count - before == events, "not every event was delivered once");
        std::ranges::sort(each);
        return {static_cast<double>(events) / whole * 1e6, each[events / 2],
                each[events * 99 / 100]};
    }

  private:
    const cim::NamespacePath ns_ = cim::NamespacePath::literal("root\\default");
    base::MachineClock clock_;
    base::ThreadExecutor executor_{clock_, {}};
    CountingLoader loader_;
    std::unique_ptr<core::Service> service_;
    std::shared_ptr<core::Session> session_;
    cim::InstancePtr event_;
};

void run(std::size_t filters, std::size_t events) {
    Contestant indexed(filters, false);
    Contestant naive(filters, true);
    // The naive one is given fewer events where it evaluates more filters.
    const auto fewer = std::max<std::size_t>(events / std::max<std::size_t>(filters / 10, 1), 100);
    std::vector<double> ratios;
    Speed index;
    Speed every;
    for (int round = 0; round < 5; ++round) {
        index = indexed.run(events);
        every = naive.run(fewer);
        ratios.push_back(index.events_a_second / every.events_a_second);
    }
    std::ranges::sort(ratios);
    fmt::print("| {} | {:.0f} | {:.2f} | {:.2f} | {:.0f} | {:.2f} | {:.2f} | {:.2f} |\n", filters,
               index.events_a_second, index.p50_us, index.p99_us, every.events_a_second,
               every.p50_us, every.p99_us, ratios[ratios.size() / 2]);
}

}  // namespace
}  // namespace openwmi::bench

int main(int count, char** arguments) {
    std::vector<std::size_t> filters{1, 100, 10'000};
    std::size_t events = 20'000;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string name = arguments[i];
        if (name == "--events") events = std::strtoull(arguments[i + 1], nullptr, 10);
        if (name == "--filters") filters = {std::strtoull(arguments[i + 1], nullptr, 10)};
    }
    fmt::print(
        "| filters | index: events/s | p50 us | p99 us | all: events/s | p50 us | p99 us | "
        "ratio |\n|---|---|---|---|---|---|---|---|\n");
    for (const auto each : filters) openwmi::bench::run(each, events);
}
