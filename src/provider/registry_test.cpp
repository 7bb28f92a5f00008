#include "provider/registry.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/simulated_executor.h"
#include "base/thread_executor.h"
#include "provider/turns.h"
#include "support/proves.h"
#include "wql/query.h"
#include "wql/sample_schema.h"

namespace openwmi::provider {
namespace {

using std::chrono::minutes;

const cim::NamespacePath home = cim::NamespacePath::literal("root\\cimv2");

// What is registered, as the test puts it. Immutable once in use.
class Registrations final : public RegistrationSource {
  public:
    std::shared_ptr<const wql::test::SampleSchema> sample =
        std::make_shared<wql::test::SampleSchema>();
    std::vector<cim::InstancePtr> stored;

    void add_provider(const char* name) {
        stored.push_back(sample->make(
            "__Win32Provider", {{"Name", cim::Value(name)},
                                {"CLSID", cim::Value("{11111111-2222-3333-4444-555555555555}")}}));
    }
    void add_events(const std::string& provider, cim::Strings queries) {
        stored.push_back(sample->make("__EventProviderRegistration",
                                      {{"provider", cim::Value(provider)},
                                       {"EventQueryList", cim::Value(std::move(queries))}}));
    }
    void add_consumers(const std::string& provider, cim::Strings classes) {
        stored.push_back(sample->make("__EventConsumerProviderRegistration",
                                      {{"provider", cim::Value(provider)},
                                       {"ConsumerClassNames", cim::Value(std::move(classes))}}));
    }
    void set_clear_after(const char* cache_control, const char* interval) {
        stored.push_back(sample->make(cache_control, {{"ClearAfter", cim::Value(interval)}}));
    }

    std::shared_ptr<const cim::Schema> schema(const cim::NamespacePath& ns) const override {
        return ns == home ? sample : nullptr;
    }
    Result<std::vector<cim::InstancePtr>> instances(const cim::NamespacePath&,
                                                    const cim::Name& class_name) const override {
        std::vector<cim::InstancePtr> found;
        for (const auto& each : stored) {
            if (each->class_of().is_a(class_name)) found.push_back(each);
        }
        return found;
    }
    // Singletons, which are the cache controls, stand in root.
    Result<cim::InstancePtr> find_instance(const cim::NamespacePath& ns,
                                           const cim::ObjectPath& path) const override {
        if (path.singleton && !ns.is_root()) return fail(Status::NotFound, "no {}", path.text());
        for (const auto& each : stored) {
            if (each->class_of().name() != path.class_name) continue;
            if (path.singleton || *each->find("Name") == path.keys.at(0).value) {
                return each->with_origin(
                    std::make_shared<const cim::Origin>(cim::Origin{".", home}));
            }
        }
        return fail(Status::NotFound, "no {}", path.text());
    }
};

// A provider that can do nothing but be there.
class Idle final : public Provider {
  public:
    explicit Idle(std::atomic<int>& living) : living_(living) { ++living_; }
    ~Idle() override { --living_; }

  private:
    std::atomic<int>& living_;
};

class Loader final : public ProviderLoader {
  public:
    std::function<Result<>()> on_load;
    std::atomic<int> loads{0};
    std::atomic<int> living{0};

    Result<std::shared_ptr<Provider>> load(const ProviderRegistration&,
                                           const ProviderScope&) override {
        ++loads;
        if (on_load) WMI_TRY(on_load());
        return std::make_shared<Idle>(living);
    }
};

class RegistryTest : public testing::Test {
  protected:
    void SetUp() override { source.add_provider("P"); }

    Registry& registry() {
        if (!made) {
            made = std::make_unique<Registry>(
                Registry::Options{.source = &source, .loader = &loader, .executor = &executor});
        }
        return *made;
    }
    ProviderRegistration provider(const char* name = "P") const {
        cim::ObjectPath path;
        path.class_name = "__Win32Provider";
        path.keys.push_back({"Name", name});
        return read_provider(source.find_instance(home, path).value()).value();
    }
    wql::BoundQuery query(const char* text) const {
        return wql::bind(wql::parse(text).value(), *source.sample, wql::BindFor::Event).value();
    }

