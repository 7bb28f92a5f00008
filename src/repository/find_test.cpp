#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "base/fold.h"
#include "repository/testing/store_fixture.h"

namespace openwmi::repository {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Kind = Condition::Kind;

class FindTest : public testing::Test, protected StoreSteps {
  protected:
    void SetUp() override {
        open({});
        ASSERT_TRUE(put_class(Declare("Sensor")
                                  .key("Id")
                                  .property("Temp")
                                  .on_property(flag("indexed"))
                                  .property("Room", cim::CimType::String)
                                  .on_property(flag("indexed"))
                                  .property("Note", cim::CimType::String)));
    }
    Search search(const char* class_name, std::vector<Condition> conditions) const {
        return {ns, class_name, true, std::move(conditions)};
    }
    std::vector<std::string> found(const Search& wanted, std::size_t limit = 256) const {
        std::vector<std::string> result;
        std::string after;
        do {
            const auto page = store->find(wanted, after, limit);
            EXPECT_TRUE(page) << to_text(page.error());
            if (!page) return result;
            for (const auto& each : page->instances) {
                result.push_back(each->path()->relative_text());
            }
            after = page->next;
        } while (!after.empty());
        return result;
    }
    void put_sensor(const char* id, int temperature, const char* room,
                    const char* class_name = "Sensor") {
        const auto done = put(class_name, {{"Id", id}, {"Temp", temperature}, {"Room", room}});
        ASSERT_TRUE(done) << to_text(done.error());
    }
    std::string answering(const Search& wanted) const { return store->answers(wanted)->text(); }
};

TEST_F(FindTest, AnIndexedTextIsFoundWithoutCase) {
    put_sensor("a", 1, "Küche");
    put_sensor("b", 2, "HALL");
    put_sensor("c", 3, "KÜCHE");
    const auto wanted = search("Sensor", {{"Room", Kind::Equal, "küche"}});
    EXPECT_EQ(answering(wanted), "Room");
    EXPECT_THAT(found(wanted), UnorderedElementsAre("Sensor.Id=\"a\"", "Sensor.Id=\"c\""));
}

TEST_F(FindTest, ARangeComesInItsOrderWithBothEnds) {
    put_sensor("a", -5, "x");
    put_sensor("b", 10, "x");
    put_sensor("c", 0, "x");
    put_sensor("d", 11, "x");
    const auto wanted = search("Sensor", {{"Temp", Kind::AtLeast, -5}, {"Temp", Kind::AtMost, 10}});
    EXPECT_EQ(answering(wanted), "Temp");
    EXPECT_THAT(found(wanted),
                ElementsAre("Sensor.Id=\"a\"", "Sensor.Id=\"c\"", "Sensor.Id=\"b\""));
    EXPECT_THAT(found(search("Sensor", {{"Temp", Kind::AtLeast, 10.5}})),
                ElementsAre("Sensor.Id=\"d\""));
    EXPECT_THAT(found(search("Sensor", {{"Temp", Kind::AtMost, -4}})),
                ElementsAre("Sensor.Id=\"a\""));
    EXPECT_THAT(found(search("Sensor", {{"Temp", Kind::Equal, "11"}})),
                ElementsAre("Sensor.Id=\"d\""))
        << "a number in quotes";
}

TEST_F(FindTest, ANullIsNeverFound) {
    ASSERT_TRUE(put_class(Declare("Loose").key("Id").property("P")));
    ASSERT_TRUE(put_class(Declare("Bag", "Loose").property("Q")));
    put_sensor("a", 1, "");
    EXPECT_THAT(found(search("Sensor", {{"Room", Kind::AtLeast, "a"}})), IsEmpty());
    EXPECT_THAT(found(search("Sensor", {{"Room", Kind::Equal, ""}})),
                ElementsAre("Sensor.Id=\"a\""));
}

TEST_F(FindTest, AConditionOnNothingIndexedReadsThemAll) {
    put_sensor("a", 1, "x");
    put_sensor("b", 2, "y");
    const auto wanted = search("Sensor", {{"Note", Kind::Equal, "n"}});
    EXPECT_EQ(answering(wanted), "");
    EXPECT_EQ(found(wanted).size(), 2u) << "the caller looks at what it gets";
}

TEST_F(FindTest, TheOnlyKeyIsTheNarrowestWay) {
    put_sensor("a", 1, "x");
    put_sensor("b", 1, "x");
    const auto wanted = search("Sensor", {{"Temp", Kind::Equal, 1}, {"Id", Kind::Equal, "B"}});
    EXPECT_EQ(answering(wanted), "Id");
    EXPECT_THAT(found(wanted), ElementsAre("Sensor.Id=\"b\""));
    EXPECT_THAT(found(search("Sensor", {{"Id", Kind::Equal, "c"}})), IsEmpty());
}

TEST_F(FindTest, EqualityIsPreferredToARange) {
    const auto wanted = search("Sensor", {{"Temp", Kind::AtLeast, 1}, {"Room", Kind::Equal, "x"}});
    EXPECT_EQ(answering(wanted), "Room");
}

TEST_F(FindTest, ASubsetOfTheKeysIsEnough) {
    ASSERT_TRUE(put_class(Declare("Pair").key("Left").key("Right", cim::CimType::Sint32)));
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(put("Pair", {{"Left", i % 2 == 0 ? "even" : "odd"}, {"Right", i / 2}}));
    }
    const auto left = search("Pair", {{"Left", Kind::Equal, "EVEN"}});
    EXPECT_EQ(answering(left), "Left");
    EXPECT_EQ(found(left).size(), 5u);
    EXPECT_THAT(found(search("Pair", {{"Right", Kind::Equal, 3}})),
                UnorderedElementsAre("Pair.Left=\"even\",Right=3", "Pair.Left=\"odd\",Right=3"));
}

