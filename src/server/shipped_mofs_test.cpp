#include "server/shipped_mofs.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "support/temporary_folder.h"

namespace openwmi::server {
namespace {

class NoProviders final : public provider::ProviderLoader {
  public:
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return fail(Status::ProviderLoadFailure, "no providers here");
    }
};

class ShippedMofsTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started =
            core::Service::start({.executor = &executor, .calls = &executor, .loader = &loader});
        ASSERT_TRUE(started);
        service = std::move(*started);
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\default"));
    }
    void compile() {
        compile_shipped_mofs({folder.path()}, folder / "record", session, executor, log);
    }
    bool exists(const char* name) const { return session->schema()->find_class(name) != nullptr; }
    void forget(const char* name) {
        (void)core::wait_for(
            executor, [&](core::SinkPtr sink) { session->delete_class(name, std::move(sink)); });
    }

    support::TemporaryFolder folder;
    base::SimulatedExecutor executor{1};
    NoProviders loader;
    const Log log{executor.clock(), Level::Error};
    std::unique_ptr<core::Service> service;
    std::shared_ptr<core::Session> session;
};

TEST_F(ShippedMofsTest, AreCompiledOnceAndWhenTheyChange) {
    folder.write("a.mof", "class A { [key] string Id; };");
    compile();
    ASSERT_TRUE(exists("A"));
    forget("A");
    compile();
    EXPECT_FALSE(exists("A")) << "an administrator took it away, and it has not changed";
    folder.write("a.mof", "class A { [key] string Id; string More; };");
    compile();
    EXPECT_TRUE(exists("A"));
}

TEST_F(ShippedMofsTest, AreTakenInTheOrderOfTheirNames) {
    folder.write("b.mof", "class B : A { };");
    folder.write("a.mof", "class A { [key] string Id; };");
    folder.write("c.txt", "class C { [key] string Id; };");
    compile();
    EXPECT_TRUE(exists("B"));
    EXPECT_FALSE(exists("C"));
}

TEST_F(ShippedMofsTest, WithMistakesLeaveTheOthersAloneAndAreTriedAgain) {
    folder.write("a.mof", "class A {");
    folder.write("b.mof", "class B : Missing { };");
    folder.write("c.mof", "class C { [key] string Id; };");
    testing::internal::CaptureStderr();
    compile();
    EXPECT_TRUE(exists("C"));
    folder.write("z.mof", "class Missing { [key] string Id; };");
    compile();
    compile();
    EXPECT_TRUE(exists("B"));
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("a.mof:1:"), std::string::npos) << said;
}

}  // namespace
}  // namespace openwmi::server