    base::SimulatedExecutor executor{1};
    Registrations source;
    Loader loader;
    std::unique_ptr<Registry> made;
};

TEST_F(RegistryTest, loadsOnceANamespaceNameAndRole) {
    const auto one = registry().use(provider(), Role::Events);
    const auto two = registry().use(provider(), Role::Events);
    ASSERT_TRUE(one);
    EXPECT_EQ(*one, *two);
    EXPECT_EQ(loader.loads, 1);
    ASSERT_TRUE(registry().use(provider(), Role::Consumers));
    EXPECT_EQ(loader.loads, 2);
    EXPECT_EQ(registry().loaded().size(), 2U);
}

TEST_F(RegistryTest, aLoadThatFailsIsTriedAgain) {
    loader.on_load = [] { return fail(Status::ProviderLoadFailure, "no such library"); };
    EXPECT_EQ(registry().use(provider(), Role::Events).error().status, Status::ProviderLoadFailure);
    EXPECT_TRUE(registry().loaded().empty());
    loader.on_load = nullptr;
    EXPECT_TRUE(registry().use(provider(), Role::Events));
}

TEST_F(RegistryTest, anIdleProviderIsReleasedBetweenOneAndTwoIntervals) {
    source.set_clear_after("__EventConsumerProviderCacheControl", "00000000001000.000000:000");
    registry().start();
    {
        ASSERT_TRUE(registry().use(provider(), Role::Consumers));
    }
    {
        ASSERT_TRUE(registry().use(provider(), Role::Instances));
    }
    executor.advance(minutes(10));
    EXPECT_EQ(loader.living, 1) << "instance providers keep the default of five minutes";
    EXPECT_EQ(registry().loaded().at(0).role, Role::Consumers);
    executor.advance(minutes(9));
    EXPECT_EQ(loader.living, 1);
    executor.advance(minutes(1));
    PROVES("PRV-055", EXPECT_EQ(loader.living, 0));
    PROVES("PRV-056", EXPECT_TRUE(registry().loaded().empty()));
    EXPECT_TRUE(registry().use(provider(), Role::Consumers));
    EXPECT_EQ(loader.loads, 3);
}

TEST_F(RegistryTest, aProviderInUseStaysAndItsTimeBeginsAnewAfterwards) {
    registry().start();
    auto handle = registry().use(provider(), Role::Events).value();
    executor.advance(minutes(60));
    EXPECT_EQ(loader.living, 1);
    handle.reset();
    executor.advance(minutes(5));
    EXPECT_EQ(loader.living, 1);
    executor.advance(minutes(5));
    EXPECT_EQ(loader.living, 0);
}

TEST_F(RegistryTest, anAdministratorChangesTheInterval) {
    registry().start();
    source.set_clear_after("__EventProviderCacheControl", "00000000000100.000000:000");
    {
        ASSERT_TRUE(registry().use(provider(), Role::Events));
    }
    executor.advance(minutes(5));
    EXPECT_EQ(loader.living, 1);
    executor.advance(minutes(1));
    PROVES("PRV-057", EXPECT_EQ(loader.living, 0));
}

TEST_F(RegistryTest, stopReleasesEverythingAndRefusesMore) {
    auto held = registry().use(provider(), Role::Events).value();
    ASSERT_TRUE(registry().use(provider(), Role::Consumers));
    registry().stop();
    registry().stop();
    executor.drain();
    EXPECT_EQ(loader.living, 1) << "somebody still holds it";
    EXPECT_EQ(registry().use(provider(), Role::Events).error().status, Status::ShuttingDown);
}

TEST_F(RegistryTest, aProviderThatNeedsItselfToInitialiseIsToldSo) {
    Result<> inner;
    loader.on_load = [&] {
        const auto again = registry().use(provider(), Role::Instances);
        if (!again) inner = fail(again.error());
        return Result<>();
    };
    EXPECT_TRUE(registry().use(provider(), Role::Instances));
    ASSERT_FALSE(inner);
    EXPECT_EQ(inner.error().status, Status::ProviderLoadFailure);
}

TEST_F(RegistryTest, aDisabledProviderIsNotLoaded) {
    auto registration = provider();
    registration.enabled = false;
    PROVES("PRV-053", EXPECT_EQ(registry().use(registration, Role::Events).error().status,
                                Status::ProviderDisabled));
    EXPECT_EQ(loader.loads, 0);
}

TEST_F(RegistryTest, findsTheProvidersWhoseDeclarationsMeetAQuery) {
    source.add_provider("Q");
    source.add_events("__Win32Provider.Name=\"P\"",
                      {"SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA "
                       "\"CIM_Process\""});
    source.add_events("__Win32Provider.Name=\"Q\"", {"SELECT * FROM EmailEvent", "nonsense"});
    struct Case {
        const char* query;
        std::vector<std::string> providers;
    };
    const Case cases[] = {
        {"SELECT * FROM EmailEvent", {"Q"}},
        {"SELECT * FROM __ExtrinsicEvent", {"Q"}},
        {"SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Win32_Process'", {"P"}},
        {"SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'CIM_Process'", {"P"}},
        {"SELECT * FROM __InstanceDeletionEvent WHERE TargetInstance ISA 'CIM_Process'", {}},
        {"SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA '__EventFilter'", {}},
        {"SELECT * FROM __Event", {"P", "Q"}},
    };
    for (const auto& each : cases) {
        const auto found = registry().event_providers(home, query(each.query));
        ASSERT_TRUE(found) << each.query;
        std::vector<std::string> names;
        for (const auto& one : *found) names.push_back(one.registration.name);
        PROVES("GEN-019", EXPECT_EQ(names, each.providers) << each.query);
    }
    EXPECT_EQ(
        registry().event_providers(home, query("SELECT * FROM EmailEvent"))->at(0).ignored.size(),
        1U);
}

TEST_F(RegistryTest, aBrokenRegistrationDoesNotTakeTheOthersDown) {
    source.add_events("", {"SELECT * FROM EmailEvent"});
    source.add_events("__Win32Provider.Name=\"Gone\"", {"SELECT * FROM EmailEvent"});
    source.add_events("__Win32Provider.Name=\"P\"", {"SELECT * FROM EmailEvent"});
    const auto found = registry().event_providers(home, query("SELECT * FROM EmailEvent"));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 2U);
    ASSERT_TRUE(found->at(0).unusable);
    EXPECT_EQ(found->at(0).unusable->status, Status::InvalidProviderRegistration);
    EXPECT_FALSE(found->at(1).unusable);
}

TEST_F(RegistryTest, findsTheProviderOfAConsumerClassByItsExactName) {
    source.add_consumers("", {"A"});
    source.add_consumers("__Win32Provider.Name=\"P\"", {"A"});
    PROVES("PRV-014", EXPECT_EQ(registry().consumer_provider(home, "a")->name, "P"));
    const auto none = registry().consumer_provider(home, "AB");
    PROVES("PRV-005", EXPECT_EQ(none.error().status, Status::ProviderNotFound));
}

// Many who need it at once: one load, one provider for all.
TEST(RegistryThreadsTest, concurrentUseLoadsOnce) {
    Registrations source;
    source.add_provider("P");
    const auto registration = read_provider(source.stored.at(0)).value();
    const base::MachineClock clock;
    base::ThreadExecutor executor(clock, {.threads = 2});
    for (int round = 0; round < 200; ++round) {
        Loader loader;
        const bool fails = round % 4 == 3;
        loader.on_load = [&] {
            std::this_thread::yield();
            return fails ? Result<>(fail(Status::ProviderLoadFailure, "no")) : Result<>();
        };
        Registry registry({.source = &source, .loader = &loader, .executor = &executor});
        std::array<Result<ProviderHandle>, 4> handles;
        std::latch start(4);
        {
            std::vector<std::jthread> threads;
            for (auto& handle : handles) {
                threads.emplace_back([&] {
                    start.arrive_and_wait();
                    handle = registry.use(registration, Role::Events);
                });
            }
        }
        for (const auto& handle : handles) {
            ASSERT_EQ(handle.has_value(), !fails);
            ASSERT_TRUE(fails || *handle == *handles[0]);
        }
        ASSERT_TRUE(fails || loader.loads == 1);
        registry.stop();
        for (auto& handle : handles) handle = ProviderHandle();
        while (loader.living != 0) std::this_thread::yield();
    }
}

// Lets initialisations in, and knows how many are in it at a time. Thread-safe.
class Overlaps final : public ProviderLoader {
  public:
    std::function<void(const ProviderScope&)> on_load;
    std::atomic<int> most{0};                         // at a time
    std::map<std::string, std::atomic<int>> most_in;  // at a time, in a namespace; filled before

