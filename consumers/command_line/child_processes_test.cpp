#include "command_line/child_processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <openwmi.hpp>
#include <sstream>
#include <string>
#include <thread>

#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::consumers {
namespace {

class Children : public ::testing::Test {
  protected:
    Command shell(const std::string& script) const {
        Command command;
        command.program = "/bin/sh";
        command.words = {"sh", "-c", script, "sh", result_.string()};
        command.label = "test";
        return command;
    }
    std::string result() const {
        std::ifstream stream(result_);
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }
    HRESULT failure(const Command& command) {
        try {
            children_.start(command);
        } catch (const error& e) {
            text_ = e.what();
            return e.code();
        }
        return S_OK;
    }

    support::TemporaryFolder folder_;
    std::filesystem::path result_ = folder_ / "result";
    Trace trace_{"test"};
    ChildProcesses children_{trace_};
    std::string text_;
};

TEST_F(Children, RunWithTheirWordsAndAreReaped) {
    const pid_t process = children_.start(shell("echo \"$0 $#\" > \"$1\""));
    children_.wait_for_all();
    EXPECT_EQ(result(), "sh 1\n");
    EXPECT_EQ(kill(process, 0), -1) << "a zombie is left";
}

TEST_F(Children, RunInTheWorkingDirectoryWithNothingOpen) {
    Command command = shell("pwd > \"$1\"; ls /proc/self/fd | wc -l >> \"$1\"");
    command.working_directory = folder_.path();
    children_.start(command);
    children_.wait_for_all();
    EXPECT_EQ(result(), folder_.path().string() + "\n4\n");  // ls has the folder open itself
}

TEST_F(Children, LeadAProcessGroupOfTheirOwnByDefault) {
    const std::string script = "ps -o pgid= -p $$ | tr -d ' ' > \"$1\"";
    const pid_t process = children_.start(shell(script));
    children_.wait_for_all();
    PROVES("CON-060", EXPECT_EQ(result(), std::to_string(process) + "\n"));

    Command command = shell(script);
    command.new_process_group = false;
    children_.start(command);
    children_.wait_for_all();
    EXPECT_EQ(result(), std::to_string(getpgrp()) + "\n");
}

TEST_F(Children, TakeTheirNiceValue) {
    Command command = shell("read go < \"$1.go\"; nice > \"$1\"");
    command.nice = 19;
    ASSERT_EQ(std::system(("mkfifo " + result_.string() + ".go").c_str()), 0);
    children_.start(command);
    std::ofstream(result_.string() + ".go") << "go\n";
    children_.wait_for_all();
    PROVES("CON-041", EXPECT_EQ(result(), "19\n"));
}

// It is nobody's child here; a zombie at most, until init reaps it.
bool is_dead(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(status, text);
    return text.empty() || text.find(") Z ") != std::string::npos ||
           text.find(") X ") != std::string::npos;
}

TEST_F(Children, AreKilledWithTheirGroupWhenTheTimeIsOver) {
    Command command = shell("sleep 600 & echo $! > \"$1\"; wait");
    std::string grandchild;
    // A busy machine may need longer to start a shell than the first times allow.
    for (int seconds = 1; grandchild.empty() && seconds <= 64; seconds *= 4) {
        command.kill_timeout = std::chrono::seconds(seconds);
        const auto before = std::chrono::steady_clock::now();
        children_.start(command);
        children_.wait_for_all();
        PROVES("CON-040",
               EXPECT_GE(std::chrono::steady_clock::now() - before, command.kill_timeout));
        grandchild = result();
    }
    // A signal is sent before it is felt.
    const auto process = static_cast<pid_t>(std::stol(grandchild));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!is_dead(process) && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_TRUE(is_dead(process));
}

TEST_F(Children, AStartThatFailsSaysWhy) {
    Command command = shell("");
    command.program = folder_ / "missing";
    PROVES("CON-045", EXPECT_EQ(failure(command), WBEM_E_NOT_FOUND));
    EXPECT_THAT(text_, ::testing::HasSubstr("missing cannot be started"));
    command.program = folder_.write("plain", "not a program");
    PROVES("CON-045", EXPECT_EQ(failure(command), WBEM_E_ACCESS_DENIED));
    command = shell("");
    command.working_directory = folder_ / "nowhere";
    PROVES("CON-045", EXPECT_EQ(failure(command), WBEM_E_NOT_FOUND));
    EXPECT_EQ(children_.running(), 0u);
}

}  // namespace
}  // namespace openwmi::consumers
