#include "core/localizing.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

class NoProviders final : public provider::ProviderLoader {
  public:
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return fail(Status::ProviderNotFound, "there are none");
    }
};

// What mofcomp -AMENDMENT makes of a file, compiled for two locales.
constexpr const char* neutral = R"(
[Amendment, Locale(0x409)] class Disk { [key] string Id; uint64 Size = 7; };
instance of Disk { Id = "c"; };
)";
constexpr const char* german = R"(
instance of __Namespace { Name = "ms_407"; };
#pragma namespace("\\\\.\\root\\default\\ms_407")
[Amendment, Locale(0x407), Description("Platte") : Amended ToSubClass ToInstance]
class Disk { [key] string Id; [Description("Groesse") : Amended ToSubClass] uint64 Size; };
)";
constexpr const char* english = R"(
instance of __Namespace { Name = "ms_409"; };
#pragma namespace("\\\\.\\root\\default\\ms_409")
[Amendment, Locale(0x409), Description("disk") : Amended ToSubClass ToInstance]
class Disk { [key] string Id; };
)";

class LocalizingTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started =
            Service::start({.executor = &executor, .calls = &executor, .loader = &loader});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        for (const char* text : {neutral, german, english}) {
            SessionTarget target(session({}), executor);
            const auto report = mof::compile(mof::parse(text, "test.mof"), target);
            ASSERT_TRUE(report.ok()) << mof::summary(report);
        }
    }
    std::shared_ptr<Session> session(const std::string& locale,
                                     const char* ns = "root\\default") const {
        return *service->open_session(security::Identity::of_service(),
                                      cim::NamespacePath::literal(ns), locale);
    }
    // The Description of the first object that the operation gives.
    std::string description(const std::string& locale, bool amended,
                            const std::function<void(Session&, SinkPtr)>& operation) {
        CallOptions options;
        options.amended = amended;
        const auto asking = session(locale)->with(options);
        const auto got =
            wait_for(executor, [&](SinkPtr sink) { operation(*asking, std::move(sink)); });
        if (!got || got->objects.empty()) return "nothing came";
        const auto* found = got->objects[0]->class_of().qualifiers().find("Description");
        return found ? *found->value.get_if<std::string>() : "";
    }

    base::SimulatedExecutor executor{1};
    NoProviders loader;
    std::unique_ptr<Service> service;
};

TEST_F(LocalizingTest, AnyOperationShowsThePartOfItsLocale) {
    using Operation = std::function<void(Session&, SinkPtr)>;
    const Operation operations[] = {
        [](Session& s, SinkPtr sink) {
            s.get_object(cim::ObjectPath::of_class("Disk"), std::move(sink));
        },
        [](Session& s, SinkPtr sink) {
            s.get_object(*cim::ObjectPath::parse("Disk=\"c\""), std::move(sink));
        },
        [](Session& s, SinkPtr sink) {
            s.enumerate_instances("Disk", Depth::Deep, std::move(sink));
        },
        [](Session& s, SinkPtr sink) {
            s.exec_query("WQL", "SELECT Id FROM Disk", {}, std::move(sink));
        },
        [](Session& s, SinkPtr sink) {
            s.exec_query("WQL", "SELECT * FROM meta_class WHERE __this ISA 'Disk'", {},
                         std::move(sink));
        },
    };
    for (const auto& operation : operations) {
        PROVES("MOF-061", EXPECT_EQ(description("MS_407", true, operation), "Platte"));
        EXPECT_EQ(description("MS_407", false, operation), "") << "nobody asked for it";
        PROVES("MOF-062", EXPECT_EQ(description("", true, operation), "disk"));
        PROVES("OD-104", EXPECT_EQ(description("MS_41F", true, operation), "disk"));
    }
}

TEST_F(LocalizingTest, ALocalizedClassHasNoInstances) {
    const auto within = session({}, "root\\default\\ms_407");
    cim::InstanceBuilder builder(within->schema()->find_class("Disk"));
    ASSERT_TRUE(builder.set("Id", cim::Value("x")));
    const auto put = wait_for(executor, [&](SinkPtr sink) {
        within->put_instance(builder.build(), repository::PutMode::CreateOrUpdate, std::move(sink));
    });
    ASSERT_FALSE(put);
    PROVES("MOF-061", EXPECT_EQ(put.error().status, Status::InvalidOperation));
}

TEST_F(LocalizingTest, WhereNothingIsLocalizedObjectsAreAsTheyAre) {
    CallOptions options;
    options.amended = true;
    const auto asking = session("MS_407", "root\\cimv2")->with(options);
    const auto got = wait_for(executor, [&](SinkPtr sink) {
        asking->get_object(cim::ObjectPath::of_class("__EventFilter"), std::move(sink));
    });
    ASSERT_TRUE(got);
    EXPECT_EQ(got->objects[0].get(), asking->schema()->find_class("__EventFilter").get());
}

}  // namespace
}  // namespace openwmi::core