    Result<std::shared_ptr<Provider>> load(const ProviderRegistration&,
                                           const ProviderScope& scope) override {
        auto& here = now_in_.at(scope.name_space.text());
        raise(most, ++now_);
        raise(most_in.at(scope.name_space.text()), ++here);
        if (on_load) on_load(scope);
        std::this_thread::yield();
        --here;
        --now_;
        return std::make_shared<Idle>(living_);
    }
    explicit Overlaps(const std::vector<cim::NamespacePath>& namespaces) {
        for (const auto& ns : namespaces) {
            most_in[ns.text()] = 0;
            now_in_[ns.text()] = 0;
        }
    }

  private:
    static void raise(std::atomic<int>& most, int now) {
        for (int before = most; now > before && !most.compare_exchange_weak(before, now);) {
        }
    }
    std::atomic<int> now_{0};
    std::map<std::string, std::atomic<int>> now_in_;
    std::atomic<int> living_{0};
};

// Two users in each of two namespaces need a provider at the same time.
class ReentrancyTest : public testing::Test {
  protected:
    void use_all(int reentrancy, const std::function<void(const ProviderScope&)>& on_load = {}) {
        overlaps.on_load = on_load;
        Registrations source;
        source.stored.push_back(source.sample->make(
            "__Win32Provider", {{"Name", cim::Value("P")},
                                {"CLSID", cim::Value("{11111111-2222-3333-4444-555555555555}")},
                                {"PerUserInitialization", cim::Value(true)},
                                {"InitializationReentrancy", cim::Value(reentrancy)}}));
        auto registration = read_provider(source.stored.at(0)).value();
        Registry registry({.source = &source, .loader = &overlaps, .executor = &executor});
        std::latch start(4);
        std::vector<std::jthread> threads;
        for (const auto& ns : namespaces) {
            for (const char* user : {"alice", "bob"}) {
                registration.name_space = ns;
                threads.emplace_back([&registry, &start, registration, user] {
                    start.arrive_and_wait();
                    EXPECT_TRUE(registry.use(registration, Role::Instances,
                                             {.user = user, .sid = user, .locale = {}}));
                });
            }
        }
        threads.clear();
        EXPECT_EQ(registry.loaded().size(), 4U);
        registry.stop();
    }

