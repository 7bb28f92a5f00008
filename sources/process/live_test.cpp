// The provider on this machine's kernel, with real processes.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "process/connector.h"
#include "process/provider.h"
#include "support/proves.h"
#include "support/temporary_folder.h"
#include "support/wmi.h"

namespace openwmi::process_source {
namespace {

namespace fs = std::filesystem;

pid_t spawn(const std::string& program, std::vector<std::string> arguments) {
    std::vector<char*> words;
    std::string name = program;
    words.push_back(name.data());
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    pid_t process = 0;
    EXPECT_EQ(posix_spawn(&process, program.c_str(), nullptr, nullptr, words.data(), environ), 0);
    return process;
}

int run(const std::string& program, std::vector<std::string> arguments) {
    int status = -1;
    waitpid(spawn(program, std::move(arguments)), &status, 0);
    return status;
}

class LiveProcesses : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string refusal;
        if (!open_connector(refusal)) GTEST_SKIP() << "no process connector: " << refusal;
        fs::copy_file("/bin/sleep", program_);
        objects_.compile_file(MOF_FOLDER "/process/process.mof");
        services_ = objects_.services("root\\cimv2");
        const auto init = make<support::InitSink>();
        provider_->Initialize(nullptr, 0, nullptr, nullptr, services_.get(), nullptr, init.get());
        ASSERT_EQ(provider_->ProvideEvents(sink_.get(), 0), WBEM_S_NO_ERROR) << take_error_text();
    }
    auto named(const wchar_t* class_name) const {
        return [class_name, name = program_.filename().string()](IWbemClassObject* event) {
            return event->InheritsFrom(class_name) == WBEM_S_NO_ERROR &&
                   get_property<std::string>(event, L"ProcessName") == name;
        };
    }
    std::ptrdiff_t count(const wchar_t* class_name) const {
        const auto objects = sink_->objects();
        const auto is_named = named(class_name);
        return std::count_if(objects.begin(), objects.end(),
                             [&](const auto& object) { return is_named(object.get()); });
    }

    support::TemporaryFolder folder_;
    fs::path program_ = folder_ / "a-copy-of-sleep-with-a-long-name";
    support::WmiObjects objects_;
    com_ptr<IWbemServices> services_;
    com_ptr<support::CollectingSink> sink_ = make<support::CollectingSink>();
    com_ptr<ProcessProvider> provider_ = make<ProcessProvider>();
};

TEST_F(LiveProcesses, EachStartAndStopIsToldOnceAlsoInAStorm) {
    std::atomic<bool> over = false;
    std::thread storm([&] {
        while (!over) run("/bin/sh", {"-c", "true"});
    });
    std::vector<pid_t> processes;
    for (int i = 0; i < 10; ++i) processes.push_back(spawn(program_, {"0.3"}));
    for (const pid_t process : processes) waitpid(process, nullptr, 0);
    EXPECT_TRUE(sink_->wait_for(10, named(L"Win32_ProcessStopTrace")));
    over = true;
    storm.join();
    // One more, which waits until it has been seen: everything before it has been told then.
    const pid_t last = spawn(program_, {"600"});
    EXPECT_TRUE(sink_->wait_for(11, named(L"Win32_ProcessStartTrace")));
    kill(last, SIGTERM);
    waitpid(last, nullptr, 0);
    EXPECT_TRUE(sink_->wait_for(11, named(L"Win32_ProcessStopTrace")));
    PROVES("W32-002", EXPECT_EQ(count(L"Win32_ProcessStartTrace"), 11));
    PROVES("W32-002", EXPECT_EQ(count(L"Win32_ProcessStopTrace"), 11));
}

TEST_F(LiveProcesses, FactsAreThoseOfTheProcess) {
    const pid_t process = spawn(program_, {"600"});
    ASSERT_TRUE(sink_->wait_for(1, named(L"Win32_ProcessStartTrace")));
    kill(process, SIGTERM);
    waitpid(process, nullptr, 0);
    ASSERT_TRUE(sink_->wait_for(1, named(L"Win32_ProcessStopTrace")));
    for (const auto& object : sink_->objects()) {
        if (!named(L"Win32_ProcessTrace")(object.get())) continue;
        EXPECT_EQ(get_property<std::uint32_t>(object.get(), L"ProcessID"),
                  static_cast<std::uint32_t>(process));
        EXPECT_EQ(get_property<std::uint32_t>(object.get(), L"ParentProcessID"),
                  static_cast<std::uint32_t>(getpid()));
        EXPECT_EQ(get_property<std::string>(object.get(), L"CommandLine"),
                  program_.string() + " 600");
        EXPECT_EQ(get_property<std::string>(object.get(), L"ExecutablePath"), program_.string());
        EXPECT_EQ(get_property<std::vector<std::uint8_t>>(object.get(), L"Sid"), sid_of(geteuid()));
        if (object->InheritsFrom(L"Win32_ProcessStopTrace") == WBEM_S_NO_ERROR) {
            EXPECT_EQ(get_property<std::uint32_t>(object.get(), L"ExitStatus"), 128u + SIGTERM);
        }
    }
}

// Where there is no connector.
TEST(LiveScan, FindsProcessesInProc) {
    const ProcFolder proc;
    std::vector<ProcessChange> changes;
    Tracker tracker(proc, Tracker::Clocks::of_system(),
                    [&](ProcessChange&& change) { changes.push_back(std::move(change)); });
    tracker.learn_running();
    const auto timer = make_scan_timer(1);
    const pid_t process = spawn("/bin/sleep", {"600"});
    const auto told = [&](ProcessChange::Kind kind) {
        return std::any_of(changes.begin(), changes.end(), [&](const ProcessChange& change) {
            return change.kind == kind && change.process.id == process && change.is_synthetic;
        });
    };
    while (!told(ProcessChange::Kind::Started)) tracker.handle(timer->next().value());
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
    while (!told(ProcessChange::Kind::Stopped)) tracker.handle(timer->next().value());
    EXPECT_EQ(tracker.gaps(), 0u) << "nothing was lost";
}

}  // namespace
}  // namespace openwmi::process_source
