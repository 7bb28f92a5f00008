#include "core/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/test_provider.h"
#include "support/temporary_folder.h"

namespace openwmi::core {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SubscriptionLintTest : public test::ServiceTest {
  protected:
    void SetUp() override {
        test::ServiceTest::SetUp();
        ASSERT_TRUE(compile(R"(
class CommandLineEventConsumer : __EventConsumer
    { [key] string Name; string ExecutablePath; string CommandLineTemplate; };
class LogFileEventConsumer : __EventConsumer { [key] string Name; string Filename; };
class Win32_ProcessStartTrace : __ExtrinsicEvent { string ProcessName; uint32 ProcessID; };
[dynamic, provider("Script")] class Win32_Process { [key] string Handle; string Name; };
[dynamic, provider("Script")] class CIM_DataFile { [key] string Name; };
[dynamic, provider("Script")] class Fan { [key] string Id; };
instance of __Win32Provider as $P { Name = "Script"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsEnumeration = TRUE; SupportsGet = TRUE; };
)")
                        .ok());
        script.on_call = [&](const test::Asked& asked) {
            executor.advance(reading_takes);
            asked.call.sink->complete({});
            return Result<>();
        };
    }
    // "code: text" of what is found about one filter and one consumer.
    std::vector<std::string> find(const std::string& query, const std::string& consumer,
                                  const std::string& consumer_class) {
        EXPECT_TRUE(compile("instance of __EventFilter as $F { Name = \"f\"; QueryLanguage = "
                            "\"WQL\"; Query = \"" +
                            query + "\"; };\ninstance of " + consumer_class +
                            " as $C { Name = \"c\"; " + consumer +
                            " };\ninstance of __FilterToConsumerBinding { Filter = $F; Consumer = "
                            "$C; };")
                        .ok());
        return findings();
    }
    std::vector<std::string> findings() {
        std::vector<std::string> all;
        const auto found = session->lint({.trusted_uid = ::geteuid()});
        EXPECT_TRUE(found);
        for (const auto& each : *found) {
            all.push_back(each.code + (each.certain ? "! " : "? ") + each.text);
        }
        return all;
    }

