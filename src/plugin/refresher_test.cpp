#include "plugin/refresher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "support/test_provider.h"

namespace openwmi::plugin {
namespace {

using support::Asked;
using ::testing::ElementsAre;

// A provider through whose high-performance interface instances come.
class PerformerTest : public support::ProviderTest {
  protected:
    PerformerTest() {
        auto loaded = Provider::load(request(CLSID_TestPerformer), executor_);
        EXPECT_TRUE(loaded) << loaded.error().message;
        performer_ = std::move(*loaded);
    }
    cim::InstancePtr thing(const char* name) const {
        return cim::test::make_instance(data_class_, {{"Name", name}});
    }
    std::unique_ptr<Provider> performer_;
};

TEST_F(PerformerTest, gives_all_instances_and_those_with_certain_keys) {
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(performer_->query_instances("TestThing", {asked}));
    EXPECT_EQ(asked->count, 1U);
    EXPECT_EQ(asked->outcomes.size(), 1U);
    const auto filled = performer_->get_objects({thing("a"), thing("b")}, nullptr);
    ASSERT_TRUE(filled) << filled.error().message;
    ASSERT_EQ(filled->size(), 2U);
    PROVES("COM-173", EXPECT_EQ(*(*filled)[1]->find("Size"), cim::Value(100U)));
    EXPECT_EQ(*(*filled)[1]->find("Name"), cim::Value("b"));
    PROVES("COM-173",
           EXPECT_THAT(director().take_records(), ElementsAre("QueryInstances TestThing 0 context",
                                                              "GetObjects 2 0 context")));
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ(performer_->get_objects({thing("a")}, nullptr).error().status,
              Status::ProviderNotCapable);
}

TEST_F(PerformerTest, keeps_objects_and_enumerations_current) {
    auto refresher = performer_->create_refresher();
    ASSERT_TRUE(refresher) << refresher.error().message;
    const auto one = (*refresher)->add_object(thing("a"), nullptr);
    const auto all = (*refresher)->add_enumeration("TestThing", nullptr);
    ASSERT_TRUE(one && all);
    const auto size = [&](provider::Refresher::Id id) {
        return *(*refresher)->objects(id).value().at(0)->find("Size");
    };
    EXPECT_EQ(size(*one), cim::Value(100U));
    ASSERT_TRUE((*refresher)->refresh());
    PROVES("COM-173", EXPECT_EQ(size(*one), cim::Value(101U)));
    PROVES("COM-173", EXPECT_EQ(size(*all), cim::Value(101U)));
    EXPECT_TRUE((*refresher)->remove(*one));
    EXPECT_EQ((*refresher)->remove(*one).error().status, Status::NotFound);
    EXPECT_EQ((*refresher)->objects(*one).error().status, Status::NotFound);
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ((*refresher)->refresh().error().status, Status::AccessDenied);
    refresher->reset();
    PROVES("COM-173",
           EXPECT_THAT(director().take_records(),
                       ElementsAre("CreateRefresher 0", "CreateRefreshableObject a 0 context",
                                   "CreateRefreshableEnum TestThing 0 context", "Refresh 0",
                                   "StopRefreshing 7 0", "Refresh 0", "StopRefreshing 8 0",
                                   "refresher released")));
}

TEST_F(PerformerTest, may_claim_what_is_not_so) {
    director().behaviour = TEST_GIVES_NOTHING;
    EXPECT_EQ(performer_->create_refresher().error().status, Status::ProviderFailure);
    director().behaviour = TEST_RETURNS_FAILURE;
    PROVES("COM-173",
           EXPECT_EQ(performer_->create_refresher().error().status, Status::ProviderNotCapable));
    director().behaviour = TEST_GOOD;
    auto refresher = performer_->create_refresher();
    ASSERT_TRUE(refresher);
    director().behaviour = TEST_GIVES_NOTHING;
    EXPECT_EQ((*refresher)->add_object(thing("a"), nullptr).error().status,
              Status::ProviderFailure);
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ((*refresher)->add_object(thing("a"), nullptr).error().status, Status::NotFound);
    EXPECT_EQ((*refresher)->add_enumeration("TestThing", nullptr).error().status,
              Status::ProviderNotCapable);
}

}  // namespace
}  // namespace openwmi::plugin
