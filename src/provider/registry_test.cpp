#include "provider/registry.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>

#include "base/simulated_executor.h"
#include "base/thread_executor.h"
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
    Result<cim::InstancePtr> find_instance(const cim::NamespacePath&,
                                           const cim::ObjectPath& path) const override {
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
                                           const cim::NamespacePath&) override {
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

}  // namespace
}  // namespace openwmi::provider
