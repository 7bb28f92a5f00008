#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "support/temporary_folder.h"

// A whole service on a real disk, killed by the kernel.
namespace openwmi::core {
namespace {

using namespace std::chrono_literals;

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// What the process that is killed says of itself, and what that of the test notes.
struct Note {
    enum class What : std::uint32_t { Tried, Accepted, Received };
    What what{};
    char consumer = 0;  // of Received: the first letter of its name
    int number = 0;
};
using Tell = std::function<void(const Note&)>;

int number_in(const cim::Instance& event) {
    auto text = event.find("Text");
    if (!text) {
        text = event.find("TargetInstance")->get<cim::ObjectPtr>()->as_instance()->find("Id");
    }
    return std::stoi(text->get<std::string>());
}

class Consumers final : public provider::ProviderLoader {
  public:
    explicit Consumers(Tell tell) : tell_(std::move(tell)) {}
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return std::make_shared<Provider>(tell_);
    }

  private:
    class Provider final : public provider::Provider {
      public:
        explicit Provider(const Tell& tell) : tell_(tell) {}
        Result<std::shared_ptr<provider::Consumer>> find_consumer(
            const cim::InstancePtr&) override {
            return std::make_shared<Sink>(tell_);
        }

      private:
        const Tell& tell_;
    };
    class Sink final : public provider::Consumer {
      public:
        explicit Sink(const Tell& tell) : tell_(tell) {}
        Result<> consume(const cim::InstancePtr& logical,
                         std::span<const cim::InstancePtr> events) override {
            const auto name = logical->find("Name")->get<std::string>();
            for (const auto& event : events) {
                tell_({Note::What::Received, name.front(), number_in(*event)});
            }
            return {};
        }

      private:
        const Tell& tell_;
    };

    const Tell tell_;
};

constexpr const char* schema = R"(
#pragma namespace("\\\\.\\root\\subscription")
class TestConsumer : __EventConsumer { [key] string Name; };
class Sensor { [key] string Id; };
class Alarm : __ExtrinsicEvent { string Text; };
instance of __Win32Provider as $P { Name = "Recorder"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __EventConsumerProviderRegistration { Provider = $P; ConsumerClassNames = {"TestConsumer"}; };
instance of __EventFilter as $A { Name = "a"; QueryLanguage = "WQL"; Query = "SELECT * FROM Alarm"; };
instance of __EventFilter as $S { Name = "s"; QueryLanguage = "WQL";
  Query = "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Sensor'"; };
instance of TestConsumer as $G { Name = "guaranteed"; };
instance of TestConsumer as $C { Name = "changes"; };
instance of TestConsumer as $E { Name = "express"; };
instance of __FilterToConsumerBinding { Filter = $A; Consumer = $G; DeliveryQoS = 2; };
instance of __FilterToConsumerBinding { Filter = $S; Consumer = $C; DeliveryQoS = 2; };
instance of __FilterToConsumerBinding { Filter = $A; Consumer = $E; DeliveryQoS = 1; };
)";

// One life of the service. Confined to one thread.
class Life {
  private:
    Consumers consumers_;

  public:
    Life(const std::filesystem::path& folder, Tell tell) : consumers_(std::move(tell)) {
        auto started = Service::start({.state_folder = folder,
                                       .executor = &executor,
                                       .calls = &executor,
                                       .loader = &consumers_,
                                       .log_segment_bytes = std::size_t{64} << 10});
        EXPECT_TRUE(started) << (started ? "" : to_text(started.error()));
        if (!started) return;
        service = std::move(*started);
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\subscription"));
    }
    ~Life() {
        session = nullptr;
        if (service) service->stop();
        executor.drain();
    }
    bool raise(int number) const {
        cim::InstanceBuilder builder(session->schema()->find_class("Alarm"));
        (void)builder.set("Text", cim::Value(std::to_string(number)));
        return session->raise(builder.build()).has_value();
    }
    bool put(int number) {
        cim::InstanceBuilder builder(session->schema()->find_class("Sensor"));
        (void)builder.set("Id", cim::Value(std::to_string(number)));
        return wait_for(executor,
                        [&](SinkPtr sink) {
                            session->put_instance(builder.build(), repository::PutMode::CreateOnly,
                                                  std::move(sink));
                        })
            .has_value();
    }