TEST_F(FindTest, AReferenceOfAnAssociationIsFoundWithAndWithoutItsNamespace) {
    Declare declare("Link");
    declare.qualifier(flag("association"))
        .key("From", cim::CimType::Reference)
        .key("To", cim::CimType::Reference);
    ASSERT_TRUE(put_class(declare));
    ASSERT_TRUE(put("Link", {{"From", "Sensor.Id=\"a\""}, {"To", "Sensor.Id=\"b\""}}));
    ASSERT_TRUE(
        put("Link", {{"From", "\\\\.\\root\\cimv2:Sensor.Id=\"A\""}, {"To", "Sensor.Id=\"c\""}}));
    for (const char* written :
         {"sensor.id=\"a\"", "root\\cimv2:Sensor.Id=\"a\"", "Sensor='a'", "Base.Id=\"a\""}) {
        EXPECT_EQ(found(search("Link", {{"From", Kind::Equal, written}})).size(), 2u) << written;
    }
    EXPECT_EQ(found(search("Link", {{"To", Kind::Equal, "Sensor.Id=\"c\""}})).size(), 1u);
}

TEST_F(FindTest, ChangesAndDeletionsAreFollowed) {
    put_sensor("a", 1, "x");
    put_sensor("a", 2, "y");
    EXPECT_THAT(found(search("Sensor", {{"Room", Kind::Equal, "x"}})), IsEmpty());
    EXPECT_EQ(found(search("Sensor", {{"Room", Kind::Equal, "y"}})).size(), 1u);
    ASSERT_TRUE(remove("Sensor=\"a\""));
    EXPECT_THAT(found(search("Sensor", {{"Room", Kind::Equal, "y"}})), IsEmpty());
    put_sensor("b", 2, "y");
    EXPECT_THAT(found(search("Sensor", {{"Room", Kind::Equal, "y"}})),
                ElementsAre("Sensor.Id=\"b\""));
}

TEST_F(FindTest, ATransactionThatIsGivenUpLeavesNoEntry) {
    {
        auto transaction = store->begin();
        ASSERT_TRUE(transaction.put_instance(
            ns, *make("Sensor", {{"Id", "a"}, {"Temp", 1}, {"Room", "x"}})));
    }
    EXPECT_THAT(found(search("Sensor", {{"Room", Kind::Equal, "x"}})), IsEmpty());
}

TEST_F(FindTest, SubclassesAreFoundEachThroughItsOwnIndex) {
    ASSERT_TRUE(put_class(Declare("Thermometer", "Sensor")));
    put_sensor("a", 1, "x");
    put_sensor("b", 1, "x", "Thermometer");
    put_sensor("c", 1, "y", "Thermometer");
    auto wanted = search("Sensor", {{"Room", Kind::Equal, "x"}});
    EXPECT_THAT(found(wanted, 1), ElementsAre("Sensor.Id=\"a\"", "Thermometer.Id=\"b\""));
    wanted.deep = false;
    EXPECT_THAT(found(wanted), ElementsAre("Sensor.Id=\"a\""));
    wanted = search("Sensor", {{"Id", Kind::Equal, "b"}});
    EXPECT_THAT(found(wanted, 1), ElementsAre("Thermometer.Id=\"b\""));
}

TEST_F(FindTest, PagesMeetEachMatchOnce) {
    ASSERT_TRUE(in_transaction([&](Transaction& t) -> Result<> {
        for (int i = 0; i < 50; ++i) {
            WMI_TRY(t.put_instance(
                ns, *make("Sensor", {{"Id", std::to_string(i)}, {"Temp", i % 5}, {"Room", "x"}})));
        }
        return {};
    }));
    for (const std::size_t limit : {1U, 3U, 7U, 50U, 200U}) {
        auto paths = found(search("Sensor", {{"Temp", Kind::AtLeast, 2}}), limit);
        EXPECT_EQ(paths.size(), 30u) << limit;
        std::ranges::sort(paths);
        EXPECT_EQ(std::ranges::adjacent_find(paths), paths.end()) << limit;
    }
}

