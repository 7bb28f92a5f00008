#include "http/live_stream.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/simulated_executor.h"
#include "cim/class.h"
#include "http/event_json.h"

namespace openwmi::http {
namespace {

cim::ClassPtr derive(cim::ClassDeclaration declaration) {
    return *cim::Class::derive(std::move(declaration), nullptr);
}

cim::Property property(const char* name, cim::CimType type, bool array = false) {
    cim::Property property;
    property.name = name;
    property.type = {type, array};
    return property;
}

cim::InstancePtr process_start() {
    static const auto cls = derive({.name = "Start",
                                    .properties = {property("Name", cim::CimType::String),
                                                   property("Pid", cim::CimType::Uint32),
                                                   property("Sid", cim::CimType::Uint8, true),
                                                   property("Gone", cim::CimType::String),
                                                   property("List", cim::CimType::Uint32, true)}});
    cim::InstanceBuilder builder(cls);
    const auto sid = security::Sid::of_uid(7).bytes();
    EXPECT_TRUE(builder.set("Name", std::string(1000, 'x')));
    EXPECT_TRUE(builder.set("Pid", 12));
    EXPECT_TRUE(builder.set(
        "Sid", cim::Unsigneds(reinterpret_cast<const std::uint8_t*>(sid.data()),
                              reinterpret_cast<const std::uint8_t*>(sid.data() + sid.size()))));
    EXPECT_TRUE(builder.set("List", cim::Unsigneds{1, 2}));
    return builder.build();
}

class LiveStreamTest : public testing::Test {
  protected:
    nlohmann::json next() {
        auto text = listener->take().text;
        return nlohmann::json::parse(text, nullptr, false);
    }
    base::SimulatedExecutor executor{1};
    LiveStream stream{executor.clock()};
    std::shared_ptr<Outbox> listener = std::make_shared<Outbox>();
    eventing::Event event{.instance = process_start(),
                          .name_space = cim::NamespacePath::literal("root\\cimv2"),
                          .id = 5,
                          .created = executor.clock().wall()};
};

TEST_F(LiveStreamTest, TellsWhatHappens) {
    stream.add(listener);
    stream.on_matched(event, "filter");
    auto line = next();
    EXPECT_EQ(line["type"], "matched");
    EXPECT_EQ(line["time"], "2026-01-01T00:00:00.000000Z");
    EXPECT_EQ(line["id"], 5);
    EXPECT_EQ(line["class"], "Start");
    EXPECT_EQ(line["filter"], "filter");
    EXPECT_EQ(line["properties"]["Pid"], 12);

    stream.on_delivered({event, "consumer", "filter", {}, std::chrono::microseconds(1500)});
    line = next();
    EXPECT_EQ(line["outcome"], "delivered");
    EXPECT_EQ(line["milliseconds"], 1.5);

    stream.on_delivered({event, "consumer", "filter", fail(Status::Failed, "no"), {}});
    line = next();
    EXPECT_EQ(line["outcome"], "failed");
    EXPECT_EQ(line["error"]["message"], "no");

    stream.on_dropped(event, "consumer", {Status::QueueOverflow, "full"});
    EXPECT_EQ(next()["type"], "dropped");
    stream.on_state("filter", "broken", "because");
    EXPECT_EQ(next()["reason"], "because");
}

TEST_F(LiveStreamTest, ShortensWhatAnEventHolds) {
    const auto properties = nlohmann::json::parse(summary(*event.instance));
    EXPECT_EQ(properties["Sid"], "S-1-22-1-7");
    EXPECT_FALSE(properties.contains("Gone"));
    EXPECT_FALSE(properties.contains("List"));
    EXPECT_LT(properties["Name"].get<std::string>().size(), 300u);
}

TEST_F(LiveStreamTest, ForgetsWhoIsGone) {
    stream.add(listener);
    EXPECT_EQ(stream.listeners(), 1u);
    listener->close();
    stream.on_matched(event, "filter");
    EXPECT_EQ(stream.listeners(), 0u);
}

}  // namespace
}  // namespace openwmi::http
