#include "eventing/consumer_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "base/simulated_executor.h"
#include "base/thread_executor.h"
#include "eventing/test_world.h"
#include "support/proves.h"

namespace openwmi::eventing {
namespace {

using test::home;
using test::numbers;

// A queue with nothing around it but an executor and consumers.
struct QueueWorld {
    explicit QueueWorld(base::Executor& executor) {
        environment->executor = &executor;
        environment->consumers = &consumers;
        environment->batch_events = 4;
        environment->hold = [always = std::make_shared<char>()] { return always; };
        environment->on_failure = [this](auto&&...) { ++failures; };
        environment->on_overflow = [this](auto&&...) { ++overflows; };
        binding->counters = counters->slot("b").value();
        queue = std::make_shared<ConsumerQueue>(environment, home, logical(0));
    }
    cim::InstancePtr logical(unsigned limit) const {
        return cim::test::make_instance(
            schema.find_class("TestConsumer"),
            {{"Name", cim::Value("c")}, {"MaximumQueueSize", cim::Value(limit)}});
    }
    ConsumerQueue::Item item(int number) const {
        auto event = std::make_shared<Event>();
        event->instance = cim::test::make_instance(schema.find_class("Alarm"),
                                                   {{"Text", cim::Value(std::to_string(number))}});
        return {event, binding};
    }
    Counters counts() const { return binding->counters.read(); }