TEST_F(FindTest, APlaceOfAnotherSearchIsRefused) {
    put_sensor("a", 1, "x");
    put_sensor("b", 1, "x");
    const auto by_room = search("Sensor", {{"Room", Kind::Equal, "x"}});
    const auto next = store->find(by_room, "", 1)->next;
    EXPECT_EQ(status_of(store->find(search("Sensor", {}), next)), Status::InvalidParameter);
    const auto of_all = store->find(search("Sensor", {}), "", 1)->next;
    EXPECT_EQ(status_of(store->find(by_room, of_all)), Status::InvalidParameter);
    for (const char* text :
         {"x", "sensor\n", "sensor\nz", "sensor\ni", "sensor\ni5", "sensor\nix:"}) {
        EXPECT_EQ(status_of(store->find(by_room, text)), Status::InvalidParameter) << text;
    }
}

TEST_F(FindTest, AClassThatStartsToIndexIsIndexedAtOnce) {
    ASSERT_TRUE(
        put_class(Declare("Plain").key("Id").property("P", cim::CimType::String, "before")));
    ASSERT_TRUE(put_class(Declare("Plain")
                              .key("Id")
                              .property("P", cim::CimType::String, "x")
                              .on_property(flag("indexed"))));
    ASSERT_TRUE(put("Plain", {{"Id", "a"}}));
    EXPECT_EQ(found(search("Plain", {{"P", Kind::Equal, "X"}})).size(), 1u);
    // The default is what the instance has: it moves with it.
    ASSERT_TRUE(put_class(Declare("Plain")
                              .key("Id")
                              .property("P", cim::CimType::String, "y")
                              .on_property(flag("indexed")),
                          {.update = UpdateMode::Force}));
    EXPECT_EQ(value("Plain=\"a\"", "P"), cim::Value("y"));
    EXPECT_EQ(found(search("Plain", {{"P", Kind::Equal, "Y"}})).size(), 1u);
    EXPECT_THAT(found(search("Plain", {{"P", Kind::Equal, "x"}})), IsEmpty());
}

TEST_F(FindTest, ADeletedClassTakesItsIndexAlong) {
    put_sensor("a", 1, "x");
    ASSERT_TRUE(delete_class("Sensor"));
    ASSERT_TRUE(put_class(Declare("Sensor")
                              .key("Id")
                              .property("Room", cim::CimType::String)
                              .on_property(flag("indexed"))));
    EXPECT_THAT(found(search("Sensor", {{"Room", Kind::Equal, "x"}})), IsEmpty());
    ASSERT_TRUE(put("Sensor", {{"Id", "a"}, {"Room", "x"}}));
    EXPECT_EQ(found(search("Sensor", {{"Room", Kind::Equal, "x"}})).size(), 1u);
}

// The oracle: whatever is asked, the index leaves out nothing that reading all would find.
TEST_F(FindTest, NothingThatMeetsTheConditionsIsLeftOut) {
    const unsigned seed = 7;
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const auto room = [&] {
        return std::string(below(2) == 0 ? "r" : "R") + std::to_string(below(6));
    };
    ASSERT_TRUE(in_transaction([&](Transaction& t) -> Result<> {
        for (int step = 0; step < 600; ++step) {
            const auto id = std::to_string(below(80));
            if (below(4) == 0) {
                static_cast<void>(t.delete_instance(ns, path_of("Sensor.Id=\"" + id + "\"")));
                continue;
            }
            WMI_TRY(t.put_instance(
                ns, *make("Sensor", {{"Id", id}, {"Temp", below(20) - 10}, {"Room", room()}})));
        }
        return {};
    }));
    for (int round = 0; round < 200; ++round) {
        const auto lowest = below(20) - 10;
        const auto name = room();
        const bool with_room = below(2) == 0;
        std::vector<Condition> conditions{{"Temp", Kind::AtLeast, lowest}};
        if (with_room) conditions.push_back({"Room", Kind::Equal, name});
        const auto met = [&](const cim::InstancePtr& each) {
            return each->find("Temp")->get<std::int64_t>() >= lowest &&
                   (!with_room || base::fold_equal(each->find("Room")->get<std::string>(), name));
        };
        const auto paths_of = [&](const Search& wanted) {
            std::vector<std::string> result;
            const auto page = store->find(wanted, "", 1000);
            for (const auto& each : page.value().instances) {
                if (met(each)) result.push_back(each->path()->relative_text());
            }
            std::ranges::sort(result);
            return result;
        };
        ASSERT_EQ(paths_of(search("Sensor", conditions)), paths_of(search("Sensor", {})));
    }
}

}  // namespace
}  // namespace openwmi::repository
