#include "com/implements.h"

#include <gtest/gtest.h>

#include "com/ptr.h"

namespace openwmi::com {
namespace {

// Two interfaces, one of which extends a third.
class Sink final : public Implements<IWbemEventSink, IWbemShutdown> {
  public:
    explicit Sink(int& alive) : alive_(alive) { ++alive_; }
    ~Sink() override { --alive_; }

    HRESULT STDMETHODCALLTYPE Indicate(LONG, IWbemClassObject**) override { return S_OK; }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT, BSTR, IWbemClassObject*) override {
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE SetSinkSecurity(LONG, BYTE*) override { return S_OK; }
    HRESULT STDMETHODCALLTYPE IsActive() override { return WBEM_S_FALSE; }
    HRESULT STDMETHODCALLTYPE GetRestrictedSink(LONG, const LPCWSTR*, IUnknown*,
                                                IWbemEventSink**) override {
        return WBEM_E_NOT_SUPPORTED;
    }
    HRESULT STDMETHODCALLTYPE SetBatchingParameters(LONG, DWORD, DWORD) override { return S_OK; }
    HRESULT STDMETHODCALLTYPE Shutdown(LONG, ULONG, IWbemContext*) override { return S_OK; }

  private:
    int& alive_;
};

TEST(Implements, offers_the_listed_interfaces_and_those_they_extend) {
    int alive = 0;
    {
        const Ptr<Sink> sink = make<Sink>(alive);
        EXPECT_EQ(alive, 1);
        const auto event_sink = Ptr<IWbemEventSink>(sink);
        const auto object_sink = event_sink.query<IWbemObjectSink>();
        ASSERT_TRUE(object_sink);
        EXPECT_EQ(static_cast<IWbemObjectSink*>(event_sink.get()), object_sink.get());
        const auto shutdown = event_sink.query<IWbemShutdown>();
        ASSERT_TRUE(shutdown);
        EXPECT_EQ(shutdown->Shutdown(0, 0, nullptr), S_OK);
        EXPECT_EQ(shutdown.query<IUnknown>(), object_sink.query<IUnknown>())
            << "one identity whoever is asked";
        EXPECT_FALSE(event_sink.query<IWbemServices>());
    }
    EXPECT_EQ(alive, 0);
}

TEST(Implements, query_interface_keeps_com_s_rules) {
    int alive = 0;
    const Ptr<Sink> sink = make<Sink>(alive);
    EXPECT_EQ(sink->QueryInterface(IID_IUnknown, nullptr), E_POINTER);
    void* object = &alive;
    EXPECT_EQ(sink->QueryInterface(IID_IWbemServices, &object), E_NOINTERFACE);
    EXPECT_EQ(object, nullptr);
    EXPECT_EQ(sink->AddRef(), 2u);
    EXPECT_EQ(sink->Release(), 1u);
}

TEST(Ptr, each_change_of_ownership_is_a_verb) {
    int alive = 0;
    Ptr<Sink> sink = make<Sink>(alive);
    Sink* raw = sink.detach();
    EXPECT_FALSE(sink);
    EXPECT_EQ(alive, 1);
    sink = Ptr<Sink>::adopt(raw);
    IWbemObjectSink* out = nullptr;
    sink.copy_to(&out);
    sink = nullptr;
    EXPECT_EQ(alive, 1);
    Ptr<IWbemObjectSink> other;
    *other.put() = out;
    EXPECT_EQ(alive, 1);
    other.put();
    EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace openwmi::com
