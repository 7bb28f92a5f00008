#include "server/recovery.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "server/shipped_mofs.h"
#include "support/proves.h"
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

// A service as main starts it, until it is gone.
struct Started {
    Started(const std::filesystem::path& state, const std::filesystem::path& shipped) {
        service = *core::Service::start(
            {.state_folder = state, .executor = &executor, .calls = &executor, .loader = &loader});
        const auto session = *service->open_session(security::Identity::of_service(),
                                                    cim::NamespacePath::literal("root\\default"));
        forget_shipped_if_owed(*service, state / "shipped_mofs");
        compile_shipped_mofs({shipped}, state / "shipped_mofs", session, executor, log);
        recover_if_owed(*service, session, log);
        schema = session->schema();
    }
    ~Started() {
        service->stop();
        executor.drain();
    }

    base::SimulatedExecutor executor{1};
    NoProviders loader;
    const Log log{executor.clock(), Level::Error};
    std::unique_ptr<core::Service> service;
    std::shared_ptr<const cim::Schema> schema;
};

TEST(Recovery, BringsBackWhatIsShippedAndThenWhatIsListed) {
    const support::TemporaryFolder state;
    const support::TemporaryFolder shipped;
    const support::TemporaryFolder mofs;
    shipped.write("shipped.mof", "class Shipped { [key] string Id; };");
    mofs.write("bad.mof", "class Bad {");
    testing::internal::CaptureStderr();
    {
        const Started first(state.path(), shipped.path());
        EXPECT_TRUE(first.schema->find_class("Shipped"));
        auto& list = first.service->autorecover();
        EXPECT_FALSE(list.is_owed());
        EXPECT_TRUE(list.add(mofs / "bad.mof"));
        EXPECT_TRUE(list.add(mofs.write("more.mof", "class More : Shipped { };")));
    }
    {
        const Started again(state.path(), shipped.path());
        EXPECT_FALSE(again.schema->find_class("More")) << "the repository is as it was";
    }
    std::filesystem::remove_all(state / "repository");
    const Started rebuilt(state.path(), shipped.path());
    PROVES("MOF-035", EXPECT_TRUE(rebuilt.schema->find_class("More")));
    EXPECT_FALSE(rebuilt.service->autorecover().is_owed());
    EXPECT_NE(testing::internal::GetCapturedStderr().find("bad.mof:1:"), std::string::npos);
}

}  // namespace
}  // namespace openwmi::server
