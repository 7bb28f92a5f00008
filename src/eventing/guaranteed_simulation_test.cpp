#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "base/simulated_executor.h"
#include "eventing/test_guaranteed.h"
#include "support/temporary_folder.h"

// The sums agree: whatever fails and whenever the service dies, each event is accounted for.
namespace openwmi::eventing {
namespace {

using test::home;
using test::World;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Alarms of each of these levels, and creations of Sensors, each to a consumer of each quality.
constexpr int levels = 3;
constexpr int groups = levels + 1;
constexpr int changes = levels;  // the group of the creations

constexpr World::Delivery qualities[] = {
    World::Delivery::Synchronous, World::Delivery::Asynchronous, World::Delivery::Guaranteed};

std::string consumer_of(int group, World::Delivery quality) {
    return fmt::format("c{}{}", group, static_cast<int>(quality));
}

// What the test knows of the events that one consumer should get.
struct Account {
    std::vector<int> attempted;  // raised, whatever came of it
    std::vector<int> accepted;   // the raiser was told that all is well; Guaranteed: or committed
    std::vector<int> received;   // the consumer took it
    std::uint64_t failed = 0;    // the consumer said no
    // In calls that the service did not live to count.
    std::uint64_t uncounted_received = 0;
    std::uint64_t uncounted_failed = 0;

    std::set<int> distinct() const { return {received.begin(), received.end()}; }
};

// A service with its disk under one seed. Confined to one thread.
class Simulation {
  public:
    explicit Simulation(std::uint64_t seed) : random_(seed), executor_(seed) {
        auto options = test::options(disk_, letters_, outbox_, {.max_segments = 6});
        options.open_letters = test::opener(letters_, {.max_segments = 64});
        options.seed = seed;
        // With every second seed events die of refusals, too.
        options.retry.attempts = seed % 2 == 0 ? 4 : 1'000'000;
        outbox_.on_operation = [this]() -> Result<> {
            if (is_killed()) return fail(Status::Failed, "it is dead");
            return {};
        };
        world_ = std::make_unique<World>(executor_, std::move(options));
        world_->consumers.on_find = [this](const std::string& name) -> Result<> {
            if (is_killed() || manners_[name] == Manner::Away) {
                return fail(Status::ProviderLoadFailure, "{} is away", name);
            }
            return {};
        };
        world_->consumers.on_consume = [this](const std::string& name,
                                              std::span<const EventPtr> events) {
            return consume(accounts_[name], manners_[name], events);
        };
        live();
        for (int group = 0; group < groups; ++group) {
            const auto filter = fmt::format("f{}", group);
            const auto query = group == changes
                                   ? std::string("SELECT * FROM __InstanceCreationEvent")
                                   : fmt::format("SELECT * FROM Alarm WHERE Level = {}", group);
            world_->put_filter(filter.c_str(), query.c_str());
            for (const auto quality : qualities) {
                const auto consumer = consumer_of(group, quality);
                world_->put_consumer(consumer.c_str(), 4000);
                world_->bind(filter.c_str(), consumer.c_str(), quality);
            }
        }
    }

    ~Simulation() {
        world_->engine = nullptr;
        world_->promises = nullptr;
        executor_.drain();  // consumers are released
    }
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
            while (dead_) rise();
        }
        finish();
    }
    // One raise or change after the other with everything delivered in between; the power goes
    // after so many operations. False: it did not go.
    bool run_until_operation(std::size_t operation) {
        while (dead_) rise();
        moments_left_ = SIZE_MAX;
        letters_.operations_left = SIZE_MAX;
        disk_.operations_left = operation;
        for (int i = 0; i < 6 && !dead_; ++i) {
            if (i % 3 == 2) {
                change();
            } else {
                raise(0);
            }
            if (dead_) break;
            executor_.drain();
            executor_.advance(1s);
        }
        const bool died = dead_;
        while (dead_) rise();
        finish();
        return died;
    }

    void check() const {
        for (int group = 0; group < groups; ++group) {
            for (const auto quality : qualities) {
                const auto name = consumer_of(group, quality);
                SCOPED_TRACE(name);
                check(accounts_.contains(name) ? accounts_.at(name) : Account(), status_of(name),
                      quality == World::Delivery::Guaranteed);
            }
        }
    }
    std::uint64_t kills() const { return kills_; }
    std::uint64_t events() const { return static_cast<std::uint64_t>(last_); }

  private:
    enum class Manner { Takes, Refuses, Away };

