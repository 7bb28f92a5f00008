#include "wbem/refresher.h"

#include <gtest/gtest.h>

#include "support/proves.h"
#include "support/test_service.h"
#include "wbem/context.h"

namespace openwmi::bridge {
namespace {

using support::TestService;

// In bulk: the session keeps everything current with one call. Each: the service is asked for each,
// because the calls carry a context.
enum class Way : std::uint8_t { InBulk, Each };

class RefresherTest : public ::testing::TestWithParam<Way> {
  protected:
    RefresherTest() {
        const auto meter = service_.new_class("Meter", "");
        TestService::add_property(meter, L"Name", CIM_STRING, true);
        TestService::add_property(meter, L"Count", CIM_UINT32);
        service_.put_class(meter);
        set("a", 1);
    }
    void set(const char* name, int count) {
        const auto meter = service_.spawn("Meter");
        support::put(meter, L"Name", name);
        support::put(meter, L"Count", count);
        service_.put_instance(meter);
    }
    static com::Ptr<IWbemRefresher> refresher() {
        com::Ptr<IWbemRefresher> made;
        EXPECT_EQ(CoCreateInstance(CLSID_WbemRefresher, nullptr, CLSCTX_INPROC_SERVER,
                                   IID_PPV_ARGS(made.put())),
                  S_OK);
        return made;
    }
    com::Ptr<IWbemClassObject> add(const com::Ptr<IWbemRefresher>& refresher, const wchar_t* path,
                                   LONG* id = nullptr) {
        com::Ptr<IWbemClassObject> object;
        EXPECT_EQ(refresher.query<IWbemConfigureRefresher>()->AddObjectByPath(
                      service_.services.get(), path, 0, context_.get(), object.put(), id),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        return object;
    }
    com::Ptr<IWbemHiPerfEnum> add_enum(const com::Ptr<IWbemRefresher>& refresher) {
        com::Ptr<IWbemHiPerfEnum> objects;
        EXPECT_EQ(refresher.query<IWbemConfigureRefresher>()->AddEnum(
                      service_.services.get(), L"Meter", 0, context_.get(), objects.put(), nullptr),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        return objects;
    }
    // The values of Count in the enumerator.
    static std::vector<DWORD> counts(const com::Ptr<IWbemHiPerfEnum>& objects) {
        ULONG size = 0;
        HRESULT hr = objects->GetObjects(0, 0, nullptr, &size);
        EXPECT_EQ(hr, size == 0 ? WBEM_S_NO_ERROR : WBEM_E_BUFFER_TOO_SMALL);
        std::vector<IWbemObjectAccess*> found(size);
        hr = objects->GetObjects(0, size, found.data(), &size);
        EXPECT_EQ(hr, WBEM_S_NO_ERROR);
        std::vector<DWORD> counts;
        for (IWbemObjectAccess* one : found) {
            const auto object = com::Ptr<IWbemObjectAccess>::adopt(one);
            CIMTYPE type = 0;
            LONG handle = 0;
            DWORD count = 0;
            object->GetPropertyHandle(L"Count", &type, &handle);
            object->ReadDWORD(handle, &count);
            counts.push_back(count);
        }
        return counts;
    }

    TestService service_;
    com::Ptr<IWbemContext> context_ = GetParam() == Way::Each ? wbem::make_context() : nullptr;
};
INSTANTIATE_TEST_SUITE_P(Ways, RefresherTest, ::testing::Values(Way::InBulk, Way::Each),
                         [](const auto& way) {
                             return way.param == Way::InBulk ? "InBulk" : "Each";
                         });

TEST_P(RefresherTest, refreshes_an_object_in_place) {
    const auto r = refresher();
    const auto meter = add(r, L"Meter.Name=\"a\"");
    EXPECT_EQ(support::text_of(meter, L"Count"), "1");
    set("a", 2);
    EXPECT_EQ(support::text_of(meter, L"Count"), "1") << "until Refresh";
    PROVES("COM-174", EXPECT_EQ(r->Refresh(0), WBEM_S_NO_ERROR));
    PROVES("COM-174", EXPECT_EQ(support::text_of(meter, L"Count"), "2"));
    const auto access = meter.query<IWbemObjectAccess>();
    PROVES("COM-174", EXPECT_TRUE(access));
}

TEST_P(RefresherTest, takes_a_template) {
    const auto r = refresher();
    const auto wanted = service_.spawn("Meter");
    support::put(wanted, L"Name", "a");
    com::Ptr<IWbemClassObject> meter;
    LONG id = 0;
    const auto configure = r.query<IWbemConfigureRefresher>();
    PROVES("COM-174",
           EXPECT_EQ(configure->AddObjectByTemplate(service_.services.get(), wanted.get(), 0,
                                                    nullptr, meter.put(), &id),
                     WBEM_S_NO_ERROR));
    set("a", 7);
    r->Refresh(WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT);
    EXPECT_EQ(support::text_of(meter, L"Count"), "7");
    const auto without_key = service_.spawn("Meter");
    EXPECT_EQ(configure->AddObjectByTemplate(service_.services.get(), without_key.get(), 0, nullptr,
                                             meter.put(), &id),
              WBEM_E_INVALID_PARAMETER);
}

TEST_P(RefresherTest, enumerates_at_each_refresh) {
    const auto r = refresher();
    const auto objects = add_enum(r);
    EXPECT_EQ(counts(objects), std::vector<DWORD>());
    PROVES("COM-174", EXPECT_EQ(r->Refresh(0), WBEM_S_NO_ERROR));
    PROVES("COM-174", EXPECT_EQ(counts(objects), std::vector<DWORD>{1}));
    set("b", 5);
    EXPECT_EQ(counts(objects), std::vector<DWORD>{1});
    r->Refresh(0);
    PROVES("COM-174", EXPECT_EQ(counts(objects), (std::vector<DWORD>{1, 5})));
}

TEST_P(RefresherTest, what_is_removed_stays_as_it_is) {
    const auto r = refresher();
    LONG id = 0;
    const auto meter = add(r, L"Meter.Name=\"a\"", &id);
    const auto configure = r.query<IWbemConfigureRefresher>();
    PROVES("COM-174", EXPECT_EQ(configure->Remove(id, 0), WBEM_S_NO_ERROR));
    EXPECT_EQ(configure->Remove(id, 0), WBEM_E_NOT_FOUND);
    set("a", 2);
    EXPECT_EQ(r->Refresh(0), WBEM_S_NO_ERROR);
    EXPECT_EQ(support::text_of(meter, L"Count"), "1");
}

TEST_P(RefresherTest, refreshes_other_refreshers) {
    const auto outer = refresher();
    const auto inner = refresher();
    const auto meter = add(inner, L"Meter.Name=\"a\"");
    LONG id = 0;
    const auto configure = outer.query<IWbemConfigureRefresher>();
    PROVES("COM-174", EXPECT_EQ(configure->AddRefresher(inner.get(), 0, &id), WBEM_S_NO_ERROR));
    EXPECT_EQ(configure->AddRefresher(outer.get(), 0, &id), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(configure->AddRefresher(nullptr, 0, &id), WBEM_E_INVALID_PARAMETER);
    set("a", 3);
    EXPECT_EQ(outer->Refresh(0), WBEM_S_NO_ERROR);
    EXPECT_EQ(support::text_of(meter, L"Count"), "3");
}

TEST_P(RefresherTest, tells_what_could_not_be_refreshed) {
    const auto r = refresher();
    const auto meter = add(r, L"Meter.Name=\"a\"");
    service_.services->DeleteInstance(bstr("Meter.Name=\"a\"").get(), 0, nullptr, nullptr);
    EXPECT_EQ(r->Refresh(0), WBEM_E_NOT_FOUND);
    EXPECT_EQ(support::text_of(meter, L"Count"), "1");
    add_enum(r);
    EXPECT_EQ(r->Refresh(0), WBEM_S_PARTIAL_RESULTS);
}

TEST_P(RefresherTest, refuses_what_it_cannot_add) {
    const auto configure = refresher().query<IWbemConfigureRefresher>();
    com::Ptr<IWbemClassObject> object;
    com::Ptr<IWbemHiPerfEnum> objects;
    LONG id = 0;
    const auto add_path = [&](const wchar_t* path, LONG flags = 0) {
        return configure->AddObjectByPath(service_.services.get(), path, flags, nullptr,
                                          object.put(), &id);
    };
    EXPECT_EQ(add_path(L"Meter.Name=\"nobody\""), WBEM_E_NOT_FOUND);
    EXPECT_EQ(add_path(L"Meter"), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(add_path(nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(add_path(L"Meter.Name=\"a\"", 16), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(
        configure->AddObjectByPath(nullptr, L"Meter.Name=\"a\"", 0, nullptr, object.put(), &id),
        WBEM_E_INVALID_PARAMETER);
    EXPECT_FALSE(object);
    EXPECT_TRUE(FAILED(
        configure->AddEnum(service_.services.get(), L"Nothing", 0, nullptr, objects.put(), &id)));
    EXPECT_FALSE(objects);
    EXPECT_EQ(refresher()->Refresh(2), WBEM_E_INVALID_PARAMETER);
}

TEST_P(RefresherTest, an_enumerator_is_filled_by_ids) {
    const auto objects = add_enum(refresher());
    const auto a = service_.object("Meter.Name=\"a\"").query<IWbemObjectAccess>();
    LONG ids[] = {7, 8};
    IWbemObjectAccess* both[] = {a.get(), a.get()};
    PROVES("COM-174", EXPECT_EQ(objects->AddObjects(0, 2, ids, both), WBEM_S_NO_ERROR));
    EXPECT_EQ(counts(objects), (std::vector<DWORD>{1, 1}));
    EXPECT_EQ(objects->AddObjects(0, 1, ids, both), WBEM_E_INVALID_PARAMETER) << "twice";
    LONG unknown[] = {8, 9};
    EXPECT_EQ(objects->RemoveObjects(0, 2, unknown), WBEM_E_NOT_FOUND);
    EXPECT_EQ(counts(objects).size(), 2U);
    PROVES("COM-174", EXPECT_EQ(objects->RemoveObjects(0, 1, ids), WBEM_S_NO_ERROR));
    EXPECT_EQ(counts(objects).size(), 1U);
    PROVES("COM-174", EXPECT_EQ(objects->RemoveAll(0), WBEM_S_NO_ERROR));
    EXPECT_EQ(counts(objects).size(), 0U);
    EXPECT_EQ(objects->AddObjects(0, 1, nullptr, both), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(objects->RemoveAll(1), WBEM_E_INVALID_PARAMETER);
}

}  // namespace
}  // namespace openwmi::bridge