    const std::vector<cim::NamespacePath> namespaces = {home,
                                                        cim::NamespacePath::literal("root\\test")};
    const base::MachineClock clock;
    base::ThreadExecutor executor{clock, {.threads = 2}};
    Overlaps overlaps{namespaces};
};

TEST_F(ReentrancyTest, noneMeansOneAfterTheOther) {
    for (int round = 0; round < 50; ++round) use_all(0);
    PROVES("SYS-083", EXPECT_EQ(overlaps.most, 1));
    PROVES("PRV-030", EXPECT_EQ(overlaps.most, 1));
}

TEST_F(ReentrancyTest, oneMeansOneAfterTheOtherInEachNamespace) {
    std::latch both(2);  // the first in each namespace meet
    std::set<std::string> been;
    std::mutex mutex;
    use_all(1, [&](const ProviderScope& scope) {
        std::unique_lock lock(mutex);
        const bool is_first = been.insert(scope.name_space.text()).second;
        lock.unlock();
        if (is_first) both.arrive_and_wait();
    });
    for (const auto& [ns, most] : overlaps.most_in) {
        PROVES("SYS-083", EXPECT_EQ(most, 1) << ns);
    }
    PROVES("SYS-085", EXPECT_GE(overlaps.most, 2));
}

TEST_F(ReentrancyTest, twoMeansAllAtOnce) {
    std::latch all(4);
    use_all(2, [&](const ProviderScope&) { all.arrive_and_wait(); });
    PROVES("SYS-083", EXPECT_EQ(overlaps.most, 4));
    PROVES("SYS-085", EXPECT_EQ(overlaps.most, 4));
}

TEST_F(ReentrancyTest, whoWaitsTooLongForATurnIsTold) {
    Turns turns(executor);
    auto first = turns.take("P", minutes(1));
    ASSERT_TRUE(first);
    EXPECT_TRUE(turns.take("Q", minutes(1))) << "another one's turn";
    EXPECT_TRUE(turns.take("P", minutes(1))) << "it has it already";
    std::jthread([&] { EXPECT_FALSE(turns.take("P", base::Duration(0))); }).join();
    first.reset();
    std::jthread([&] { EXPECT_TRUE(turns.take("P", base::Duration(0))); }).join();
}

TEST_F(RegistryTest, consumersAndProvidersForAllHaveOneInitialisation) {
    source.stored.push_back(source.sample->make(
        "__Win32Provider", {{"Name", cim::Value("U")},
                            {"CLSID", cim::Value("{11111111-2222-3333-4444-555555555555}")},
                            {"PerUserInitialization", cim::Value(true)},
                            {"PerLocaleInitialization", cim::Value(true)}}));
    const Client alice{.user = "alice", .sid = "S-1", .locale = "MS_409"};
    const Client bob{.user = "bob", .sid = "S-2", .locale = "MS_407"};
    const auto same = [&](const char* name, Role role) {
        return *registry().use(provider(name), role, alice) ==
               *registry().use(provider(name), role, bob);
    };
    PROVES("SYS-084", EXPECT_TRUE(same("P", Role::Instances)));
    PROVES("PRV-031", EXPECT_FALSE(same("U", Role::Instances)));
    EXPECT_FALSE(same("U", Role::Consumers)) << "their locales differ";
    const auto one = registry().use(provider("U"), Role::Consumers, alice);
    const auto two = registry().use(provider("U"), Role::Consumers,
                                    {.user = "bob", .sid = "S-2", .locale = "MS_409"});
    PROVES("COM-125", EXPECT_EQ(*one, *two));
}

TEST_F(RegistryTest, aProviderThatIsDisabledServesNobody) {
    source.stored.push_back(source.sample->make(
        "__Win32Provider", {{"Name", cim::Value("Off")},
                            {"CLSID", cim::Value("{11111111-2222-3333-4444-555555555555}")},
                            {"Enabled", cim::Value(false)}}));
    PROVES("SYS-081", EXPECT_EQ(registry().use(provider("Off"), Role::Instances).error().status,
                                Status::ProviderDisabled));
    EXPECT_EQ(loader.loads, 0);
    PROVES("SYS-081", EXPECT_TRUE(registry().use(provider(), Role::Instances)));
}

TEST_F(RegistryTest, theTimeToUnloadIsTheCacheControls) {
    source.stored.push_back(source.sample->make(
        "__Win32Provider", {{"Name", cim::Value("Slow")},
                            {"CLSID", cim::Value("{11111111-2222-3333-4444-555555555555}")},
                            {"UnloadTimeout", cim::Value("00000000000001.000000:000")}}));
    source.set_clear_after("__ObjectProviderCacheControl", "00000000001000.000000:000");
    registry().start();
    {
        ASSERT_TRUE(registry().use(provider("Slow"), Role::Instances));
    }
    executor.advance(minutes(19));
    PROVES("SYS-088", EXPECT_EQ(registry().loaded().size(), 1U) << "the default is over after ten");
    executor.advance(minutes(2));
    PROVES("SYS-088", EXPECT_TRUE(registry().loaded().empty()));
}

}  // namespace
}  // namespace openwmi::provider