    base::SimulatedExecutor executor{1};
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

class GuaranteedKillTest : public testing::Test {
  protected:
    // Every third event is a change.
    static bool is_change(int number) { return number % 3 == 0; }

    [[noreturn]] void be_killed(int next, int notes) {
        const Tell tell = [notes](const Note& note) {
            if (::write(notes, &note, sizeof note) != sizeof note) ::_exit(1);
        };
        Life life(folder_.path(), tell);
        for (int number = next; life.service; ++number) {
            tell({Note::What::Tried, 0, number});
            if (!(is_change(number) ? life.put(number) : life.raise(number))) break;
            tell({Note::What::Accepted, 0, number});
            if (number % 4 == 0) life.executor.drain();
            if (number % 16 == 0) life.executor.advance(1s);
        }
        ::_exit(1);
    }

    void kill_one(int notes, int microseconds) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            be_killed(next_, ends[1]);
        }
        ::close(ends[1]);
        Note read;
        while (notes-- > 0 && ::read(ends[0], &read, sizeof read) == sizeof read) note(read);
        ::usleep(static_cast<useconds_t>(microseconds));
        EXPECT_EQ(::kill(child, SIGKILL), 0);
        while (::read(ends[0], &read, sizeof read) == sizeof read) note(read);
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    }

    void note(const Note& note) {
        switch (note.what) {
            case Note::What::Tried: next_ = note.number + 1; break;
            case Note::What::Accepted: accepted_.push_back(note.number); break;
            case Note::What::Received: received_[note.consumer].push_back(note.number); break;
        }
    }

    // Of those that were accepted each came, and each for the first time in its order.
    void check(char consumer, bool changes) {
        std::vector<int> expected;
        for (const int each : accepted_) {
            if (is_change(each) == changes) expected.push_back(each);
        }
        const std::set<int> wanted(expected.begin(), expected.end());
        std::set<int> seen;
        std::vector<int> first_times;
        for (const int each : received_[consumer]) {
            if (wanted.contains(each) && seen.insert(each).second) first_times.push_back(each);
        }
        EXPECT_EQ(first_times, expected) << consumer;
    }

    support::TemporaryFolder folder_;
    int next_ = 1;
    std::vector<int> accepted_;
    std::map<char, std::vector<int>> received_;
};

TEST_F(GuaranteedKillTest, whatWasAcceptedArrivesAndWhatWasLostIsCounted) {
    const auto seed = number_of("OPENWMI_KILL_SEED", 1);
    const auto kills = number_of("OPENWMI_KILLS", 6);
    SCOPED_TRACE(fmt::format("OPENWMI_KILL_SEED={}", seed));
    const Tell tell = [this](const Note& each) { note(each); };
    {
        Life life(folder_.path(), tell);
        SessionTarget target(life.session, life.executor);
        const auto report = mof::compile(mof::parse(schema, "test.mof"), target);
        ASSERT_TRUE(report.ok()) << mof::summary(report);
    }
    std::mt19937_64 random(seed);
    for (std::uint64_t kill = 0; kill < kills; ++kill) {
        kill_one(static_cast<int>(random() % 120), static_cast<int>(random() % 20'000));
        ASSERT_FALSE(HasFatalFailure());
    }
    Life last(folder_.path(), tell);
    last.executor.advance(1h);
    check('g', false);
    check('c', true);
    std::uint64_t lost = 0;
    for (const auto& each : last.service->subscriptions()) {
        const auto& counts = each.counters;
        EXPECT_EQ(counts.matched + counts.repeated, counts.delivered + counts.failed +
                                                        counts.dropped + counts.dead_lettered +
                                                        counts.refused + counts.lost_at_crash)
            << each.consumer;
        EXPECT_EQ(each.waiting_events, 0U);
        if (each.guaranteed) continue;
        // Each life may have had one call under way that it did not live to count.
        const auto received = received_['e'].size();
        EXPECT_LE(counts.delivered, received);
        EXPECT_LE(received, counts.delivered + kills * 64);
        EXPECT_EQ(std::set<int>(received_['e'].begin(), received_['e'].end()).size(), received);
        lost = counts.lost_at_crash;
    }
    std::cout << fmt::format("seed {}: {} kills, {} events accepted, {} express ones lost\n", seed,
                             kills, accepted_.size(), lost);
    EXPECT_GT(accepted_.size(), kills);
}

}  // namespace
}  // namespace openwmi::core