    bool is_killed() { return dead_ || tick(); }
    // A moment at which the service may be killed. True: it was.
    bool tick() {
        if (dead_ || moments_left_ == SIZE_MAX) return dead_;
        if (moments_left_ > 0) {
            --moments_left_;
        } else {
            die();
        }
        return dead_;
    }
    // From here on nothing that the service does has any effect.
    void die() {
        dead_ = true;
        moments_left_ = SIZE_MAX;
        disk_.operations_left = 0;
        letters_.operations_left = 0;
        fs::copy_file(counters_, killed_);
        ++kills_;
    }
    void rise() {
        world_->engine = nullptr;
        world_->promises = nullptr;
        world_->counters = nullptr;
        fs::rename(killed_, counters_);
        disk_.crash(random_());
        letters_.crash(random_());
        dead_ = false;
        live();
    }
    void live() {
        world_->counters = CounterTable::open(counters_, nullptr).value();
        world_->make_engine();
        disk_.on_power_loss = letters_.on_power_loss = [this] {
            if (!dead_) die();
        };
        if (below(4) == 0) schedule_kill();
        world_->engine->start();
    }
    void restart() {
        world_->engine->stop(1s);
        if (dead_) return;
        world_->engine = nullptr;
        world_->promises = nullptr;
        live();
    }
    void schedule_kill() {
        switch (below(3)) {
            case 0: disk_.operations_left = below(25); break;
            case 1: letters_.operations_left = below(4); break;
            default: moments_left_ = below(12); break;
        }
    }

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_()) % n; }

    void step() {
        const auto dice = below(100);
        if (dice < 50) {
            raise(static_cast<int>(below(levels)));
        } else if (dice < 62) {
            change();
        } else if (dice < 74) {
            executor_.drain();
        } else if (dice < 84) {
            executor_.advance(base::Duration(1ms) * static_cast<std::int64_t>(below(20'000)));
        } else if (dice < 93) {
            const auto name = consumer_of(static_cast<int>(below(groups)), qualities[below(3)]);
            manners_[name] = static_cast<Manner>(below(3));
        } else if (dice < 95) {
            disk_.is_full = !disk_.is_full;
        } else if (dice < 97) {
            restart();
        } else {
            schedule_kill();
        }
    }

    void attempt(int group) {
        ++last_;
        for (const auto quality : qualities) {
            accounts_[consumer_of(group, quality)].attempted.push_back(last_);
        }
    }
    void accept(int group, World::Delivery quality) {
        accounts_[consumer_of(group, quality)].accepted.push_back(last_);
    }

    void raise(int level) {
        attempt(level);
        const auto raised = world_->raise(std::to_string(last_), static_cast<unsigned>(level));
        if (!raised || dead_) return;
        for (const auto quality : qualities) accept(level, quality);
    }
    void change() {
        attempt(changes);
        const Change change{
            .name_space = home,
            .current = world_->make("Sensor", {{"Id", cim::Value(std::to_string(last_))}})};
        auto prepared = world_->engine->prepare_intrinsic({&change, 1});
        if (!prepared || tick()) return;
        outbox_.commit(prepared->messages());
        accept(changes, World::Delivery::Guaranteed);
        if (tick()) return;
        world_->engine->raise_intrinsic(std::move(*prepared)).run();
        if (dead_) return;
        accept(changes, World::Delivery::Synchronous);
        accept(changes, World::Delivery::Asynchronous);
    }

    Result<> consume(Account& account, Manner manner, std::span<const EventPtr> events) {
        if (is_killed()) return fail(Status::Failed, "it is dead");
        if (manner != Manner::Takes) {
            account.failed += events.size();
            if (tick()) account.uncounted_failed += events.size();
            return fail(Status::Failed, "it refuses");
        }
        for (const auto& event : events) account.received.push_back(number_in(*event));
        if (tick()) account.uncounted_received += events.size();
        return {};
    }
    static int number_in(const Event& event) {
        auto text = event.instance->find("Text");
        if (!text) {
            const auto target = event.instance->find("TargetInstance");
            text = target->get<cim::ObjectPtr>()->as_instance()->find("Id");
        }
        return std::stoi(text->get<std::string>());
    }

    // Everybody behaves, nothing fails, and all that waits is delivered.
    void finish() {
        moments_left_ = SIZE_MAX;
        disk_.operations_left = letters_.operations_left = SIZE_MAX;
        disk_.is_full = false;
        manners_.clear();
        executor_.advance(1h);
        ASSERT_FALSE(dead_);
    }

    SubscriptionStatus status_of(const std::string& consumer) const {
        for (auto& each : world_->engine->status()) {
            if (each.consumer.find('"' + consumer + '"') != std::string::npos) return each;
        }
        ADD_FAILURE() << "no status";
        return {};
    }
    std::set<int> letters() const {
        std::set<int> all;
        const auto list = world_->promises->letters().list();
        EXPECT_TRUE(list);
        for (const auto& each : *list) all.insert(number_in(*each.event));
        return all;
    }

    void check(const Account& account, const SubscriptionStatus& status, bool guaranteed) const {
        const auto& counts = status.counters;
        EXPECT_EQ(counts.matched + counts.repeated, counts.delivered + counts.failed +
                                                        counts.dropped + counts.dead_lettered +
                                                        counts.refused + counts.lost_at_crash);
        EXPECT_EQ(status.waiting_events, 0U);
        EXPECT_EQ(status.queued_events, 0U);
        EXPECT_EQ(account.received.size(), counts.delivered + account.uncounted_received);
        EXPECT_LE(counts.matched, account.attempted.size());
        if (guaranteed) return check_guaranteed(account, counts);
        EXPECT_GE(counts.matched, account.accepted.size());
        EXPECT_EQ(counts.repeated, 0U);
        const auto received = account.distinct();
        EXPECT_EQ(received.size(), account.received.size()) << "nothing comes twice";
        std::uint64_t missing = 0;
        for (const int each : account.accepted) {
            if (!received.contains(each)) ++missing;
        }
        EXPECT_LE(missing, counts.failed + counts.dropped + counts.lost_at_crash);
        EXPECT_LE(received.size() + counts.failed + counts.dropped + counts.lost_at_crash,
                  account.attempted.size() + account.uncounted_received);
    }
    // At least once, in order; what is missing is a dead letter. One that a crash brings back may
    // come behind those after it.
    void check_guaranteed(const Account& account, const Counters& counts) const {
        EXPECT_EQ(counts.failed, 0U);
        EXPECT_EQ(counts.dropped, 0U);
        const auto received = account.distinct();
        const auto buried = letters();
        std::vector<int> expected;
        for (const int each : account.accepted) {
            if (buried.contains(each)) continue;
            EXPECT_TRUE(received.contains(each)) << each << " is gone";
            expected.push_back(each);
        }
        std::vector<int> first_times;
        std::set<int> seen;
        const std::set<int> wanted(expected.begin(), expected.end());
        for (const int each : account.received) {
            if (wanted.contains(each) && seen.insert(each).second) first_times.push_back(each);
        }
        EXPECT_EQ(first_times, expected);
    }

    std::mt19937_64 random_;
    base::SimulatedExecutor executor_;
    support::TemporaryFolder folder_{fs::exists("/dev/shm") ? "/dev/shm"
                                                            : fs::temp_directory_path()};
    const fs::path counters_ = folder_ / "counters";
    const fs::path killed_ = folder_ / "killed";
    log::test::FaultyFiles disk_;
    log::test::FaultyFiles letters_;
    test::Outbox outbox_;
    std::map<std::string, Manner> manners_;
    std::map<std::string, Account> accounts_;
    std::unique_ptr<World> world_;
    bool dead_ = false;
    std::size_t moments_left_ = SIZE_MAX;
    std::uint64_t kills_ = 0;
    int last_ = 0;
};

TEST(GuaranteedSimulation, theSumsAgree) {
    const auto first = number_of("OPENWMI_DELIVERY_SEED", 1);
    const auto seeds = number_of("OPENWMI_DELIVERY_SEEDS", 30);
    std::uint64_t kills = 0;
    std::uint64_t events = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        SCOPED_TRACE(fmt::format("OPENWMI_DELIVERY_SEED={}", seed));
        Simulation simulation(seed);
        simulation.run(80);
        simulation.check();
        if (testing::Test::HasFailure()) return;
        kills += simulation.kills();
        events += simulation.events();
    }
    std::cout << fmt::format("seeds {} to {}: {} events, {} kills\n", first, first + seeds - 1,
                             events, kills);
    EXPECT_GT(kills, seeds / 2);
}

TEST(GuaranteedSimulation, theSumsAgreeWhereverTheDiskGoes) {
    std::size_t operation = 0;
    for (bool died = true; died; ++operation) {
        for (std::uint64_t seed = 1; seed <= 2; ++seed) {
            SCOPED_TRACE(fmt::format("operation {}, seed {}", operation, seed));
            Simulation simulation(seed * 1000 + operation);
            died = simulation.run_until_operation(operation);
            simulation.check();
            if (testing::Test::HasFailure()) return;
        }
    }
    EXPECT_GT(operation, 20U);
}

}  // namespace
}  // namespace openwmi::eventing
