#include "wbem/enumerator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/simulated_executor.h"
#include "base/thread_executor.h"
#include "com/implements.h"
#include "support/proves.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using namespace std::chrono_literals;

cim::ObjectPtr device(int number) {
    static const cim::ClassPtr cls = testing::device();
    cim::InstanceBuilder builder(cls);
    EXPECT_TRUE(builder.set("Id", std::to_string(number)));
    return builder.build();
}

// Notes what it is told, in one text: "[0 1] done(0x0)".
class Sink final : public com::Implements<IWbemObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override {
        notes += "[";
        for (LONG i = 0; i < lObjectCount; ++i) {
            notes += (i == 0 ? "" : " ") + testing::text(apObjArray[i], L"Id");
        }
        notes += "]";
        return answer;
    }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT hResult, BSTR,
                                        IWbemClassObject* pObjParam) override {
        notes += fmt::format("done(0x{:X})", static_cast<std::uint32_t>(hResult));
        error = com::Ptr<IWbemClassObject>(pObjParam);
        return WBEM_S_NO_ERROR;
    }

    std::string notes;
    HRESULT answer = WBEM_S_NO_ERROR;
    com::Ptr<IWbemClassObject> error;
};

class EnumeratorTest : public ::testing::Test {
  protected:
    void open(ObjectQueueOptions options = {}) {
        queue_ = std::make_shared<ObjectQueue>(executor_, std::move(options));
        enumerator_ = make_enumerator(queue_);
    }
    bool push(std::initializer_list<int> numbers) {
        std::vector<cim::ObjectPtr> objects;
        for (const int number : numbers) objects.push_back(device(number));
        return queue_->push(objects);
    }
    // What Next gives: the ids, then the code.
    std::string next(LONG timeout, ULONG count) { return next(*enumerator_, timeout, count); }
    static std::string next(IEnumWbemClassObject& enumerator, LONG timeout, ULONG count) {
        std::vector<IWbemClassObject*> objects(count + 1);
        ULONG returned = 99;
        const HRESULT hr = enumerator.Next(timeout, count, objects.data(), &returned);
        std::string text;
        for (ULONG i = 0; i < returned; ++i) {
            const auto object = com::Ptr<IWbemClassObject>::adopt(objects[i]);
            text += testing::text(object.get(), L"Id") + " ";
        }
        return text + fmt::format("0x{:X}", static_cast<std::uint32_t>(hr));
    }

    base::SimulatedExecutor executor_{1};
    std::shared_ptr<ObjectQueue> queue_;
    com::Ptr<IEnumWbemClassObject> enumerator_;
};

TEST_F(EnumeratorTest, SaysWhetherAllCame) {
    open();
    push({0, 1, 2});
    PROVES("COM-082", EXPECT_EQ(next(WBEM_INFINITE, 2), "0 1 0x0"));
    PROVES("COM-082", EXPECT_EQ(next(1000, 2), "2 0x40004"));
    PROVES("COM-082", EXPECT_EQ(next(1000, 2), "0x40004"));
    PROVES("COM-082", EXPECT_EQ(next(1000, 0), "0x1"));
    push({3});
    queue_->finish({});
    PROVES("COM-181", EXPECT_EQ(next(WBEM_INFINITE, 2), "3 0x1"));
    PROVES("COM-181", EXPECT_EQ(next(WBEM_INFINITE, 2), "0x1"));
}

TEST_F(EnumeratorTest, WaitsAsLongAsItIsTold) {
    open();
    executor_.post_after(500ms, [&] { push({0}); });
    executor_.post_after(700ms, [&] { push({1}); });
    PROVES("COM-181", EXPECT_EQ(next(WBEM_NO_WAIT, 1), "0x40004"));
    PROVES("COM-082", EXPECT_EQ(next(499, 1), "0x40004"));
    PROVES("COM-181", EXPECT_EQ(next(WBEM_INFINITE, 2), "0 1 0x0"));
    EXPECT_EQ(next(-7, 1), "0x80041008");
}

