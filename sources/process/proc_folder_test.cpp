#include "process/proc_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "process/testing/fake_proc.h"

namespace openwmi::process_source {
namespace {

using ::testing::UnorderedElementsAre;

TEST(ProcFolder, ReadsWhatThereIs) {
    const FakeProc proc;
    proc.set(42, {});
    const ProcessFacts facts = proc.folder().read(42);
    EXPECT_EQ(facts.id, 42);
    EXPECT_EQ(facts.parent, 1);
    EXPECT_EQ(facts.start_ticks, 100u);
    EXPECT_EQ(facts.name, "prog");
    EXPECT_EQ(facts.executable, "/usr/bin/prog");
    EXPECT_EQ(facts.command_line, "prog -x");
    EXPECT_EQ(facts.session, 0u);
    EXPECT_EQ(facts.user, getuid());
    ASSERT_TRUE(facts.usage);
    EXPECT_EQ(facts.usage->user_ticks, 14u);
    EXPECT_EQ(facts.usage->kernel_ticks, 15u);
    EXPECT_EQ(facts.usage->page_faults, 24u);
    EXPECT_EQ(facts.usage->threads, 1u);
    EXPECT_EQ(facts.usage->virtual_bytes, 4096u);
    EXPECT_EQ(facts.usage->resident_bytes, 2u * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

TEST(ProcFolder, OfAProcessThatIsGoneThereIsNothing) {
    const FakeProc proc;
    const ProcessFacts facts = proc.folder().read(42);
    EXPECT_EQ(facts.id, 42);
    EXPECT_FALSE(facts.name || facts.parent || facts.start_ticks || facts.user || facts.usage);
    EXPECT_FALSE(proc.folder().state(42));
}

TEST(ProcFolder, KnowsTheStateOfProcesses) {
    const FakeProc proc;
    proc.set(10, {});
    proc.set(20, {.flags = FakeProc::fork_no_exec, .threads = 3});
    proc.set(30, {.flags = FakeProc::kernel_thread});
    proc.set(40, {.state = 'Z'});
    proc.set(50, {.state = 'Z', .threads = 2});
    const ProcFolder folder = proc.folder();
    EXPECT_THAT(folder.ids(), UnorderedElementsAre(10, 20, 30, 40, 50));
    EXPECT_TRUE(folder.state(10)->has_executed);
    EXPECT_FALSE(folder.state(20)->has_executed);
    EXPECT_THAT(folder.state(20)->other_threads, UnorderedElementsAre(21, 22));
    EXPECT_TRUE(folder.state(30)->is_kernel_thread);
    EXPECT_TRUE(folder.state(40)->has_ended);
    EXPECT_FALSE(folder.state(50)->has_ended);
    EXPECT_TRUE(folder.state(50)->leader_has_ended);
}

TEST(ProcFolder, ReadsThisProcess) {
    const ProcessFacts facts = ProcFolder().read(getpid());
    EXPECT_EQ(facts.name, "source_process_test");
    EXPECT_EQ(facts.parent, getppid());
    EXPECT_EQ(facts.user, geteuid());
    EXPECT_TRUE(ProcFolder().state(getpid())->has_executed);
}

TEST(ProcFolder, DamagedStatLinesAreNone) {
    for (const char* text :
         {"", "1", "1 (", "1 )(", "1 (a)", "1 (a) S", "1 (a) S 1 2 3", "(((", ")))"}) {
        EXPECT_FALSE(parse_stat(text)) << text;
    }
}

TEST(ProcessName, IsNeverCut) {
    const std::string arguments("/opt/x/tool\0-v\0", 15);
    EXPECT_EQ(process_name("/usr/bin/a-very-long-program-name", arguments, "a-very-long-pro"),
              "a-very-long-program-name");
    EXPECT_EQ(process_name(std::nullopt, arguments, "x"), "tool");
    EXPECT_EQ(process_name(std::nullopt, "", "short"), "short");
    EXPECT_EQ(process_name(std::nullopt, "", "a-very-long-pro"), std::nullopt);
    EXPECT_EQ(process_name(std::nullopt, "", std::nullopt), std::nullopt);
}

TEST(CommandLineText, KeepsArgumentsApart) {
    EXPECT_EQ(command_line_text(std::string("a\0b c\0\0d\"e\\\0", 11)), R"(a "b c" "" "d\"e\\")");
    EXPECT_EQ(command_line_text(""), "");
    EXPECT_EQ(command_line_text(std::string(100000, 'x')).size(), 32767u);
}

}  // namespace
}  // namespace openwmi::process_source
