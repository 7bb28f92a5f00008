#include "process/tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process/testing/fake_proc.h"

namespace openwmi::process_source {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Events told by a kernel that the test plays; what the tracker makes of them, as text.
class Tracking : public ::testing::Test {
  protected:
    void fork(pid_t parent, pid_t child) { tell({Kind::Fork, child, child, parent}); }
    void thread(pid_t process, pid_t id) { tell({Kind::Fork, process, id, process}); }
    void exec(pid_t process) { tell({Kind::Exec, process, process}); }
    void exit(pid_t process, pid_t id, std::uint32_t status = 0) {
        tell({Kind::Exit, process, id, 0, status});
    }
    void gap() { tell({Kind::Gap, 0, 0, 0, 0, 0, true}); }

    void tell(KernelEvent event) {
        event.nanoseconds = ++now_;
        tracker_.handle(event);
    }
    std::vector<std::string> take() { return std::exchange(reported_, {}); }

    using Kind = KernelEvent::Kind;
    FakeProc proc_;
    ProcFolder folder_ = proc_.folder();
    std::uint64_t now_ = 1000;
    std::vector<std::string> reported_;
    ProcessChange last_;
    Tracker tracker_{folder_,
                     {[this] { return now_; }, [] { return std::uint64_t{5'000'000}; }},
                     [this](ProcessChange&& change) { report(std::move(change)); }};