TEST_F(EnumeratorTest, RefusesNullPlaces) {
    open();
    IWbemClassObject* object = nullptr;
    ULONG returned = 0;
    PROVES("COM-181",
           EXPECT_EQ(enumerator_->Next(0, 1, nullptr, &returned), WBEM_E_INVALID_PARAMETER));
    PROVES("COM-181",
           EXPECT_EQ(enumerator_->Next(0, 1, &object, nullptr), WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(enumerator_->NextAsync(1, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(enumerator_->Clone(nullptr), WBEM_E_INVALID_PARAMETER);
}

TEST_F(EnumeratorTest, TellsTheErrorBehindTheLastObject) {
    open({.detail = {.operation = "IWbemServices::ExecQuery", .parameter = "SELECT x"}});
    push({0});
    queue_->finish(fail(Status::ProviderFailure, "the provider went away"));
    EXPECT_EQ(next(WBEM_INFINITE, 2), "0 0x40004");
    EXPECT_EQ(next(WBEM_INFINITE, 2), "0x80041004");
    com::Ptr<IErrorInfo> info;
    ASSERT_EQ(GetErrorInfo(0, info.put()), S_OK);
    const auto status = info.query<IWbemClassObject>();
    PROVES("COM-004", ASSERT_TRUE(status));
    PROVES("COM-004", EXPECT_EQ(testing::text(status.get(), L"__CLASS"), "__ExtendedStatus"));
    EXPECT_EQ(testing::text(status.get(), L"ParameterInfo"), "SELECT x");
}

TEST_F(EnumeratorTest, GoesBackAndForkedOnlyWhenBidirectional) {
    open();
    push({0, 1, 2});
    queue_->finish({});
    EXPECT_EQ(next(0, 2), "0 1 0x0");
    com::Ptr<IEnumWbemClassObject> clone;
    EXPECT_EQ(enumerator_->Clone(clone.put()), WBEM_S_NO_ERROR);
    EXPECT_EQ(enumerator_->Reset(), WBEM_S_NO_ERROR);
    EXPECT_EQ(next(0, 1), "0 0x0");
    EXPECT_EQ(next(*clone, 0, 5), "2 0x1");

    open({.direction = Direction::ForwardOnly});
    PROVES("COM-084", EXPECT_EQ(enumerator_->Reset(), WBEM_E_INVALID_OPERATION));
    PROVES("COM-084", EXPECT_EQ(enumerator_->Clone(clone.put()), WBEM_E_INVALID_OPERATION));
    PROVES("COM-084", EXPECT_EQ(clone.get(), nullptr));
}

TEST_F(EnumeratorTest, Skips) {
    open({.direction = Direction::ForwardOnly});
    push({0, 1, 2, 3});
    PROVES("COM-084", EXPECT_EQ(enumerator_->Skip(0, 2), WBEM_S_NO_ERROR));
    PROVES("COM-084", EXPECT_EQ(next(0, 1), "2 0x0"));
    PROVES("COM-084", EXPECT_EQ(enumerator_->Skip(10, 2), WBEM_S_TIMEDOUT));
    queue_->finish({});
    EXPECT_EQ(enumerator_->Skip(10, 2), WBEM_S_FALSE);
}

TEST_F(EnumeratorTest, EndsForAClientThatIsTooSlow) {
    const std::size_t each = device(0)->memory_bytes();
    open({.limit_bytes = 3 * each});
    EXPECT_TRUE(push({0, 1, 2}));
    EXPECT_EQ(next(0, 2), "0 1 0x0");
    EXPECT_TRUE(push({3, 4})) << "what was read makes room";
    PROVES("COM-085", EXPECT_FALSE(push({5})));
    EXPECT_FALSE(push({6}));
    EXPECT_EQ(next(0, 4), "2 3 4 5 0x0");
    PROVES("COM-085", EXPECT_EQ(next(0, 1), "0x80041067"));
}

TEST_F(EnumeratorTest, StopsTheProducerWhenTheLastOneIsReleased) {
    int stopped = 0;
    open({.on_abandoned = [&] { ++stopped; }});
    com::Ptr<IEnumWbemClassObject> clone;
    EXPECT_EQ(enumerator_->Clone(clone.put()), WBEM_S_NO_ERROR);
    enumerator_ = nullptr;
    EXPECT_EQ(stopped, 0);
    EXPECT_TRUE(push({0}));
    clone = nullptr;
    PROVES("COM-086", EXPECT_EQ(stopped, 1));
    PROVES("COM-086", EXPECT_FALSE(push({1})));

    open({.on_abandoned = [&] { ++stopped; }});
    queue_->finish({});
    enumerator_ = nullptr;
    EXPECT_EQ(stopped, 1) << "there was nothing left to stop";
}

TEST_F(EnumeratorTest, DeliversAsynchronouslyInTheOrderOfTheCalls) {
    open({.direction = Direction::ForwardOnly});
    const auto first = com::make<Sink>();
    const auto second = com::make<Sink>();
    PROVES("OD-085", EXPECT_EQ(enumerator_->NextAsync(3, first.get()), WBEM_S_NO_ERROR));
    PROVES("OD-085", EXPECT_EQ(enumerator_->NextAsync(2, second.get()), WBEM_S_NO_ERROR));
    executor_.drain();
    push({0, 1});
    executor_.drain();
    EXPECT_EQ(first->notes, "[0 1]");
    EXPECT_EQ(second->notes, "");
    push({2, 3});
    executor_.drain();
    PROVES("COM-083", EXPECT_EQ(first->notes, "[0 1][2]done(0x0)"));
    PROVES("OD-085", EXPECT_EQ(second->notes, "[3]"));
    queue_->finish({});
    executor_.drain();
    PROVES("COM-083", EXPECT_EQ(second->notes, "[3]done(0x1)"));
    const auto third = com::make<Sink>();
    PROVES("COM-083", EXPECT_EQ(enumerator_->NextAsync(1, third.get()), WBEM_S_FALSE));
    executor_.drain();
    PROVES("COM-083", EXPECT_EQ(third->notes, ""));
}

TEST_F(EnumeratorTest, DoesNotLetResetTouchDeliveriesInProgress) {
    open();
    push({0, 1});
    const auto sink = com::make<Sink>();
    EXPECT_EQ(enumerator_->NextAsync(3, sink.get()), WBEM_S_NO_ERROR);
    executor_.drain();
    EXPECT_EQ(enumerator_->Reset(), WBEM_S_NO_ERROR);
    push({2});
    executor_.drain();
    PROVES("COM-083", EXPECT_EQ(sink->notes, "[0 1][2]done(0x0)"));
    EXPECT_EQ(next(0, 3), "0 1 2 0x0");
}

TEST_F(EnumeratorTest, EndsDeliveriesThatFailOrAreCancelled) {
    open();
    const auto failed = com::make<Sink>();
    EXPECT_EQ(enumerator_->NextAsync(1, failed.get()), WBEM_S_NO_ERROR);
    queue_->finish(fail(Status::AccessDenied, "not for you"));
    executor_.drain();
    EXPECT_EQ(failed->notes, "done(0x80041003)");
    ASSERT_TRUE(failed->error);
    PROVES("COM-093",
           EXPECT_EQ(testing::text(failed->error.get(), L"__CLASS"), "__ExtendedStatus"));

    open();
    const auto refusing = com::make<Sink>();
    refusing->answer = WBEM_E_CALL_CANCELLED;
    EXPECT_EQ(enumerator_->NextAsync(9, refusing.get()), WBEM_S_NO_ERROR);
    push({0});
    executor_.drain();
    push({1});
    executor_.drain();
    EXPECT_EQ(refusing->notes, "[0]done(0x80041032)");

    const auto released = com::make<Sink>();
    EXPECT_EQ(enumerator_->NextAsync(9, released.get()), WBEM_S_NO_ERROR);
    executor_.drain();
    enumerator_ = nullptr;
    executor_.drain();
    EXPECT_EQ(released->notes, "done(0x80041032)");
}

// Real threads: nothing is lost or told twice between a producer and two readers.
TEST(EnumeratorThreads, ShareAQueue) {
    constexpr int count = 2000;
    const base::MachineClock clock;
    base::ThreadExecutor executor(clock, {});
    auto queue = std::make_shared<ObjectQueue>(
        executor, ObjectQueueOptions{.direction = Direction::ForwardOnly});
    const auto enumerator = make_enumerator(queue);
    std::atomic<int> read{0};
    const auto reader = [&] {
        IWbemClassObject* objects[3];
        ULONG returned = 0;
        HRESULT hr = WBEM_S_NO_ERROR;
        while (hr == WBEM_S_NO_ERROR) {
            hr = enumerator->Next(WBEM_INFINITE, 3, objects, &returned);
            for (ULONG i = 0; i < returned; ++i) {
                com::Ptr<IWbemClassObject>::adopt(objects[i]);
                ++read;
            }
        }
    };
    {
        std::jthread first(reader);
        std::jthread second(reader);
        for (int i = 0; i < count; ++i) {
            const cim::ObjectPtr object = device(i);
            ASSERT_TRUE(queue->push({&object, 1}));
        }
        queue->finish({});
    }
    EXPECT_EQ(read, count);
}

}  // namespace
}  // namespace openwmi::wbem
