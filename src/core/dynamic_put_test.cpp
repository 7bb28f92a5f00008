#include "core/dynamic_put.h"

#include <gmock/gmock.h>

#include "core/test_providers.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* classes = R"(
instance of __Win32Provider as $A { Name = "A"; CLSID = "{11111111-2222-3333-4444-555555555551}"; };
instance of __Win32Provider as $B { Name = "B"; CLSID = "{11111111-2222-3333-4444-555555555552}"; };
instance of __Win32Provider as $C { Name = "C"; CLSID = "{11111111-2222-3333-4444-555555555553}"; };
instance of __InstanceProviderRegistration { Provider = $A; SupportsPut = TRUE; };
instance of __InstanceProviderRegistration { Provider = $B; SupportsPut = TRUE; };
instance of __InstanceProviderRegistration { Provider = $C; SupportsPut = FALSE; };
class Root { [key] string Id; };
[dynamic, provider("A")] class Device : Root { uint32 Size; };
[dynamic, provider("B")] class Disk : Device { uint32 Speed; };
[dynamic, provider("B")] class FastDisk : Disk { uint32 Cache; };
[dynamic, abstract, provider("A")] class Idea { [key] string Id; };
[dynamic, provider("C")] class Tape : Device { };
[dynamic, provider("B")] class FastTape : Tape { };
)";

class DynamicPutTest : public test::ProvidersTest {
  protected:
    void SetUp() override {
        ProvidersTest::SetUp();
        must_compile(classes);
        for (const char* name : {"A", "B", "C"}) {
            providers.behaviours[name].put = [this](const auto& instance) -> test::Objects {
                put_instances.push_back(instance);
                return std::vector<cim::ObjectPtr>();
            };
        }
    }
    Result<Collected> put(const char* cls) {
        put_instances.clear();
        providers.log.clear();
        cim::InstanceBuilder builder(session->schema()->find_class(cls));
        EXPECT_TRUE(builder.set("Id", "d"));
        EXPECT_TRUE(builder.set("Size", 5U));
        return run([&](SinkPtr sink) {
            session->put_instance(builder.build(), repository::PutMode::CreateOrUpdate,
                                  std::move(sink));
        });
    }

    std::vector<cim::InstancePtr> put_instances;
};

TEST_F(DynamicPutTest, theProvidersOfAllClassesAreAskedFromTheTop) {
    ASSERT_TRUE(put("Disk"));
    PROVES("COM-053", EXPECT_THAT(providers.log,
                                  ElementsAre("load A", "A: put Device", "load B", "B: put Disk")));
    ASSERT_EQ(put_instances.size(), 2U);
    EXPECT_EQ(*put_instances[0]->find("Size"), cim::Value(5U));
    EXPECT_FALSE(put_instances[0]->find("Speed")) << "an instance of its own class";
    EXPECT_EQ(*put_instances[1]->find("Size"), cim::Value(5U));
}

TEST_F(DynamicPutTest, aProviderOfSeveralClassesIsAskedOnce) {
    ASSERT_TRUE(put("FastDisk"));
    EXPECT_THAT(providers.log, ElementsAre("load A", "A: put Device", "load B", "B: put FastDisk"));
}

TEST_F(DynamicPutTest, anyFailureFailsTheUpdate) {
    providers.behaviours["A"].put = [](const auto&) -> test::Objects {
        return fail(Status::AccessDenied, "not you");
    };
    const auto outcome = put("Disk");
    PROVES("COM-053", EXPECT_EQ(outcome.error().status, Status::AccessDenied));
    EXPECT_THAT(providers.log, ElementsAre("load A", "A: put Device")) << "the rest is not asked";
}

TEST_F(DynamicPutTest, soDoesAProviderThatCannotPut) {
    const auto outcome = put("FastTape");
    EXPECT_EQ(outcome.error().status, Status::ProviderNotCapable);
    EXPECT_THAT(put_instances, testing::SizeIs(1)) << "the one of the top has taken it";
}

TEST_F(DynamicPutTest, anAbstractClassHasNoInstances) {
    cim::InstanceBuilder builder(session->schema()->find_class("Idea"));
    ASSERT_TRUE(builder.set("Id", "d"));
    const auto outcome = run([&](SinkPtr sink) {
        session->put_instance(builder.build(), repository::PutMode::CreateOrUpdate,
                              std::move(sink));
    });
    EXPECT_EQ(outcome.error().status, Status::InvalidOperation);
    EXPECT_THAT(providers.log, IsEmpty());
}

}  // namespace
}  // namespace openwmi::core
