#include "plugin/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "support/test_provider.h"

namespace openwmi::plugin {
namespace {

using support::Asked;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What a provider is asked for, and what it answers.
class AnswersTest : public support::ProviderTest {};

TEST_F(AnswersTest, instances_are_answered_through_the_sink) {
    auto provider = loaded();
    const auto path = cim::ObjectPath::parse("TestThing.Name=\"x\"").value();
    const auto instance = cim::test::make_instance(data_class_, {{"Name", "x"}});
    const auto asked = std::make_shared<Asked>();
    EXPECT_TRUE(provider->get_instance(path, {asked}));
    EXPECT_TRUE(provider->enumerate("TestThing", {asked}));
    EXPECT_TRUE(provider->put_instance(instance, provider::PutMode::CreateOrUpdate, {asked}));
    EXPECT_TRUE(provider->delete_instance(path, {asked}));

    EXPECT_THAT(
        director().take_records(),
        ElementsAre("GetObjectAsync TestThing.Name=\"x\"", "CreateInstanceEnumAsync TestThing",
                    "PutInstanceAsync 0", "DeleteInstanceAsync TestThing.Name=\"x\""));
    EXPECT_EQ(asked->count, 4U);
    EXPECT_EQ(asked->outcomes.size(), 4U);
    for (const auto& outcome : asked->outcomes) EXPECT_TRUE(outcome);
}

TEST_F(AnswersTest, answers_that_go_wrong) {
    auto provider = loaded();
    const auto ask = [&](TestBehaviour behaviour, const std::shared_ptr<Asked>& asked) {
        director().behaviour = behaviour;
        return provider->enumerate("TestThing", {asked});
    };
    auto asked = std::make_shared<Asked>();
    const auto returned = ask(TEST_RETURNS_FAILURE, asked);
    EXPECT_EQ(returned.error().status, Status::AccessDenied);
    EXPECT_THAT(asked->outcomes, IsEmpty()) << "told by the return value";

    EXPECT_TRUE(ask(TEST_STATUS_AND_RETURN, asked));
    ASSERT_EQ(asked->outcomes.size(), 1U);
    PROVES("COM-183", EXPECT_EQ(asked->outcomes[0].error().status, Status::NotFound));

    asked = std::make_shared<Asked>();
    director().take_records();
    EXPECT_TRUE(ask(TEST_ANSWERS_NULL, asked));
    EXPECT_EQ(asked->count, 0U) << "all or nothing";
    EXPECT_THAT(director().take_records(),
                ElementsAre("CreateInstanceEnumAsync TestThing", "NULL refused"));

    asked = std::make_shared<Asked>();
    EXPECT_TRUE(ask(TEST_FORGETS_TO_COMPLETE, asked));
    ASSERT_EQ(asked->outcomes.size(), 1U);
    EXPECT_EQ(asked->outcomes[0].error().status, Status::ProviderFailure);
}

TEST_F(AnswersTest, progress_and_the_providers_own_status_are_passed_on) {
    auto provider = loaded(TEST_EXPLAINS);
    cim::InstanceBuilder status(cim::find_system_class("__ExtendedStatus"));
    ASSERT_TRUE(status.set("Description", "the disk is on fire"));
    director().answer = wbem::make_object(status.build());
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(provider->enumerate("TestThing", {asked}));
    ASSERT_EQ(asked->steps.size(), 1U);
    EXPECT_EQ(asked->steps[0].done, 1U);
    EXPECT_EQ(asked->steps[0].total, 4U);
    ASSERT_TRUE(asked->explanation);
    EXPECT_EQ(*asked->explanation->find("Description"), cim::Value("the disk is on fire"));
    ASSERT_EQ(asked->outcomes.size(), 1U);
    EXPECT_THAT(asked->outcomes[0].error().message, HasSubstr("the disk is on fire"));
}

TEST_F(AnswersTest, puts_say_what_may_be_there) {
    auto provider = loaded(TEST_ANSWERS_LATER);
    EXPECT_TRUE(provider->put_instance(cim::test::make_instance(data_class_),
                                       provider::PutMode::UpdateOnly, {std::make_shared<Asked>()}));
    EXPECT_THAT(director().take_records(), ElementsAre("PutInstanceAsync 1"));
}

TEST_F(AnswersTest, properties_are_asked_for_by_their_contexts) {
    auto provider = loaded();
    const cim::Type text{cim::CimType::String, false};
    const provider::PropertyAddress whole{.locale = "MS_409",
                                          .class_context = "class",
                                          .instance_context = "instance",
                                          .property_context = "property"};
    auto value = provider->get_property(whole, text);
    ASSERT_TRUE(value) << value.error().message;
    PROVES("COM-172", EXPECT_EQ(*value, std::optional<cim::Value>("value")));
    ASSERT_TRUE(provider->get_property({.property_context = "alone"}, text));
    ASSERT_TRUE(provider->put_property(whole, "new", text));
    PROVES("COM-172",
           EXPECT_THAT(director().take_records(),
                       ElementsAre("GetProperty 0 MS_409 class instance property",
                                   "GetProperty 0 NULL NULL NULL alone",
                                   "PutProperty 0 MS_409 class instance property", "new")));

    director().behaviour = TEST_HAS_NO_VALUE;
    value = provider->get_property(whole, text);
    ASSERT_TRUE(value);
    PROVES("COM-172", EXPECT_EQ(*value, std::nullopt));
    PROVES("COM-172", EXPECT_EQ(provider->put_property(whole, "new", text).error().status,
                                Status::ProviderFailure));
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ(provider->get_property(whole, text).error().status, Status::AccessDenied);
    EXPECT_EQ(provider->put_property(whole, "new", text).error().status, Status::AccessDenied);
    director().behaviour = TEST_GIVES_A_NUMBER;
    const auto number = provider->get_property(whole, text);
    EXPECT_EQ(number.error().status, Status::TypeMismatch);
    EXPECT_THAT(number.error().message, HasSubstr("provider 'Stranger': GetProperty"));
    director().behaviour = TEST_THROWS;
    EXPECT_EQ(provider->get_property(whole, text).error().status, Status::ProviderFailure);
}

TEST_F(AnswersTest, answers_come_in_order_and_end_once) {
    auto provider = loaded(TEST_ANSWERS_LATER);
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(provider->enumerate("TestThing", {asked}));
    const auto sink = director().take_kept<IWbemObjectSink>();
    ASSERT_TRUE(sink);
    EXPECT_EQ(indicate(sink.get(), director().answer), WBEM_S_NO_ERROR);
    EXPECT_EQ(sink->SetStatus(WBEM_STATUS_PROGRESS, 1, nullptr, nullptr), WBEM_S_NO_ERROR);
    EXPECT_THAT(asked->outcomes, IsEmpty());
    EXPECT_EQ(sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr),
              WBEM_S_NO_ERROR);
    sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_E_FAILED, nullptr, nullptr);
    EXPECT_EQ(indicate(sink.get(), director().answer), WBEM_E_CALL_CANCELLED);
    PROVES("COM-092", EXPECT_EQ(asked->outcomes.size(), 1U));
    EXPECT_TRUE(asked->outcomes[0]);
    EXPECT_EQ(asked->count, 1U);
}

TEST_F(AnswersTest, the_release_ends_what_was_asked) {
    auto provider = loaded(TEST_ANSWERS_LATER);
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(provider->enumerate("TestThing", {asked}));
    const auto sink = director().take_kept<IWbemObjectSink>();
    provider.reset();
    ASSERT_EQ(asked->outcomes.size(), 1U);
    EXPECT_EQ(asked->outcomes[0].error().status, Status::ShuttingDown);
    EXPECT_EQ(indicate(sink.get(), director().answer), WBEM_E_CALL_CANCELLED);
}

}  // namespace
}  // namespace openwmi::plugin
