#include "http/outbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace openwmi::http {
namespace {

using namespace std::chrono_literals;

TEST(Outbox, GivesLinesInOrder) {
    Outbox outbox;
    outbox.offer("a");
    EXPECT_TRUE(outbox.write("b"));
    EXPECT_EQ(outbox.take().text, "a\nb\n");
    EXPECT_EQ(outbox.take().text, "");
}

TEST(Outbox, SaysWhatWasLostWhereItIsMissing) {
    Outbox outbox(6);
    outbox.offer("aa");
    outbox.offer("bb");
    outbox.offer("cc");
    outbox.offer("dd");
    EXPECT_EQ(outbox.take().text, "aa\nbb\n{\"lost\":2}\n");
    outbox.offer("ee");
    EXPECT_EQ(outbox.take().text, "ee\n");
}

TEST(Outbox, AWriterWaitsForRoomAndGivesUpInTheEnd) {
    Outbox outbox(4);
    ASSERT_TRUE(outbox.write("abc"));
    EXPECT_FALSE(outbox.write("def", 1ms));
    EXPECT_EQ(outbox.take().text, "abc\n");
    EXPECT_TRUE(outbox.write("ghi", 1ms));
}

TEST(Outbox, ALineLongerThanTheLimitGoesAlone) {
    Outbox outbox(4);
    ASSERT_TRUE(outbox.write("a long line"));
    EXPECT_FALSE(outbox.write("b", 1ms));
    EXPECT_EQ(outbox.take().text, "a long line\n");
}

TEST(Outbox, AWriterThatWaitsIsReleasedWhenTheClientGoes) {
    Outbox outbox(4);
    ASSERT_TRUE(outbox.write("abc"));
    std::jthread client([&] { outbox.close(); });
    EXPECT_FALSE(outbox.write("def", 1h));
}

TEST(Outbox, TellsTheSenderOnlyWhenItWaits) {
    Outbox outbox;
    int calls = 0;
    outbox.on_ready([&] { ++calls; });
    outbox.offer("a");
    outbox.offer("b");
    EXPECT_EQ(calls, 1);
    (void)outbox.take();  // there may be more: it has to ask again
    outbox.offer("c");
    EXPECT_EQ(calls, 1);
    (void)outbox.take();
    EXPECT_EQ(outbox.take().text, "");
    outbox.offer("d");
    EXPECT_EQ(calls, 2);
}

TEST(Outbox, EndsAfterTheLastLine) {
    Outbox outbox;
    outbox.offer("a");
    outbox.finish();
    outbox.offer("too late");
    EXPECT_FALSE(outbox.write("too late"));
    const auto batch = outbox.take();
    EXPECT_EQ(batch.text, "a\n");
    EXPECT_TRUE(batch.last);
}

TEST(Outbox, TellsOnceThatItIsClosed) {
    Outbox outbox;
    int calls = 0;
    outbox.on_close([&] { ++calls; });
    outbox.close();
    outbox.close();
    EXPECT_EQ(calls, 1);
    outbox.on_close([&] { ++calls; });
    EXPECT_EQ(calls, 2) << "who asks too late is told at once";
}

}  // namespace
}  // namespace openwmi::http
