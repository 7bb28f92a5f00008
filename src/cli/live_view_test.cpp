#include "cli/live_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/recorded_terminal.h"

namespace openwmi::cli {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

constexpr const char* filter = "root\\subscription:__EventFilter.Name=\"f\"";
constexpr const char* log_file = "root\\subscription:LogFileEventConsumer.Name=\"l\"";
constexpr const char* command = "root\\subscription:CommandLineEventConsumer.Name=\"c\"";

Json about(const char* type, std::uint64_t id, const Json& more) {
    Json line{{"type", type},
              {"time", "2026-01-01T12:00:00.500000Z"},
              {"id", id},
              {"class", "Win32_ProcessStartTrace"},
              {"properties",
               {{"__CLASS", "Win32_ProcessStartTrace"},
                {"ProcessID", 42},
                {"Sid", "S-1-22-1-0"},
                {"ProcessName", "sleep"},
                {"CommandLine", "sleep 1"}}},
              {"filter", filter}};
    line.update(more);
    return line;
}

Json delivered(std::uint64_t id, const char* consumer) {
    return about("delivered", id,
                 {{"consumer", consumer}, {"outcome", "delivered"}, {"milliseconds", 0.42}});
}

class LiveViewTest : public testing::Test {
  protected:
    LiveViewTest() {
        std::vector<Subscription> known(2);
        for (auto& each : known) each.filter = filter;
        known[0].consumer = log_file;
        known[1].consumer = command;
        view.know(known);
    }
    RecordedTerminal recorded;
    Terminal terminal = recorded.terminal();
    LiveView::Now now{};
    LiveView view{terminal, now};
};

TEST_F(LiveViewTest, ShowsAnEventWithItsDeliveries) {
    view.take(about("matched", 1, Json::object()), now);
    EXPECT_EQ(recorded.out, "");
    view.take(delivered(1, command), now);
    view.take(delivered(1, log_file), now);
    EXPECT_THAT(recorded.out, EndsWith("  started  sleep               pid 42      root      "
                                       "→ log file ✓ 0.4 ms  → command ✓ 0.4 ms  sleep 1\n"));
}

TEST_F(LiveViewTest, TakesDeliveriesThatAreToldFirst) {
    view.take(delivered(1, command), now);
    view.take(delivered(1, log_file), now);
    view.take(about("matched", 1, Json::object()), now);
    view.finish(now);
    EXPECT_THAT(recorded.out, HasSubstr("1 events seen, 2 delivered, 0 failed, 0 dropped"));
}

TEST_F(LiveViewTest, DoesNotWaitForEverForADelivery) {
    view.take(about("matched", 1, Json::object()), now);
    view.take(delivered(1, log_file), now);
    view.tick(now + 1s);
    EXPECT_THAT(recorded.out, HasSubstr("→ log file ✓"));
    view.take(delivered(1, command), now + 2s);
    EXPECT_THAT(recorded.out, HasSubstr("↳"));
    EXPECT_THAT(recorded.out, EndsWith("sleep  → command ✓ 0.4 ms\n"));
}

TEST_F(LiveViewTest, ShowsFailuresAndDrops) {
    view.take(about("delivered", 1,
                    {{"consumer", command},
                     {"outcome", "failed"},
                     {"error", {{"message", "exit code 3"}}}}),
              now);
    view.take(about("dropped", 1, {{"consumer", log_file}, {"error", {{"message", "full"}}}}), now);
    view.finish(now);
    EXPECT_THAT(recorded.out, HasSubstr("  command: exit code 3\n"));
    EXPECT_THAT(recorded.out, HasSubstr("→ command ✗"));
    EXPECT_THAT(recorded.out, HasSubstr("  log file: full\n"));
    EXPECT_THAT(recorded.out, HasSubstr("→ log file dropped"));
    EXPECT_THAT(recorded.out, HasSubstr("1 failed, 1 dropped"));
}

TEST_F(LiveViewTest, ShowsWhatWouldBeDone) {
    view.take(about("observed", 1, {{"consumer", command}, {"would_do", "start /bin/true"}}), now);
    view.finish(now);
    EXPECT_THAT(recorded.out, HasSubstr("  command would: start /bin/true\n"));
    EXPECT_THAT(recorded.out, HasSubstr("→ command observed"));
    EXPECT_THAT(recorded.out, HasSubstr("0 delivered, 0 failed, 0 dropped"));
}

TEST_F(LiveViewTest, ExplainsAFailureOnce) {
    for (std::uint64_t id = 1; id < 10; ++id) {
        view.take(about("delivered", id,
                        {{"consumer", command},
                         {"outcome", "failed"},
                         {"error", {{"message", "exit code 3"}}}}),
                  now);
    }
    view.finish(now);
    EXPECT_EQ(recorded.out.find("exit code 3"), recorded.out.rfind("exit code 3"));
    EXPECT_THAT(recorded.out, HasSubstr("9 failed"));
}

TEST_F(LiveViewTest, TellsConsumersOfOneKindApart) {
    std::vector<Subscription> known(2);
    for (auto& each : known) each.filter = filter;
    known[0].consumer = command;
    known[1].consumer = "root\\subscription:CommandLineEventConsumer.Name=\"d\"";
    view.know(known);
    view.take(delivered(1, command), now);
    view.take(delivered(1, known[1].consumer.c_str()), now);
    EXPECT_THAT(recorded.out, HasSubstr("→ d ✓ 0.4 ms  → c ✓"));
}

TEST_F(LiveViewTest, LeavesOutWhatBeginsWhileItCloses) {
    view.take(about("matched", 1, Json::object()), now);
    view.close();
    view.take(about("matched", 2, Json::object()), now);
    EXPECT_TRUE(view.is_waiting());
    view.take(delivered(1, command), now);
    view.take(delivered(1, log_file), now);
    EXPECT_FALSE(view.is_waiting());
    view.finish(now);
    EXPECT_THAT(recorded.out, HasSubstr("1 events seen"));
}

TEST_F(LiveViewTest, SaysWhatItDidNotSee) {
    view.take(Json{{"lost", 7}}, now);
    EXPECT_THAT(recorded.out, HasSubstr("7 lines came too fast"));
}

TEST(LiveViewOnATerminal, KeepsItsFooterBelow) {
    RecordedTerminal recorded;
    const Terminal terminal = recorded.terminal({.interactive = true, .width = 60});
    LiveView view(terminal, {});
    view.tick({});
    EXPECT_THAT(recorded.out, HasSubstr("● 0 s   seen 0 (0/s)"));
    view.take(Json{{"lost", 1}}, {});
    EXPECT_THAT(recorded.out, HasSubstr("\r\x1b[K"));
}

TEST(EventText, TellsOfObjectsWhatTheyAreCalled) {
    UserNames users;
    const auto text =
        describe("__InstanceModificationEvent",
                 {{"__CLASS", "__InstanceModificationEvent"},
                  {"TargetInstance", {{"__CLASS", "Sensor"}, {"Id", "a\x1b"}, {"Temp", 90}}}},
                 users);
    EXPECT_EQ(text.verb, "modified");
    EXPECT_EQ(text.subject, "a\\x1b");
    EXPECT_EQ(text.who, "Sensor");
    EXPECT_EQ(text.rest, "Temp=90");
    EXPECT_EQ(describe("Odd", Json::object(), users).verb, "Odd");
}

TEST(UserNames, AreThoseOfTheMachine) {
    UserNames users;
    EXPECT_EQ(users.of_sid("S-1-22-1-0"), "root");
    EXPECT_EQ(users.of_sid("S-1-22-1-4123456789"), "uid 4123456789");
    EXPECT_EQ(users.of_sid("S-1-5-18"), "S-1-5-18");
}

}  // namespace
}  // namespace openwmi::cli
