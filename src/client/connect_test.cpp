#include "client/connect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/thread_executor.h"
#include "bridge/loader.h"

#include "com/variant.h"
#include "support/proves.h"
#include "support/test_plugins.h"

namespace openwmi::client {
namespace {

constexpr int rounds = 200;

// What a sink was told, seen by all threads; outlives the sink.
struct Told {
    std::atomic<int> events{0};
    std::atomic<int> statuses{0};
    std::atomic<HRESULT> status{0};
    std::atomic<bool> released{false};
};

class CountingSink final : public com::Implements<IWbemObjectSink> {
  public:
    explicit CountingSink(std::shared_ptr<Told> told) : told_(std::move(told)) {}
    ~CountingSink() override { told_->released = true; }
    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject**) override {
        EXPECT_EQ(told_->statuses, 0);
        told_->events += lObjectCount;
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT hResult, BSTR, IWbemClassObject*) override {
        told_->status = hResult;
        ++told_->statuses;
        return WBEM_S_NO_ERROR;
    }

  private:
    const std::shared_ptr<Told> told_;
};

// A service on threads, in memory, with an event class that clients raise.
class ConnectTest : public ::testing::Test {
  protected:
    ConnectTest() {
        service_ = std::move(*core::Service::start(
            {.executor = &work_,
             .calls = &calls_,
             .loader = &loader_,
             .on_ready_for_providers = [this](core::Service& one) { loader_.attach(one); }}));
        services_ = connect();
        com::Ptr<IWbemClassObject> base;
        com::Ptr<IWbemClassObject> cls;
        EXPECT_EQ(
            services_->GetObject(bstr("__ExtrinsicEvent").get(), 0, nullptr, base.put(), nullptr),
            WBEM_S_NO_ERROR);
        EXPECT_EQ(base->SpawnDerivedClass(0, cls.put()), WBEM_S_NO_ERROR);
        EXPECT_EQ(cls->Put(L"__CLASS", 0, com::Variant("Storm").in(), 0), WBEM_S_NO_ERROR);
        EXPECT_EQ(services_->PutClass(cls.get(), 0, nullptr, nullptr), WBEM_S_NO_ERROR);
        EXPECT_EQ(services_->QueryObjectSink(0, raise_.put()), WBEM_S_NO_ERROR);
    }
    ~ConnectTest() override {
        services_ = nullptr;
        raise_ = nullptr;
        service_->stop();
        calls_.stop();
        work_.stop();
        service_.reset();
    }

    com::Ptr<IWbemServices> connect() {
        return client::connect(*service_, calls_, security::Identity::of_service(), "root\\default")
            .value();
    }
    com::Ptr<IWbemClassObject> storm() const {
        com::Ptr<IWbemClassObject> cls;
        com::Ptr<IWbemClassObject> event;
        EXPECT_EQ(services_->GetObject(bstr("Storm").get(), 0, nullptr, cls.put(), nullptr),
                  WBEM_S_NO_ERROR);
        EXPECT_EQ(cls->SpawnInstance(0, event.put()), WBEM_S_NO_ERROR);
        return event;
    }
    // Raises one event after the other until it is told to stop.
    std::jthread raiser() {
        return std::jthread([this, event = storm()](const std::stop_token& stop) {
            IWbemClassObject* events[] = {event.get()};
            while (!stop.stop_requested()) {
                EXPECT_EQ(raise_->Indicate(1, events), WBEM_S_NO_ERROR) << take_error_text();
            }
        });
    }
    static HRESULT notify(IWbemServices& services, IWbemObjectSink* sink) {
        return services.ExecNotificationQueryAsync(
            bstr("WQL").get(), bstr("SELECT * FROM Storm").get(), 0, nullptr, sink);
    }

    support::TestPlugins plugins_;
    base::MachineClock clock_;
    base::ThreadExecutor work_{clock_, {.name = "work"}};
    base::ThreadExecutor calls_{clock_, {.name = "calls", .elastic = true}};
    bridge::Loader loader_{work_, calls_};
    std::unique_ptr<core::Service> service_;
    com::Ptr<IWbemServices> services_;
    com::Ptr<IWbemObjectSink> raise_;
};

TEST_F(ConnectTest, gives_the_services_of_a_namespace) {
    const auto identity = security::Identity::of_service();
    const auto connected = client::connect(*service_, calls_, identity, "root/cimv2");
    ASSERT_TRUE(connected);
    com::Ptr<IWbemClassObject> found;
    EXPECT_EQ((*connected)->GetObject(bstr("__Event").get(), 0, nullptr, found.put(), nullptr),
              WBEM_S_NO_ERROR);
    const auto refused = client::connect(*service_, calls_, identity, "root/nowhere");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::InvalidNamespace);
}

TEST_F(ConnectTest, nothing_reaches_a_cancelled_sink) {
    const auto storming = raiser();
    for (int round = 0; round < rounds; ++round) {
        const auto told = std::make_shared<Told>();
        auto sink = com::make<CountingSink>(told);
        ASSERT_EQ(notify(*services_, sink.get()), WBEM_S_NO_ERROR) << take_error_text();
        while (told->events == 0) std::this_thread::yield();
        ASSERT_EQ(services_->CancelAsyncCall(sink.get()), WBEM_S_NO_ERROR) << take_error_text();
        PROVES("COM-072", ASSERT_EQ(told->statuses, 1));
        EXPECT_EQ(told->status, WBEM_E_CALL_CANCELLED);
        sink = nullptr;
        PROVES("COM-072", ASSERT_TRUE(told->released));
    }
}

TEST_F(ConnectTest, releasing_the_services_ends_their_notifications) {
    const auto storming = raiser();
    for (int round = 0; round < rounds; ++round) {
        const auto told = std::make_shared<Told>();
        auto mine = connect();
        ASSERT_EQ(notify(*mine, com::make<CountingSink>(told).get()), WBEM_S_NO_ERROR);
        while (told->events == 0) std::this_thread::yield();
        mine = nullptr;
        ASSERT_EQ(told->statuses, 1);
        ASSERT_TRUE(told->released);
    }
}

TEST_F(ConnectTest, enumerators_are_read_and_released_in_a_storm) {
    const auto storming = raiser();
    for (int round = 0; round < rounds; ++round) {
        com::Ptr<IEnumWbemClassObject> events;
        ASSERT_EQ(services_->ExecNotificationQuery(
                      bstr("WQL").get(), bstr("SELECT * FROM Storm").get(),
                      WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, nullptr, events.put()),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        com::Ptr<IWbemClassObject> event;
        ULONG count = 0;
        ASSERT_EQ(events->Next(WBEM_INFINITE, 1, event.put(), &count), WBEM_S_NO_ERROR);
        EXPECT_EQ(count, 1U);
    }
}

TEST_F(ConnectTest, calls_that_are_cancelled_while_they_end_end_once) {
    for (int round = 0; round < rounds; ++round) {
        const auto told = std::make_shared<Told>();
        auto sink = com::make<CountingSink>(told);
        ASSERT_EQ(services_->CreateClassEnumAsync(nullptr, WBEM_FLAG_DEEP, nullptr, sink.get()),
                  WBEM_S_NO_ERROR);
        const HRESULT hr = services_->CancelAsyncCall(sink.get());
        EXPECT_TRUE(hr == WBEM_S_NO_ERROR || hr == WBEM_E_NOT_FOUND);
        sink = nullptr;
        while (!told->released) std::this_thread::yield();
        PROVES("COM-092", ASSERT_EQ(told->statuses, 1));
    }
    take_error_text();
}

}  // namespace
}  // namespace openwmi::client
