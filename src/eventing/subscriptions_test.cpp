#include "eventing/subscriptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "eventing/test_world.h"
#include "support/proves.h"

namespace openwmi::eventing {
namespace {

using test::home;
using test::numbers;
using test::World;
using testing::HasSubstr;

class SubscriptionsTest : public testing::Test {
  protected:
    SubscriptionStatus status() const { return world.engine->status().at(0); }

    base::SimulatedExecutor executor{1};
    World world{executor};
};

TEST_F(SubscriptionsTest, storedOnesAreActiveAfterTheStart) {
    world.catalog.put(world.make("__EventFilter", {{"Name", cim::Value("f")},
                                                   {"Query", cim::Value("SELECT * FROM Alarm")},
                                                   {"QueryLanguage", cim::Value("WQL")}}));
    world.catalog.put(world.make("TestConsumer", {{"Name", cim::Value("c")}}));
    world.catalog.put(world.binding("f", "c", World::Delivery::Asynchronous));
    world.engine->start();
    EXPECT_EQ(status().state, State::Active);
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    PROVES("DLV-004", EXPECT_EQ(world.consumers.texts(), numbers(1, 1)));
}

TEST_F(SubscriptionsTest, aFilterWhoseSourcesFailIsBrokenAndTriedAgainWhenRegistrationsChange) {
    bool corrected = false;
    world.sources.on_activate = [&](auto) -> Result<Coverage> {
        if (!corrected) return fail(Status::ProviderLoadFailure, "no such library");
        return Coverage{Coverage::By::Provider, "raised by P", {}};
    };
    world.subscribe();
    EXPECT_EQ(status().state, State::Broken);
    EXPECT_THAT(status().reason, HasSubstr("no such library"));
    ASSERT_TRUE(world.raise("raised for others"));
    executor.drain();
    PROVES("DLV-008", EXPECT_TRUE(world.consumers.texts().empty()));
    EXPECT_EQ(world.sources.live(), 0U);
    corrected = true;
    world.engine->classes_changed(home);
    executor.drain();
    PROVES("DLV-008", EXPECT_EQ(status().state, State::Active));
    EXPECT_EQ(status().coverage, "raised by P");
    EXPECT_EQ(world.sources.activations(), 2U);
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    PROVES("DLV-008", EXPECT_EQ(world.consumers.texts(), numbers(1, 1)));
}

TEST_F(SubscriptionsTest, aFilterOnAnUnknownClassComesToLifeWithIt) {
    world.put_filter("f", "SELECT * FROM Unheard");
    world.put_consumer("c");
    world.bind("f", "c");
    EXPECT_EQ(status().state, State::Broken);
    world.catalog.change_schema([](test::TestSchema& schema) {
        schema.add_derived("Unheard", "__ExtrinsicEvent",
                           {cim::test::property("Text", cim::CimType::String)});
    });
    world.engine->classes_changed(home);
    executor.drain();
    EXPECT_EQ(status().state, State::Active);
    ASSERT_TRUE(world.engine->raise(home, world.make("Unheard", {{"Text", cim::Value("1")}}),
                                    world.raiser));
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
}

TEST_F(SubscriptionsTest, sourcesThatComeUpTooLateAreStoppedAgain) {
    world.put_filter("f");
    world.put_consumer("c");
    const auto binding = world.binding("f", "c", World::Delivery::Asynchronous)->path().value();
    world.sources.on_activate = [&](auto) -> Result<Coverage> {
        world.erase(binding);  // while they come up
        return Coverage{Coverage::By::Provider, "late", {}};
    };
    world.bind("f", "c");
    executor.drain();
    EXPECT_EQ(world.sources.live(), 0U);
    EXPECT_EQ(status().state, State::Unbound);
}

TEST_F(SubscriptionsTest, whatChangesWhileSourcesComeUpIsNotMissed) {
    int attempts = 0;
    world.sources.on_activate = [&](auto) -> Result<Coverage> {
        if (++attempts > 1) return Coverage{Coverage::By::Provider, "now it is registered", {}};
        world.engine->classes_changed(home);  // just after the registrations were read
        return fail(Status::ProviderNotFound, "not registered");
    };
    world.subscribe();
    executor.drain();
    EXPECT_EQ(status().state, State::Active);
    EXPECT_EQ(attempts, 2);
}

TEST_F(SubscriptionsTest, aFilterThatLosesAccessWhileItIsTriedAgainMayHaveItBack) {
    world.sources.on_activate = [&](auto) {
        return Coverage{Coverage::By::Provider, "one", "another is missing"};
    };
    world.subscribe();
    executor.drain();
    ASSERT_EQ(status().state, State::Degraded);
    world.sources.on_check = [&](auto) -> Result<> {
        world.engine->classes_changed(home);  // what is degraded is tried again
        world.sources.on_activate = [](auto) -> Result<Coverage> {
            return fail(Status::AccessDenied, "not for you");
        };
        return fail(Status::AccessDenied, "not for you");
    };
    world.engine->access_changed(home);
    executor.drain();
    EXPECT_EQ(status().state, State::Broken);
    EXPECT_EQ(world.sources.live(), 0U);
    world.sources.on_check = nullptr;
    world.sources.on_activate = nullptr;
    world.engine->access_changed(home);
    executor.drain();
    EXPECT_EQ(status().state, State::Active);
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
}

TEST_F(SubscriptionsTest, sourcesThatAlwaysChangeSomethingAreNotTriedForEver) {
    world.sources.on_activate = [&](auto) -> Result<Coverage> {
        world.engine->classes_changed(home);
        return fail(Status::InitializationFailure, "no");
    };
    world.subscribe();
    executor.drain();
    EXPECT_EQ(status().state, State::Broken);
    EXPECT_LE(world.sources.activations(), 3U);
}

// A provider that defines classes in its Initialize wakes up other filters; they wait for the same
// provider, so they must not be waited for here.
TEST_F(SubscriptionsTest, aSourceMayDefineClassesWhileItComesUp) {
    world.put_filter("waiting", "SELECT * FROM Defined");
    world.put_consumer("c");
    world.bind("waiting", "c");
    bool initializing = false;
    bool initialized = false;
    world.sources.on_activate = [&](auto) -> Result<Coverage> {
        EXPECT_FALSE(initializing) << "this would wait for itself";
        if (std::exchange(initialized, true)) return Coverage{Coverage::By::Provider, "up", {}};
        initializing = true;
        world.catalog.change_schema([](test::TestSchema& schema) {
            schema.add_derived("Defined", "__ExtrinsicEvent", {});
        });
        world.engine->classes_changed(home);
        initializing = false;
        return Coverage{Coverage::By::Provider, "up", {}};
    };
    world.put_filter("f");
    world.bind("f", "c");
    executor.drain();
    for (const auto& each : world.engine->status()) EXPECT_EQ(each.state, State::Active);
}

TEST_F(SubscriptionsTest, aFilterThatNobodyServesIsAskedAboutAgainAndMissesNothing) {
    world.sources.on_activate = [](auto) {
        return Coverage{Coverage::By::Nobody, "only a client can raise it", {}};
    };
    world.subscribe();
    world.sources.on_activate = [&](auto) -> Result<Coverage> {
        EXPECT_TRUE(world.raise("meanwhile"));
        return Coverage{Coverage::By::Provider, "raised by P", {}};
    };
    world.engine->classes_changed(home);
    executor.drain();
    EXPECT_EQ(status().coverage, "raised by P");
    EXPECT_EQ(world.consumers.texts().size(), 1U);
    EXPECT_EQ(world.sources.live(), 1U) << "the same filter";
}

TEST_F(SubscriptionsTest, aFilterThatOnlySomeServeIsDegraded) {
    world.sources.on_activate = [](auto) {
        return Coverage{Coverage::By::Provider, "raised by P", "Q does not load"};
    };
    world.subscribe();
    EXPECT_EQ(status().state, State::Degraded);
    EXPECT_EQ(status().reason, "Q does not load");
}

TEST_F(SubscriptionsTest, aChangedQueryReplacesTheOldOne) {
    world.subscribe();
    world.put_filter("f", "SELECT * FROM Alarm WHERE Level = 1");
    executor.drain();
    PROVES("DLV-007", EXPECT_EQ(world.sources.activations(), 2U));
    EXPECT_EQ(world.sources.live(), 1U);
    ASSERT_TRUE(world.raise("no", 0));
    ASSERT_TRUE(world.raise("1", 1));
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
}

TEST_F(SubscriptionsTest, puttingTheSameAgainChangesNothing) {
    world.subscribe();
    world.subscribe();
    EXPECT_EQ(world.sources.activations(), 1U);
    world.put_filter("f");
    EXPECT_EQ(world.sources.activations(), 1U);
}

TEST_F(SubscriptionsTest, aDisabledFilterIsSilent) {
    world.subscribe();
    const auto filter = world.make("__EventFilter", {{"Name", cim::Value("f")}})->path().value();
    world.catalog.set_disabled(filter, true);
    world.engine->subscription_changed(home, filter);
    executor.drain();
    EXPECT_EQ(status().state, State::Disabled);
    EXPECT_EQ(world.sources.live(), 0U);
    ASSERT_TRUE(world.raise("no"));
    world.catalog.set_disabled(filter, false);
    world.engine->subscription_changed(home, filter);
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
}

TEST_F(SubscriptionsTest, aDeletedConsumerTakesItsQueueWithIt) {
    world.subscribe();
    ASSERT_TRUE(world.raise("1"));
    world.erase(world.make("TestConsumer", {{"Name", cim::Value("c")}})->path().value());
    executor.drain();
    EXPECT_TRUE(world.consumers.calls().empty());
    EXPECT_EQ(world.counts().dropped, 1U);
    EXPECT_EQ(status().state, State::Unbound);
    EXPECT_EQ(world.sources.live(), 0U);
}

TEST_F(SubscriptionsTest, everythingOfADeletedNamespaceGoes) {
    world.subscribe();
    world.catalog.remove_namespace();
    world.engine->namespaces_changed();
    executor.drain();
    EXPECT_TRUE(world.engine->status().empty());
    EXPECT_EQ(world.sources.live(), 0U);
}

TEST_F(SubscriptionsTest, aRepositoryThatCannotBeReadTakesNothingAway) {
    world.subscribe();
    world.catalog.set_broken(true);
    world.engine->namespaces_changed();
    for (const char* name : {"f", "g"}) {
        world.engine->subscription_changed(
            home, world.make("__EventFilter", {{"Name", cim::Value(name)}})->path().value());
    }
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
}

TEST_F(SubscriptionsTest, aRedefinedConsumerIsFoundAnew) {
    world.subscribe();
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    world.put_consumer("c", 100'000);
    executor.drain();
    EXPECT_EQ(world.consumers.living(), 0);
    ASSERT_TRUE(world.raise("2"));
    executor.drain();
    EXPECT_EQ(world.consumers.found(), 2);
}

TEST_F(SubscriptionsTest, partsThatAreNotBoundAreListed) {
    world.put_filter("f");
    world.put_consumer("c");
    const auto all = world.engine->status();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].state, State::Unbound);
    EXPECT_EQ(all[1].name_space, "root\\test");
}

}  // namespace
}  // namespace openwmi::eventing