  private:
    void report(ProcessChange&& change) {
        std::string text = change.kind == ProcessChange::Kind::Started ? "start " : "stop ";
        text += std::to_string(change.process.id) + " " + change.process.name.value_or("-");
        if (change.exit_status) text += " " + std::to_string(*change.exit_status);
        if (change.is_synthetic) text += " synthetic";
        reported_.push_back(text);
        last_ = std::move(change);
    }
};

TEST_F(Tracking, AStartIsTheFirstExecAndAStopTheExit) {
    fork(1, 42);
    EXPECT_THAT(take(), ElementsAre());
    proc_.set(42, {.parent = 7});
    exec(42);
    EXPECT_THAT(take(), ElementsAre("start 42 prog"));
    EXPECT_EQ(last_.process.parent, 1) << "the parent is the one that made it";
    proc_.remove(42);
    exit(42, 42, 3 << 8);
    EXPECT_THAT(take(), ElementsAre("stop 42 prog 3"));
    EXPECT_EQ(tracker_.known(), 0u);
}

TEST_F(Tracking, ASignalThatEndsItIsAnExitStatusToo) {
    fork(1, 42);
    exec(42);
    exit(42, 42, 9);
    EXPECT_THAT(take(), ElementsAre("start 42 -", "stop 42 - 137"));
}

TEST_F(Tracking, ACopyThatNeverCallsExecIsNeither) {
    fork(1, 42);
    exit(42, 42);
    EXPECT_THAT(take(), ElementsAre());
    EXPECT_EQ(tracker_.known(), 0u);
}

TEST_F(Tracking, ASecondExecIsNoSecondStart) {
    proc_.set(42, {});
    fork(1, 42);
    exec(42);
    proc_.set(42, {.executable = "/usr/bin/other"});
    exec(42);
    exit(42, 42);
    EXPECT_THAT(take(), ElementsAre("start 42 prog", "stop 42 prog 0"));
}

TEST_F(Tracking, ThreadsAreNoProcesses) {
    fork(1, 42);
    exec(42);
    thread(42, 43);
    exit(42, 43);
    EXPECT_THAT(take(), ElementsAre("start 42 -"));
}

TEST_F(Tracking, TheLastThreadEndsTheProcess) {
    fork(1, 42);
    exec(42);
    thread(42, 43);
    exit(42, 42);
    EXPECT_THAT(take(), ElementsAre("start 42 -"));
    exit(42, 43, 5 << 8);
    EXPECT_THAT(take(), ElementsAre("stop 42 - 5"));
}

TEST_F(Tracking, AnExecInAThreadEndsTheOthers) {
    fork(1, 42);
    exec(42);
    thread(42, 43);
    thread(42, 44);
    exit(42, 42);
    exit(42, 44);
    exec(42);  // 43 takes the leader's place
    EXPECT_THAT(take(), ElementsAre("start 42 -"));
    exit(42, 42);
    EXPECT_THAT(take(), ElementsAre("stop 42 - 0"));
}

TEST_F(Tracking, WhatRunsAlreadyOnlyStops) {
    proc_.set(42, {});
    proc_.set(50, {.threads = 2});
    proc_.set(60, {.flags = FakeProc::fork_no_exec});
    proc_.set(70, {.flags = FakeProc::kernel_thread});
    tracker_.learn_running();
    EXPECT_THAT(take(), ElementsAre());
    exec(42);
    exit(42, 42);
    exit(50, 50);
    EXPECT_THAT(take(), ElementsAre("stop 42 prog 0"));
    exit(50, 51);
    exit(60, 60);
    exit(70, 70);
    EXPECT_THAT(take(), ElementsAre("stop 50 prog 0"));
}

TEST_F(Tracking, WhatStartsWhileLearningStartsOnce) {
    proc_.set(42, {});
    tracker_.learn_running();
    fork(1, 42);  // told now, although /proc had it already
    exec(42);
    EXPECT_THAT(take(), ElementsAre("start 42 prog"));
}

TEST_F(Tracking, AnIdTakenAgainIsAnotherProcess) {
    proc_.set(42, {});
    fork(1, 42);
    exec(42);
    exit(42, 42);
    proc_.set(42, {.executable = "/bin/second", .start = 200});
    fork(1, 42);
    exec(42);
    exit(42, 42);
    EXPECT_THAT(take(), ElementsAre("start 42 prog", "stop 42 prog 0", "start 42 second",
                                    "stop 42 second 0"));
}

TEST_F(Tracking, AnIdTakenAgainWithoutAnEndToldStopsTheFirst) {
    proc_.set(42, {});
    fork(1, 42);
    exec(42);
    fork(1, 42);
    EXPECT_THAT(take(), ElementsAre("start 42 prog", "stop 42 prog synthetic"));
}

TEST_F(Tracking, AGapIsCountedAndRepairedFromProc) {
    proc_.set(42, {.executable = "/bin/stays"});
    proc_.set(43, {.executable = "/bin/goes"});
    proc_.set(44, {.executable = "/bin/first"});
    for (const pid_t id : {42, 43, 44}) {
        fork(1, id);
        exec(id);
    }
    take();
    proc_.remove(43);
    proc_.set(44, {.executable = "/bin/second", .start = 200});
    proc_.set(45, {.executable = "/bin/comes"});
    proc_.set(46, {.flags = FakeProc::fork_no_exec});
    proc_.set(47, {.state = 'Z'});
    gap();
    EXPECT_EQ(tracker_.gaps(), 1u);
    EXPECT_THAT(take(),
                UnorderedElementsAre("stop 43 goes synthetic", "stop 44 first synthetic",
                                     "start 44 second synthetic", "start 45 comes synthetic"));
    exit(45, 45);
    exec(46);
    EXPECT_THAT(take(), ElementsAre("stop 45 comes 0", "start 46 prog"));
}

TEST_F(Tracking, EventsFromBeforeARepairAreNotTakenTwice) {
    proc_.set(42, {});
    now_ = 2000;
    gap();
    EXPECT_THAT(take(), ElementsAre("start 42 prog synthetic"));
    now_ = 1000;
    fork(1, 42);
    exec(42);
    exit(42, 42);  // of an earlier process with this id: it is there
    EXPECT_THAT(take(), ElementsAre());
    proc_.remove(42);
    exit(42, 42);  // of this one, which was ending while /proc was read
    EXPECT_THAT(take(), ElementsAre("stop 42 prog 0"));
}

TEST_F(Tracking, TimesAreThoseOfTheEvents) {
    fork(1, 42);
    now_ = 1'000'000;
    KernelEvent event{Kind::Exec, 42, 42};
    event.nanoseconds = now_ - 5000;
    tracker_.handle(event);
    EXPECT_EQ(last_.time, 5'000'000u - 50u);
}

}  // namespace
}  // namespace openwmi::process_source
