// What becomes of the events that sinks hold when their provider goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <semaphore>
#include <thread>

#include "base/thread_executor.h"
#include "plugin/event_sink.h"
#include "support/test_provider.h"

namespace openwmi::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// On threads; says when somebody waits at a gate.
class WatchedExecutor final : public base::Executor {
  public:
    // False: the time of the wait is over at once.
    std::function<bool()> on_wait = [] { return true; };

    bool post(base::Task task) override { return threads_.post(std::move(task)); }
    base::TimerId post_after(base::Duration delay, base::Task task) override {
        return threads_.post_after(delay, std::move(task));
    }
    bool cancel(base::TimerId timer) override { return threads_.cancel(timer); }
    const base::Clock& clock() const override { return simulated_.clock(); }
    std::shared_ptr<base::Gate> make_gate() override {
        return std::make_shared<WatchedGate>(*this, threads_.make_gate());
    }

  private:
    class WatchedGate final : public base::Gate {
      public:
        WatchedGate(WatchedExecutor& executor, std::shared_ptr<base::Gate> gate)
            : executor_(executor), gate_(std::move(gate)) {}
        void open() override { gate_->open(); }
        bool is_open() const override { return gate_->is_open(); }
        bool wait(base::Duration) override {
            return executor_.on_wait() && gate_->wait(base::Duration::max());
        }

      private:
        WatchedExecutor& executor_;
        const std::shared_ptr<base::Gate> gate_;
    };

    base::SimulatedExecutor simulated_{1};
    base::ThreadExecutor threads_{simulated_.clock(), {}};
};

// Does something with each event before it takes it.
class Target final : public provider::EventSink {
  public:
    Result<> raise(std::span<const cim::InstancePtr> events) override {
        for (const auto& event : events) {
            const auto text = event->find("Text")->get<std::string>();
            if (on_event) on_event(text);
            taken.push_back(text);
        }
        return {};
    }
    bool wanted(const cim::Class&) const override { return true; }

    std::function<void(const std::string&)> on_event;
    std::vector<std::string> taken;
};

class EventCloseTest : public support::ProviderTest {
  protected:
    // A sink that must batch.
    com::Ptr<IWbemEventSink> make_sink(DWORD bytes) {
        outlet_ = std::make_shared<EventOutlet>(
            "Stranger", target_, [schema = schema_] { return schema; }, threads_);
        auto sink = make_event_sink(outlet_);
        EXPECT_EQ(sink->SetBatchingParameters(WBEM_FLAG_MUST_BATCH, bytes,
                                              static_cast<DWORD>(WBEM_INFINITE)),
                  WBEM_S_NO_ERROR);
        return sink;
    }
    // While another thread sends "one" and "two" is held behind it. `let_go`: lets that thread go
    // on.
    using LetGo = std::counting_semaphore<>;
    void close_while_another_sends(const std::function<bool(LetGo& let_go)>& on_wait) {
        LetGo entered(0);
        LetGo let_go(0);
        threads_.on_wait = [&] { return on_wait(let_go); };
        target_->on_event = [&](const std::string& text) {
            if (text != "one") return;
            entered.release();
            let_go.acquire();
        };
        const auto sink = make_sink(1);
        {
            // What it sends for others, too, decides what it is told.
            const std::jthread sender([&] { indicate(sink.get(), event("one")); });
            entered.acquire();
            EXPECT_EQ(indicate(sink.get(), event("two")), WBEM_S_NO_ERROR);
            outlet_->close();
            let_go.release();
        }
        EXPECT_EQ(indicate(sink.get(), event("three")), WBEM_E_SHUTTING_DOWN);
    }

    WatchedExecutor threads_;
    const std::shared_ptr<Target> target_ = std::make_shared<Target>();
    std::shared_ptr<EventOutlet> outlet_;
};

TEST_F(EventCloseTest, waits_for_what_another_thread_is_sending) {
    close_while_another_sends([](LetGo& let_go) {
        let_go.release();
        return true;
    });
    EXPECT_THAT(target_->taken, ElementsAre("one", "two"));
    EXPECT_EQ(outlet_->counters().raised, 2U);
    EXPECT_EQ(outlet_->counters().late, 1U) << "what came after it";
}

TEST_F(EventCloseTest, does_not_wait_for_ever_and_what_is_late_is_counted) {
    int waits = 0;
    close_while_another_sends([&](LetGo&) {
        ++waits;
        return false;
    });
    EXPECT_GT(waits, 0);
    EXPECT_THAT(target_->taken, ElementsAre("one"));
    EXPECT_EQ(outlet_->counters().raised, 1U);
    EXPECT_EQ(outlet_->counters().late, 2U) << "what was held, and what came after it";
}

TEST_F(EventCloseTest, does_not_wait_for_itself) {
    target_->on_event = [&](const std::string&) { outlet_->close(); };
    threads_.on_wait = [] {
        ADD_FAILURE() << "for itself";
        return false;
    };
    auto sink = make_sink(1 << 20);
    EXPECT_EQ(indicate(sink.get(), event("one")), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(sink.get(), event("two")), WBEM_S_NO_ERROR);
    EXPECT_THAT(target_->taken, IsEmpty());
    outlet_->flush(base::Duration::zero());
    EXPECT_THAT(target_->taken, ElementsAre("one"));
    EXPECT_EQ(outlet_->counters().late, 1U);
}

TEST_F(EventCloseTest, an_exception_of_the_service_is_counted_and_the_next_event_goes_on) {
    target_->on_event = [](const std::string& text) {
        if (text == "bad") throw std::bad_alloc();
    };
    const auto sink = make_sink(1);
    EXPECT_EQ(indicate(sink.get(), event("bad")), WBEM_E_OUT_OF_MEMORY);
    EXPECT_EQ(indicate(sink.get(), event("good")), WBEM_S_NO_ERROR);
    EXPECT_THAT(target_->taken, ElementsAre("good"));
    EXPECT_EQ(outlet_->counters().refused, 1U);
    EXPECT_EQ(outlet_->counters().raised, 1U);
}

}  // namespace
}  // namespace openwmi::plugin
