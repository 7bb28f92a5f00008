#include "core/autorecover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/simulated_executor.h"
#include "core/recovery.h"
#include "core/service.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

class AutorecoverTest : public testing::Test {
  protected:
    support::TemporaryFolder folder;
    support::TemporaryFolder mofs;
};

TEST_F(AutorecoverTest, KeepsFilesInTheOrderInWhichTheyCame) {
    const auto b = mofs.write("b.mof", "");
    const auto a = mofs.write("a.mof", "");
    {
        AutorecoverList list(folder.path());
        EXPECT_THAT(*list.files(), ElementsAre());
        EXPECT_TRUE(list.add(b));
        EXPECT_TRUE(list.add(a));
        EXPECT_TRUE(list.add(mofs.path() / "." / "b.mof"));
        EXPECT_THAT(*list.files(), ElementsAre(b, a));
    }
    AutorecoverList list(folder.path());
    PROVES("MOF-034", EXPECT_THAT(content(folder / "autorecover"),
                                  HasSubstr(b.string() + "\n" + a.string() + "\n")));
    EXPECT_THAT(*list.files(), ElementsAre(b, a));
    EXPECT_TRUE(list.remove(b));
    EXPECT_EQ(list.remove(b).error().status, Status::NotFound);
    EXPECT_THAT(*list.files(), ElementsAre(a));
}

TEST_F(AutorecoverTest, TakesFilesOfThisComputerOnly) {
    AutorecoverList list(folder.path());
    for (const char* path : {"a.mof", "\\\\server\\share\\a.mof", "", "/tmp/a\n/etc/b.mof"}) {
        PROVES("MOF-034", EXPECT_EQ(list.add(path).error().status, Status::InvalidParameter));
    }
    EXPECT_EQ(list.add(mofs / "missing.mof").error().status, Status::NotFound);
    EXPECT_EQ(list.add(mofs.path()).error().status, Status::NotFound);
    EXPECT_FALSE(std::filesystem::exists(folder / "autorecover"));
}

TEST_F(AutorecoverTest, LeavesWhatPeopleWroteIntoTheList) {
    const auto a = mofs.write("a.mof", "");
    folder.write("autorecover", "# mine\n\n/some/where.mof\n");
    AutorecoverList list(folder.path());
    EXPECT_TRUE(list.add(a));
    EXPECT_EQ(content(folder / "autorecover"), "# mine\n\n/some/where.mof\n" + a.string() + "\n");
    EXPECT_THAT(*list.files(), ElementsAre("/some/where.mof", a));
}

TEST_F(AutorecoverTest, InMemoryServesAServiceWithoutAFolder) {
    const auto a = mofs.write("a.mof", "");
    AutorecoverList list{{}};
    EXPECT_TRUE(list.add(a));
    EXPECT_THAT(*list.files(), ElementsAre(a));
    EXPECT_TRUE(list.owe());
    EXPECT_FALSE(list.is_owed());
}

class NoProviders final : public provider::ProviderLoader {
  public:
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return fail(Status::ProviderLoadFailure, "no providers here");
    }
};

// A service on the folder, as long as one test needs it.
struct Running {
    explicit Running(const std::filesystem::path& folder) {
        auto started = Service::start(
            {.state_folder = folder, .executor = &executor, .calls = &executor, .loader = &loader});
        EXPECT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\default"));
    }
    ~Running() {
        service->stop();
        executor.drain();
    }
    bool exists(const char* name) const { return session->schema()->find_class(name) != nullptr; }

    base::SimulatedExecutor executor{1};
    NoProviders loader;
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

TEST_F(AutorecoverTest, ANewRepositoryOwesWhatTheListNames) {
    const auto base = mofs.write("z.mof", "class Base { [key] string Id; };");
    const auto derived = mofs.write("a.mof", "class Derived : Base { };");
    {
        Running first(folder.path());
        EXPECT_TRUE(first.service->autorecover().is_owed());
        EXPECT_TRUE(first.service->autorecover().recovered());
        EXPECT_TRUE(first.service->autorecover().add(base));
        EXPECT_TRUE(first.service->autorecover().add(mofs.write("gone.mof", "class Gone {")));
        EXPECT_TRUE(first.service->autorecover().add(derived));
    }
    {
        const Running again(folder.path());
        EXPECT_FALSE(again.service->autorecover().is_owed());
        EXPECT_FALSE(again.exists("Base"));
    }
    std::filesystem::remove_all(folder / "repository");
    Running rebuilt(folder.path());
    EXPECT_TRUE(rebuilt.service->autorecover().is_owed());
    const auto recovered =
        recover(rebuilt.service->autorecover(), rebuilt.session, rebuilt.executor);
    ASSERT_TRUE(recovered);
    ASSERT_EQ(recovered->size(), 3U);
    PROVES("MOF-035", EXPECT_TRUE(rebuilt.exists("Derived")) << "compiled after its superclass");
    EXPECT_FALSE((*recovered)[1].report.ok());
    EXPECT_THAT((*recovered)[1].mistakes, ElementsAre(HasSubstr("gone.mof:1:")));
}

}  // namespace
}  // namespace openwmi::core
