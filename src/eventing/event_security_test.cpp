#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "eventing/test_world.h"
#include "support/proves.h"

// Whose events reach whom, and who waits for whom.
namespace openwmi::eventing {
namespace {

using test::home;
using test::World;
using testing::ElementsAre;

class EventSecurityTest : public testing::Test {
  protected:
    std::shared_ptr<const Raiser> raiser_of(uid_t uid) {
        return std::make_shared<Raiser>(
            Raiser{"somebody", security::Identity::of_user(uid, uid, {})});
    }
    static cim::Value creator(const security::Sid& sid) {
        cim::Unsigneds bytes;
        for (const char byte : sid.bytes()) bytes.push_back(static_cast<unsigned char>(byte));
        return cim::Value(std::move(bytes));
    }
    void put_filter(const char* name, const char* query, const security::Sid& sid,
                    const char* access = "") {
        world.put(world.make("__EventFilter", {{"Name", cim::Value(name)},
                                               {"Query", cim::Value(query)},
                                               {"QueryLanguage", cim::Value("WQL")},
                                               {"CreatorSID", creator(sid)},
                                               {"EventAccess", cim::Value(access)}}));
    }
    void put_binding(const char* filter, const char* consumer, const char* flag) {
        world.put(
            world.make("__FilterToConsumerBinding",
                       {{"Filter", cim::Value(fmt::format("__EventFilter.Name=\"{}\"", filter))},
                        {"Consumer", cim::Value(fmt::format("TestConsumer.Name=\"{}\"", consumer))},
                        {flag, cim::Value(true)}}));
    }

    base::SimulatedExecutor executor{1};
    World world{executor};
};

TEST_F(EventSecurityTest, aFilterTakesTheEventsOfThoseWhomItsEventAccessNames) {
    put_filter("f", "SELECT * FROM Alarm", security::Sid::administrators(),
               "O:BAG:BAD:(A;;0x80;;;S-1-22-1-4711)");
    world.put_consumer("c");
    world.bind("f", "c");
    ASSERT_TRUE(world.engine->raise(home, world.alarm("mine"), raiser_of(4711)));
    ASSERT_TRUE(world.engine->raise(home, world.alarm("yours"), raiser_of(4712)));
    ASSERT_TRUE(world.raise("the service's"));
    executor.drain();
    PROVES("SYS-024", EXPECT_THAT(world.consumers.texts(), ElementsAre("mine")));
    PROVES("DLV-036", EXPECT_EQ(world.counts().matched, 1U));
}

TEST_F(EventSecurityTest, onlyAdministratorsAreToldOfOverflows) {
    world.put_filter("alarms");
    world.put_consumer("small", 1);
    world.bind("alarms", "small");
    const char* query = "SELECT * FROM __EventQueueOverflowEvent";
    put_filter("user", query, security::Sid::of_uid(4711));
    put_filter("administrator", query, security::Sid::administrators());
    for (const char* name : {"user", "administrator"}) {
        world.put_consumer(name);
        world.bind(name, name);
    }
    ASSERT_TRUE(world.raise("lost"));
    executor.drain();
    PROVES("GEN-045", EXPECT_EQ(world.consumers.texts("administrator").size(), 1U));
    PROVES("GEN-045", EXPECT_EQ(world.consumers.texts("user").size(), 0U));
    PROVES("SYS-073", EXPECT_EQ(world.consumers.texts("user").size(), 0U));
}

TEST_F(EventSecurityTest, theContextOfAnotherRaiserIsNotReplacedByTheServices) {
    world.put_filter("f");
    world.put_consumer("c");
    put_binding("f", "c", "MaintainSecurityContext");
    ASSERT_TRUE(world.raise("the service's"));
    ASSERT_TRUE(world.engine->raise(home, world.alarm("a user's"), raiser_of(4711)));
    executor.drain();
    PROVES("SYS-036", EXPECT_THAT(world.consumers.texts(), ElementsAre("the service's")));
    EXPECT_EQ(world.counts().failed, 1U);
}

TEST_F(EventSecurityTest, aConsumerThatCannotKeepUpSlowsTheRaiserDown) {
    world.put_filter("f");
    world.put_consumer("c", 2000);
    world.bind("f", "c");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.raise("a"));
    EXPECT_EQ(world.consumers.calls().size(), 0U) << "without SlowDownProviders nobody waits";
    executor.drain();
    const auto before = world.consumers.texts().size();
    put_binding("f", "c", "SlowDownProviders");
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.raise("b"));
    PROVES("SYS-037", EXPECT_GT(world.consumers.texts().size(), before));
    executor.drain();
    PROVES("DLV-027", EXPECT_EQ(world.counts().dropped, 0U));
}

}  // namespace
}  // namespace openwmi::eventing
