#include "core/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::core {
namespace {

using testing::HasSubstr;
using testing::Not;

// A service in memory, with what was compiled into it.
class Machine {
  public:
    Machine() {
        auto started = Service::start({.executor = &executor_, .calls = &executor_});
        EXPECT_TRUE(started) << to_text(started.error());
        service_ = std::move(*started);
    }
    void compile(const std::string& text) {
        const auto session =
            service_->open_session(security::Identity::of_service(), cim::NamespacePath::root());
        SessionTarget target(*session, executor_);
        const auto document = mof::parse(text, "test.mof");
        ASSERT_TRUE(document.ok());
        const auto report = mof::compile(document, target);
        executor_.drain();
        ASSERT_TRUE(report.ok()) << mof::summary(report);
    }
    const repository::Store& store() const {
        return **service_->administer(security::Identity::of_service());
    }
    std::string exported() const {
        std::string text;
        const auto done = export_mof(store(), [&](const std::string& part) -> Result<> {
            text += part;
            return {};
        });
        EXPECT_TRUE(done) << to_text(done.error());
        return text;
    }

  private:
    base::SimulatedExecutor executor_{1};
    std::unique_ptr<Service> service_;
};

constexpr const char* sample = R"(
#pragma namespace("\\\\.\\root")
instance of __Namespace { Name = "Plant"; };
instance of __ArbitratorConfiguration { PermanentSubscriptionsTotal = 77; };
#pragma namespace("\\\\.\\root\\Plant")
instance of __Namespace { Name = "Hall"; };
[abstract, Description("Something \"measured\"\n")]
class Measure { [key] string Id; [indexed] string Room = "none"; };
class Sensor : Measure
{
    sint32 Temp = 20; uint64 Big; real64 Ratio; boolean On; datetime At; string Tags[];
    uint8 Bytes[]; char16 Letter; Measure ref Other; object Inner;
    [Description("Does it")] uint32 Reset([in] string Why, [out] sint32 Left);
};
class Link { [key] Sensor ref From; [key] Sensor ref To; };
instance of Sensor
{
    Id = "a \"quoted\" \\ name"; Room = "Küche"; Temp = -5; Big = 18446744073709551615; Ratio = 0.1; On = TRUE;
    At = "20260131235959.123456+060"; Tags = {"x", "", "y\n"}; Bytes = {0, 255}; Letter = 'ä';
    Other = "Sensor.Id=\"b\"";
};
instance of Sensor { Id = "b"; Temp = NULL; };
instance of Link { From = "Sensor.Id=\"b\""; To = "Sensor.Id=\"b\""; };
#pragma namespace("\\\\.\\root\\Plant\\Hall")
class Sensor { [key] uint32 Number; };
instance of Sensor { Number = 4294967295; };
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter as $F
{
    Name = "f"; QueryLanguage = "WQL"; Query = "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Sensor'";
};
)";

std::size_t instances_in(const repository::Store& store) {
    std::size_t count = 0;
    for (const auto& ns : store.namespaces()) {
        for (const auto& cls : store.schema(ns)->subclasses("")) {
            std::string after;
            do {
                const auto page = store.enumerate(ns, cls->name(), false, after);
                EXPECT_TRUE(page);
                if (!page) break;
                count += page->instances.size();
                after = page->next;
            } while (!after.empty());
        }
    }
    return count;
}

TEST(ExportTest, WhatIsExportedCompilesToTheSameRepository) {
    Machine first;
    ASSERT_NO_FATAL_FAILURE(first.compile(sample));
    const auto text = first.exported();
    EXPECT_THAT(text, HasSubstr("Küche"));
    EXPECT_THAT(text, HasSubstr("PermanentSubscriptionsTotal = 77"));
    EXPECT_THAT(text, Not(HasSubstr("instance of __CIMOMIdentification")));

    Machine second;
    ASSERT_NO_FATAL_FAILURE(second.compile(text));
    EXPECT_EQ(second.exported(), text);
    EXPECT_EQ(instances_in(second.store()), instances_in(first.store()));
    // Not only the text: the values.
    const auto ns = cim::NamespacePath::literal("root\\Plant");
    const auto originals = first.store().enumerate(ns, "Measure", true);
    ASSERT_EQ(originals.value().instances.size(), 2u);
    for (const auto& original : originals->instances) {
        const auto copy = second.store().get_instance(ns, *original->path());
        ASSERT_TRUE(copy) << to_text(copy.error());
        for (std::size_t i = 0; i < original->class_of().properties().size(); ++i) {
            EXPECT_EQ((*copy)->get(i), original->get(i))
                << original->class_of().properties()[i].name.text();
            EXPECT_EQ((*copy)->is_default(i), original->is_default(i));
        }
    }
}

TEST(ExportTest, ASinkThatFailsEndsTheExport) {
    const Machine machine;
    int parts = 0;
    const auto done = export_mof(machine.store(), [&](const std::string&) -> Result<> {
        if (++parts < 3) return {};
        return fail(Status::OutOfDiskSpace, "full");
    });
    EXPECT_EQ(done.error().status, Status::OutOfDiskSpace);
    EXPECT_EQ(parts, 3);
}

}  // namespace
}  // namespace openwmi::core
