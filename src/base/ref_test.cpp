#include "base/ref.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace openwmi::base {
namespace {

struct Counted : RefCounted<Counted> {
    explicit Counted(int& alive) : alive_(alive) { ++alive_; }
    ~Counted() { --alive_; }
    int& alive_;
};

TEST(Ref, TheLastOneDeletes) {
    int alive = 0;
    {
        const Ref<Counted> a = make_ref<Counted>(alive);
        EXPECT_TRUE(a->has_one_owner());
        Ref<Counted> b = a;
        EXPECT_FALSE(a->has_one_owner());
        const Ref<Counted> c = std::move(b);
        EXPECT_FALSE(b);  // NOLINT(bugprone-use-after-move): what a move leaves is the point
        EXPECT_EQ(a, c);
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
}

TEST(Ref, AssignmentReleasesWhatWasHeld) {
    int alive = 0;
    Ref<Counted> a = make_ref<Counted>(alive);
    a = make_ref<Counted>(alive);
    EXPECT_EQ(alive, 1);
    a = *&a;
    EXPECT_EQ(alive, 1);
    a = nullptr;
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(a, nullptr);
}

TEST(Ref, ConvertsToConstAndDetaches) {
    int alive = 0;
    Ref<Counted> a = make_ref<Counted>(alive);
    Ref<const Counted> constant = a;
    EXPECT_EQ(constant.get(), a.get());
    const Counted* raw = constant.detach();
    EXPECT_FALSE(constant);
    raw->release();
    a = nullptr;
    EXPECT_EQ(alive, 0);
}

TEST(Ref, CountsAcrossThreads) {
    int alive = 0;
    {
        const Ref<Counted> shared = make_ref<Counted>(alive);
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([shared] {
                for (int j = 0; j < 1000; ++j) {
                    Ref<Counted> copy;
                    copy = shared;
                    EXPECT_FALSE(copy->has_one_owner());
                }
            });
        }
    }
    EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace openwmi::base
