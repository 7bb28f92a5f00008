#include "core/batch.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::core {
namespace {

// Counts the events of a temporary subscription.
struct Counting final : eventing::Receiver {
    void receive(std::span<const eventing::EventPtr> events) override { count += events.size(); }
    void ended(const Error&) override {}
    std::size_t count = 0;
};

class NoProviders final : public provider::ProviderLoader {
  public:
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return fail(Status::ProviderNotFound, "there are none");
    }
};

class BatchTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started =
            Service::start({.executor = &executor, .calls = &executor, .loader = &loader});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\default"));
    }
    mof::Report compile(const std::string& text, const mof::CompileOptions& options = {}) {
        SessionTarget target(session, executor);
        auto report = mof::compile(mof::parse(text, "test.mof"), target, options);
        executor.drain();
        return report;
    }
    std::shared_ptr<Session> within(std::shared_ptr<Batch> batch) {
        CallOptions options;
        options.batch = std::move(batch);
        return session->with(std::move(options));
    }
    std::size_t count_of(const char* name) {
        const auto found = wait_for(executor, [&](SinkPtr sink) {
            session->enumerate_instances(name, Depth::Deep, std::move(sink));
        });
        return found ? found->objects.size() : 0;
    }

    base::SimulatedExecutor executor{1};
    NoProviders loader;
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

std::string many(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i) text += fmt::format("instance of A {{ Id = {}; }};\n", i);
    return text;
}

TEST_F(BatchTest, ManyInstancesAreStoredAndEachIsAnEvent) {
    ASSERT_TRUE(compile("class A { [key] uint32 Id; };").ok());
    const auto receiver = std::make_shared<Counting>();
    const auto subscription = session->subscribe(
        "WQL", "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'A'", receiver);
    ASSERT_TRUE(subscription);
    std::vector<std::size_t> told;
    const auto report =
        compile(many(1, 1234), {.progress = [&](auto progress) { told.push_back(progress.done); }});
    EXPECT_TRUE(report.ok()) << mof::summary(report);
    EXPECT_EQ(count_of("A"), 1234U);
    EXPECT_EQ(receiver->count, 1234U);
    EXPECT_EQ(told, (std::vector<std::size_t>{500, 1000, 1234}));
}

TEST_F(BatchTest, AClassAndItsInstancesMayShareABatch) {
    const auto report = compile("class A { [key] uint32 Id; }; class B : A {};" + many(1, 3) +
                                "instance of B { Id = 4; };");
    EXPECT_TRUE(report.ok()) << mof::summary(report);
    EXPECT_EQ(count_of("A"), 4U);
}

TEST_F(BatchTest, WhatPrecedesAFailingObjectStays) {
    const auto report =
        compile("class A { [key] uint32 Id; };" + many(1, 3) + "instance of A { };" + many(4, 5));
    EXPECT_FALSE(report.ok());
    EXPECT_EQ(report.instances, 3U);
    EXPECT_EQ(count_of("A"), 3U);
}

TEST_F(BatchTest, AClassThatIsRefusedLateLeavesNothingOfItself) {
    const auto report = compile(
        "class A { [key] uint32 Id; };"
        "[dynamic] class Kept : A {};"
        "class Homeless : Kept {};");
    EXPECT_FALSE(report.ok());
    EXPECT_TRUE(session->schema()->find_class("A"));
    EXPECT_FALSE(session->schema()->find_class("Homeless"));
}

TEST_F(BatchTest, NamespacesInAFileExistForWhatFollows) {
    const auto report = compile(
        "class A { [key] uint32 Id; };"
        "instance of __Namespace { Name = \"inner\"; };"
        "#pragma namespace(\"\\\\\\\\.\\\\root\\\\default\\\\inner\")\n"
        "class A { [key] uint32 Id; };" +
        many(1, 2));
    EXPECT_TRUE(report.ok()) << mof::summary(report);
    EXPECT_EQ(count_of("A"), 0U);
}

TEST_F(BatchTest, ABatchThatIsDroppedChangesNothing) {
    {
        const auto batch = session->begin_batch();
        ASSERT_TRUE(batch);
        const auto changing = within(*batch);
        cim::ClassDeclaration declaration;
        declaration.name = "Passing";
        ASSERT_TRUE(wait_for(executor, [&](SinkPtr sink) {
            changing->put_class(declaration, {}, std::move(sink));
        }));
        EXPECT_TRUE(changing->schema()->find_class("Passing"));
        EXPECT_FALSE(session->schema()->find_class("Passing"));
    }
    EXPECT_FALSE(session->schema()->find_class("Passing"));
}

TEST_F(BatchTest, WhatOthersActUponIsNoPartOfABatch) {
    const auto batch = session->begin_batch();
    ASSERT_TRUE(batch);
    const auto changing = within(*batch);
    cim::InstanceBuilder builder(changing->schema()->find_class("__EventFilter"));
    ASSERT_TRUE(builder.set("Name", cim::Value("f")));
    const auto put = wait_for(executor, [&](SinkPtr sink) {
        changing->put_instance(builder.build(), repository::PutMode::CreateOrUpdate,
                               std::move(sink));
    });
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().status, Status::InvalidOperation);
    EXPECT_EQ(changing->subscribe("WQL", "SELECT * FROM __Event", nullptr).error().status,
              Status::InvalidOperation);
}

}  // namespace
}  // namespace openwmi::core
