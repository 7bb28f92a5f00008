#include "core/refresher.h"

#include <gmock/gmock.h>

#include "core/test_provider.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using testing::ElementsAre;

// What a high-performance provider keeps, as the test says. Confined to the test's thread.
struct Counters {
    std::vector<std::string> log;
    std::map<provider::Refresher::Id, std::vector<cim::InstancePtr>> current;
    std::function<Result<>()> on_refresh = [] { return Result<>(); };
};

class FakeRefresher final : public provider::Refresher {
  public:
    explicit FakeRefresher(Counters& counters) : counters_(counters) {}
    ~FakeRefresher() override { counters_.log.emplace_back("released"); }
    Result<Id> add_object(const cim::InstancePtr& keys, const cim::CallContextPtr&) override {
        counters_.log.push_back("object " + keys->path()->relative_text());
        return Id{1};
    }
    Result<Id> add_enumeration(const cim::Name& name, const cim::CallContextPtr&) override {
        counters_.log.push_back("enumeration " + name.text());
        return Id{2};
    }
    Result<> remove(Id id) override {
        counters_.log.push_back(fmt::format("remove {}", static_cast<int>(id)));
        return {};
    }
    Result<> refresh() override {
        counters_.log.emplace_back("refresh");
        return counters_.on_refresh();
    }
    Result<std::vector<cim::InstancePtr>> objects(Id id) const override {
        return counters_.current[id];
    }

  private:
    Counters& counters_;
};

class RefresherTest : public test::ServiceTest {
  protected:
    void SetUp() override {
        ServiceTest::SetUp();
        ASSERT_TRUE(compile(R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}";
  ClientLoadableCLSID = "{11111111-2222-3333-4444-555555555556}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE; };
[dynamic, provider("P"), HiPerf] class Counter { [key] string Id; uint32 Value; };
class Stored { [key] string Id; uint32 Value; };
instance of Stored { Id = "s"; Value = 1; };
)")
                        .ok());
        script.on_create_refresher = [this] { return std::make_unique<FakeRefresher>(counters); };
        refresher = session->make_refresher();
    }
    void TearDown() override { refresher.reset(); }

    cim::InstancePtr counter(const char* id, unsigned value) const {
        return make("Counter", {{"Id", id}, {"Value", value}});
    }
    cim::Value value_of(Refresher::Id id) const {
        const auto objects = refresher->objects(id);
        EXPECT_TRUE(objects);
        return objects->empty() ? cim::Value("nothing") : *objects->front()->find("Value");
    }
    Result<Refresher::Id> add(const char* path) {
        return refresher->add_object(cim::ObjectPath::parse(path).value());
    }

    Counters counters;
    std::unique_ptr<Refresher> refresher;
};

TEST_F(RefresherTest, aHighPerformanceProviderIsAskedOnceForAll) {
    const auto one = add("Counter=\"a\"");
    const auto all = refresher->add_enumeration("Counter");
    ASSERT_TRUE(one && all);
    EXPECT_THAT(script.log, ElementsAre("load P [][]", "create refresher"));
    PROVES("SYS-079", EXPECT_EQ(script.last_clsid, "{11111111-2222-3333-4444-555555555556}"));
    EXPECT_EQ(value_of(*one), cim::Value("nothing")) << "not yet";

    counters.current[provider::Refresher::Id{1}] = {counter("a", 1)};
    counters.current[provider::Refresher::Id{2}] = {counter("a", 1), counter("b", 2)};
    ASSERT_TRUE(refresher->refresh());
    EXPECT_EQ(value_of(*one), cim::Value(1U));
    EXPECT_EQ(refresher->objects(*all)->size(), 2U);
    EXPECT_TRUE(refresher->objects(*all)->front()->origin()) << "it has a place";
    counters.current[provider::Refresher::Id{1}] = {counter("a", 5)};
    EXPECT_EQ(value_of(*one), cim::Value(1U)) << "as of the last refresh";
    ASSERT_TRUE(refresher->refresh());
    EXPECT_EQ(value_of(*one), cim::Value(5U));

    ASSERT_TRUE(refresher->remove(*one));
    EXPECT_EQ(refresher->remove(*one).error().status, Status::NotFound);
    EXPECT_EQ(refresher->objects(*one).error().status, Status::NotFound);
    refresher.reset();
    EXPECT_THAT(counters.log, ElementsAre("object Counter.Id=\"a\"", "enumeration Counter",
                                          "refresh", "refresh", "remove 1", "released"));
}

TEST_F(RefresherTest, whatNoSuchProviderKeepsIsReadAnew) {
    const auto one = add("Stored=\"s\"");
    const auto all = refresher->add_enumeration("Stored");
    ASSERT_TRUE(one && all);
    ASSERT_TRUE(refresher->refresh());
    EXPECT_EQ(value_of(*one), cim::Value(1U));
    ASSERT_TRUE(compile("instance of Stored { Id = \"s\"; Value = 2; };"
                        "instance of Stored { Id = \"t\"; Value = 3; };")
                    .ok());
    ASSERT_TRUE(refresher->refresh());
    EXPECT_EQ(value_of(*one), cim::Value(2U));
    EXPECT_EQ(refresher->objects(*all)->size(), 2U);
    run([&](SinkPtr sink) {
        session->delete_instance(cim::ObjectPath::parse("Stored=\"s\"").value(), std::move(sink));
    });
    ASSERT_TRUE(refresher->refresh());
    EXPECT_EQ(value_of(*one), cim::Value("nothing"));
    EXPECT_EQ(refresher->objects(*all)->size(), 1U);
}

TEST_F(RefresherTest, whatCannotBeIsRefused) {
    EXPECT_EQ(add("Nothing=\"a\"").error().status, Status::InvalidClass);
    EXPECT_EQ(add("Counter").error().status, Status::InvalidObjectPath);
    EXPECT_EQ(refresher->add_enumeration("Nothing").error().status, Status::InvalidClass);
    script.on_create_refresher = []() -> Result<std::unique_ptr<provider::Refresher>> {
        return fail(Status::ProviderNotCapable, "no refresher");
    };
    EXPECT_EQ(add("Counter=\"a\"").error().status, Status::ProviderNotCapable);
}

TEST_F(RefresherTest, whoIsInItIsBusy) {
    ASSERT_TRUE(add("Counter=\"a\""));
    Status inner = Status::Ok;
    Status adding = Status::Ok;
    counters.on_refresh = [&] {
        inner = refresher->refresh().error().status;
        adding = add("Counter=\"b\"").error().status;
        return Result<>(fail(Status::Failed, "out of order"));
    };
    EXPECT_EQ(refresher->refresh().error().message, "out of order");
    EXPECT_EQ(inner, Status::RefresherBusy);
    EXPECT_EQ(adding, Status::RefresherBusy);
}

}  // namespace
}  // namespace openwmi::core
