#include "wbem/refresher.h"

#include <functional>

#include "com/implements.h"
#include "support/proves.h"
#include "wbem/bulk_refresher.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

// What the fake below was asked, and what it answers.
struct Source {
    int refreshes = 0;
    int added = 0;
    int removed = 0;
    Result<> outcome;
    std::uint64_t speed = 0;
    std::function<void()> on_refresh;
};

cim::InstancePtr device(std::uint64_t speed) {
    static const cim::ClassPtr cls = testing::device();
    cim::InstanceBuilder builder(cls);
    EXPECT_TRUE(builder.set(cim::Name("Id"), "a"));
    EXPECT_TRUE(builder.set(cim::Name("Speed"), cim::Value(speed)));
    return builder.build();
}

class FakeBulk final : public BulkRefresher {
  public:
    explicit FakeBulk(Source& source) : source_(source) {}
    Result<Id> add_object(const cim::ObjectPath&) override { return ++source_.added; }
    Result<Id> add_enumeration(const cim::Name&) override { return ++source_.added; }
    Result<> remove(Id) override {
        ++source_.removed;
        return {};
    }
    Result<> refresh() override {
        ++source_.refreshes;
        if (source_.on_refresh) source_.on_refresh();
        return source_.outcome;
    }
    Result<std::vector<cim::InstancePtr>> objects(Id) const override {
        return std::vector{device(source_.speed)};
    }

  private:
    Source& source_;
};

class FakeServices final : public provider_services<IRefreshAccess> {
  public:
    explicit FakeServices(Source& source) : source_(source) {}
    std::unique_ptr<BulkRefresher> make_refresher() override {
        return std::make_unique<FakeBulk>(source_);
    }
    HRESULT STDMETHODCALLTYPE GetObject(const BSTR strObjectPath, LONG, IWbemContext*,
                                        IWbemClassObject** ppObject, IWbemCallResult**) override {
        const bool of_class = to_utf8(strObjectPath) == "Device";
        const cim::InstancePtr instance = device(0);
        const cim::ObjectPtr found =
            of_class ? cim::ObjectPtr(instance->class_ptr()) : cim::ObjectPtr(instance);
        *ppObject = make_object(found).detach();
        return WBEM_S_NO_ERROR;
    }

  private:
    Source& source_;
};

class RefresherTest : public ::testing::Test {
  protected:
    com::Ptr<IWbemClassObject> add(LONG* id = nullptr) {
        com::Ptr<IWbemClassObject> object;
        EXPECT_EQ(configure_->AddObjectByPath(services_.get(), L"Device.Id=\"a\"", 0, nullptr,
                                              object.put(), id),
                  WBEM_S_NO_ERROR);
        return object;
    }

    Source source_;
    com::Ptr<FakeServices> services_ = com::make<FakeServices>(source_);
    com::Ptr<IWbemRefresher> refresher_ = make_refresher();
    com::Ptr<IWbemConfigureRefresher> configure_ = refresher_.query<IWbemConfigureRefresher>();
};

TEST_F(RefresherTest, AsksANamespaceOnceForAllItsObjects) {
    const auto one = add();
    const auto other = add();
    com::Ptr<IWbemHiPerfEnum> all;
    ASSERT_EQ(configure_->AddEnum(services_.get(), L"Device", 0, nullptr, all.put(), nullptr),
              WBEM_S_NO_ERROR);
    source_.speed = 5;
    PROVES("COM-174", EXPECT_EQ(refresher_->Refresh(0), WBEM_S_NO_ERROR));
    EXPECT_EQ(source_.refreshes, 1);
    EXPECT_EQ(source_.added, 3);
    PROVES("COM-174", EXPECT_EQ(testing::text(one.get(), L"Speed"), "5"));
    EXPECT_EQ(testing::text(other.get(), L"Speed"), "5");
    ULONG count = 0;
    EXPECT_EQ(all->GetObjects(0, 0, nullptr, &count), WBEM_E_BUFFER_TOO_SMALL);
    EXPECT_EQ(count, 1U);
}

TEST_F(RefresherTest, AFailureLeavesTheValues) {
    const auto one = add();
    source_.speed = 5;
    source_.outcome = fail(Status::ProviderFailure, "no data");
    EXPECT_EQ(refresher_->Refresh(0), WBEM_E_PROVIDER_FAILURE);
    EXPECT_EQ(testing::text(one.get(), L"Speed"), "0");
    source_.outcome = {};
    EXPECT_EQ(refresher_->Refresh(0), WBEM_S_NO_ERROR);
    EXPECT_EQ(testing::text(one.get(), L"Speed"), "5");
}

TEST_F(RefresherTest, WhatIsRemovedIsNoLongerKept) {
    LONG id = 0;
    add(&id);
    EXPECT_EQ(configure_->Remove(id, 0), WBEM_S_NO_ERROR);
    EXPECT_EQ(source_.removed, 1);
    add();
    refresher_ = nullptr;
    configure_ = nullptr;
    EXPECT_EQ(source_.removed, 2);
}

TEST_F(RefresherTest, IsBusyWhileItIsAtWork) {
    const auto one = add();
    std::vector<HRESULT> meanwhile;
    source_.on_refresh = [&] {
        meanwhile.push_back(refresher_->Refresh(0));
        meanwhile.push_back(configure_->Remove(1, 0));
    };
    EXPECT_EQ(refresher_->Refresh(0), WBEM_S_NO_ERROR);
    PROVES(
        "COM-174",
        EXPECT_EQ(meanwhile, (std::vector<HRESULT>{WBEM_E_REFRESHER_BUSY, WBEM_E_REFRESHER_BUSY})));
    source_.on_refresh = nullptr;
    EXPECT_EQ(refresher_->Refresh(0), WBEM_S_NO_ERROR);
}

}  // namespace
}  // namespace openwmi::wbem