    base::Duration reading_takes{};
};

constexpr const char* quiet = "SELECT * FROM __NamespaceCreationEvent";

TEST_F(SubscriptionLintTest, AFilterThatStartsWhatItWaitsFor) {
    const auto runs = [&](const char* query) {
        return find(query, "ExecutablePath = \"/usr/bin/true\";", "CommandLineEventConsumer");
    };
    EXPECT_THAT(runs("SELECT * FROM Win32_ProcessStartTrace"),
                Contains(HasSubstr("self-trigger! the process that it starts is such an event")));
    EXPECT_THAT(runs("SELECT * FROM Win32_ProcessStartTrace WHERE ProcessID > 100"),
                Contains(HasSubstr("self-trigger? ")));
    EXPECT_THAT(runs("SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName = 'sshd'"),
                Not(Contains(HasSubstr("self-trigger"))));
    EXPECT_THAT(runs("SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName <> 'true'"),
                Not(Contains(HasSubstr("self-trigger"))));
    EXPECT_THAT(runs("SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA "
                     "'Win32_Process'"),
                Contains(HasSubstr("self-trigger! ")));
    EXPECT_THAT(runs("SELECT * FROM __InstanceDeletionEvent WITHIN 5 WHERE TargetInstance ISA "
                     "'Win32_Process'"),
                Not(Contains(HasSubstr("self-trigger"))));
}

TEST_F(SubscriptionLintTest, AFilterThatWritesWhatItWaitsFor) {
    EXPECT_THAT(find("SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA "
                     "'CIM_DataFile'",
                     "Filename = \"/var/log/x\";", "LogFileEventConsumer"),
                Contains(HasSubstr("self-trigger! the file that it writes")));
}

TEST_F(SubscriptionLintTest, AFileThatOthersCanWrite) {
    const support::TemporaryFolder folder;
    const auto program = folder.write("run.sh", "#!/bin/sh\n");
    const auto runs = [&] {
        return find(quiet, "ExecutablePath = \"" + program.string() + "\";",
                    "CommandLineEventConsumer");
    };
    ::chmod(folder.path().c_str(), 0700);
    ::chmod(program.c_str(), 0755);
    EXPECT_THAT(runs(), Not(Contains(HasSubstr("writable-file"))));
    ::chmod(program.c_str(), 0757);
    EXPECT_THAT(runs(), Contains(HasSubstr("writable-file! it runs " + program.string())));
    EXPECT_THAT(runs(), Contains(HasSubstr("can be written by everybody")));
    ::chmod(program.c_str(), 0755);
    ::chmod(folder.path().c_str(), 0777);
    EXPECT_THAT(runs(), Contains(HasSubstr(folder.path().string() + " can be written by")))
        << "whoever can write the folder can replace the file";
}

TEST_F(SubscriptionLintTest, AProgramThatIsNotSettled) {
    const auto runs = [&](const char* line) {
        return find(quiet, std::string("CommandLineTemplate = \"") + line + "\";",
                    "CommandLineEventConsumer");
    };
    EXPECT_THAT(runs("%ProcessName% -x"), Contains(HasSubstr("program-from-event! ")));
    EXPECT_THAT(runs("mail root"), Contains(HasSubstr("relative-program? ")));
    EXPECT_THAT(runs("/no/such/program"), Contains(HasSubstr("missing-file? ")));
    EXPECT_THAT(runs("\\\"/no/such program\\\" x"), Contains(HasSubstr("/no/such program does")));
}

TEST_F(SubscriptionLintTest, ABackslashThatWasWrittenOnce) {
    EXPECT_THAT(find(quiet, "Filename = \"C:\\temp\\new.log\";", "LogFileEventConsumer"),
                Contains("escape! Filename holds a control character: MOF writes a backslash "
                         "twice"));
    ASSERT_TRUE(compile("instance of __EventFilter { Name = \"g\"; QueryLanguage = \"WQL\"; Query "
                        "= \"SELECT * FROM __NamespaceCreationEvent\"; EventNamespace = "
                        "\"\\root\"; };")
                    .ok());
    EXPECT_THAT(findings(), Contains(HasSubstr("escape! EventNamespace holds")));
}

TEST_F(SubscriptionLintTest, APollThatTakesMuchOfTheTime) {
    reading_takes = std::chrono::milliseconds(800);
    EXPECT_THAT(find("SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA "
                     "'Fan'",
                     "Filename = \"/x\";", "LogFileEventConsumer"),
                Contains("dear-poll? reading Fan (0 instances) took 800.0 ms, every 5 s: 16 % of "
                         "the time"));
    reading_takes = std::chrono::milliseconds(1);
    executor.advance(std::chrono::seconds(10));
    EXPECT_THAT(findings(), Not(Contains(HasSubstr("dear-poll"))));
}

TEST_F(SubscriptionLintTest, AShortIntervalIsToldWithItsCost) {
    reading_takes = std::chrono::milliseconds(2);
    EXPECT_THAT(find("SELECT * FROM __InstanceCreationEvent WITHIN 0.5 WHERE TargetInstance ISA "
                     "'Fan'",
                     "Filename = \"/x\";", "LogFileEventConsumer"),
                Contains(HasSubstr("within-small? WITHIN 0.5 reads the class 2 times a second "
                                   "where it is polled; reading Fan takes 2.0 ms")));
    EXPECT_THAT(find("SELECT * FROM __InstanceCreationEvent WITHIN 0.5 WHERE TargetInstance ISA "
                     "'LogFileEventConsumer'",
                     "Filename = \"/x\";", "LogFileEventConsumer"),
                Not(Contains(HasSubstr("within-small"))))
        << "what the repository raises costs nothing";
}

TEST_F(SubscriptionLintTest, MistakesInQueriesAndBindings) {
    EXPECT_THAT(find("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Fan'",
                     "Filename = \"/x\";", "LogFileEventConsumer"),
                Contains(HasSubstr("within-missing! ")));
    ASSERT_TRUE(compile("instance of __FilterToConsumerBinding { Filter = "
                        "\"__EventFilter.Name=\\\"ff\\\"\"; Consumer = "
                        "\"LogFileEventConsumer.Name=\\\"c\\\"\"; };")
                    .ok());
    EXPECT_THAT(findings(), Contains(HasSubstr("names this filter, which does not exist")));
}

TEST_F(SubscriptionLintTest, WhatIsWellHasNoFindings) {
    EXPECT_THAT(find(quiet, "Filename = \"/x\";", "LogFileEventConsumer"), IsEmpty());
}

}  // namespace
}  // namespace openwmi::core