    test::TestSchema schema;
    test::TestConsumers consumers;
    std::unique_ptr<CounterTable> counters = std::move(CounterTable::open({}, nullptr).value());
    std::shared_ptr<DeliveryEnvironment> environment = std::make_shared<DeliveryEnvironment>();
    std::shared_ptr<BindingLink> binding = std::make_shared<BindingLink>();
    std::atomic<int> failures{0};
    std::atomic<int> overflows{0};
    std::shared_ptr<ConsumerQueue> queue;
};

class ConsumerQueueTest : public testing::Test {
  protected:
    base::SimulatedExecutor executor{1};
    QueueWorld world{executor};
};

TEST_F(ConsumerQueueTest, isBoundedInBytesAndSaysWhatItHolds) {
    const auto one = world.item(1);
    world.queue->enqueue(one);
    const auto bytes = world.queue->queued_bytes();
    EXPECT_GT(bytes, one.event->instance->memory_bytes());
    EXPECT_EQ(world.environment->queued_bytes, bytes);
    world.queue->redefine(world.logical(static_cast<unsigned>(2 * bytes)));
    world.queue->enqueue(world.item(2));
    world.queue->enqueue(world.item(3));
    EXPECT_EQ(world.queue->queued_events(), 2U);
    executor.drain();
    PROVES("DLV-022", EXPECT_EQ(world.consumers.texts(), numbers(1, 2)));
    EXPECT_EQ(world.counts().dropped, 1U);
    EXPECT_EQ(world.overflows, 1);
    EXPECT_EQ(world.environment->queued_bytes, 0U);
    EXPECT_FALSE(world.binding->last_error().empty());
}

TEST_F(ConsumerQueueTest, noLimitOfItsOwnMeansNone) {
    PROVES("OD-045", EXPECT_EQ(queue_limit(*world.logical(0)), SIZE_MAX));
    EXPECT_EQ(queue_limit(*world.logical(7)), 7U);
}

TEST_F(ConsumerQueueTest, aRetiredQueueDropsAndCountsWithoutSpeakingOfOverflow) {
    world.queue->enqueue(world.item(1));
    world.queue->retire();
    world.queue->enqueue(world.item(2));
    world.queue->deliver_now(world.item(3));
    executor.drain();
    EXPECT_TRUE(world.consumers.calls().empty());
    EXPECT_EQ(world.counts().dropped, 3U);
    EXPECT_EQ(world.overflows, 0);
    EXPECT_TRUE(world.queue->is_idle());
}

TEST_F(ConsumerQueueTest, aConsumerThatCannotBeFoundFailsEachEvent) {
    world.consumers.on_find = [](auto&) { return fail(Status::ProviderNotFound, "nobody"); };
    world.queue->enqueue(world.item(1));
    world.queue->enqueue(world.item(2));
    executor.drain();
    EXPECT_EQ(world.counts().failed, 2U);
    EXPECT_EQ(world.failures, 2);
    EXPECT_NE(world.binding->last_error().find("nobody"), std::string::npos);
    EXPECT_FALSE(world.binding->has_recovered());
    world.consumers.on_find = nullptr;
    world.queue->enqueue(world.item(3));
    executor.drain();
    EXPECT_TRUE(world.binding->has_recovered());
    EXPECT_FALSE(world.binding->last_error().empty()) << "it is still of interest";
}

TEST_F(ConsumerQueueTest, aPhysicalConsumerThatLostItsProcessIsFoundAnew) {
    auto answer = Status::Failed;
    world.consumers.on_consume = [&](auto&, auto) -> Result<> { return fail(answer, "no"); };
    world.queue->enqueue(world.item(1));
    executor.drain();
    world.queue->enqueue(world.item(2));
    executor.drain();
    EXPECT_EQ(world.consumers.found(), 1) << "it refuses events, and is there";
    answer = Status::RpcDisconnected;
    world.queue->enqueue(world.item(3));
    executor.drain();
    EXPECT_EQ(world.consumers.living(), 0);
    world.consumers.on_consume = nullptr;
    world.queue->enqueue(world.item(4));
    executor.drain();
    PROVES("DLV-032", EXPECT_EQ(world.consumers.found(), 2));
    EXPECT_EQ(world.counts().failed, 3U);
    EXPECT_EQ(world.counts().delivered, 1U);
}

TEST_F(ConsumerQueueTest, thePhysicalConsumerIsReleasedOnTheExecutor) {
    world.queue->deliver_now(world.item(1));
    world.queue->redefine(world.logical(0));
    EXPECT_EQ(world.consumers.living(), 1);
    executor.drain();
    EXPECT_EQ(world.consumers.living(), 0);
}

TEST_F(ConsumerQueueTest, itIsReleasedAfterAnIntervalWithoutUse) {
    world.queue->deliver_now(world.item(1));
    EXPECT_FALSE(world.queue->release_if_idle()) << "used in this interval";
    EXPECT_TRUE(world.queue->release_if_idle());
    EXPECT_FALSE(world.queue->release_if_idle()) << "nothing is left";
}

TEST_F(ConsumerQueueTest, theQueueWaitsUntilASynchronousDeliveryIsOver) {
    world.consumers.on_consume = [&](auto&, std::span<const EventPtr> events) {
        if (*events[0]->instance->find("Text") == cim::Value("1")) {
            world.queue->enqueue(world.item(2));
            executor.drain();
            EXPECT_EQ(world.consumers.calls().size(), 1U) << "one call at a time";
        }
        return Result<>();
    };
    world.queue->deliver_now(world.item(1));
    executor.drain();
    PROVES("OD-041", EXPECT_EQ(world.consumers.texts(), numbers(1, 2)));
}

TEST_F(ConsumerQueueTest, whatIsQueuedWhenTheServiceStopsIsDropped) {
    world.queue->enqueue(world.item(1));
    world.environment->stopping = true;
    executor.drain();
    EXPECT_EQ(world.counts().dropped, 1U);
    EXPECT_TRUE(world.consumers.calls().empty());
}

// Threads that deliver at once and threads that queue: the consumer sees one call at a time, and
// what one thread queued in its order.
TEST(ConsumerQueueThreadsTest, oneCallAtATimeAndNothingGetsLost) {
    for (int round = 0; round < 20; ++round) {
        const base::MachineClock clock;
        base::ThreadExecutor executor(clock, {.threads = 2});
        QueueWorld world(executor);
        std::atomic<int> inside{0};
        std::atomic<int> mistakes{0};
        world.consumers.on_consume = [&](auto&, auto) {
            if (++inside != 1) ++mistakes;
            std::this_thread::yield();
            --inside;
            return Result<>();
        };
        std::latch start(3);
        {
            std::vector<std::jthread> threads;
            threads.emplace_back([&] {
                start.arrive_and_wait();
                for (int i = 1; i <= 50; ++i) world.queue->enqueue(world.item(i));
            });
            for (int t = 1; t < 3; ++t) {
                threads.emplace_back([&] {
                    start.arrive_and_wait();
                    for (int i = 0; i < 50; ++i) world.queue->deliver_now(world.item(0));
                });
            }
        }
        while (!world.queue->is_idle()) std::this_thread::yield();
        EXPECT_EQ(mistakes, 0);
        EXPECT_EQ(world.counts().delivered, 150U);
        auto queued = world.consumers.texts();
        std::erase(queued, "0");
        ASSERT_EQ(queued, numbers(1, 50));
    }
}

}  // namespace
}  // namespace openwmi::eventing
