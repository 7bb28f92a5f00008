#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "support/test_service.h"

namespace openwmi::bridge {
namespace {

using support::ClientSinkRecorder;
using support::read_all;
using support::text_of;
using ::testing::ElementsAre;

// Takes the answers of several calls at once.
class CountingSink final : public com::Implements<IWbemObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject**) override {
        objects += lObjectCount;
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT hResult, BSTR, IWbemClassObject*) override {
        statuses.push_back(hResult);
        return WBEM_S_NO_ERROR;
    }
    LONG objects = 0;
    std::vector<HRESULT> statuses;
};

constexpr LONG reading = WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY;
constexpr const char* created =
    "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Thing'";

// root\default with the class Thing (key Name). Each check calls one method of IWbemServices and
// looks at what it did.
class EveryMethodTest : public ::testing::Test {
  protected:
    EveryMethodTest() {
        const auto thing = service_.new_class("Thing", "");
        service_.add_property(thing, L"Name", CIM_STRING, true);
        service_.put_class(thing);
        service_.put_instance(new_thing("a"));
    }

    IWbemServices& services() const { return *service_.services; }
    com::Ptr<IWbemClassObject> new_thing(const char* name) const {
        auto thing = service_.spawn("Thing");
        support::put(thing, L"Name", name);
        return thing;
    }
    bool exists(const char* path) {
        com::Ptr<IWbemClassObject> found;
        const HRESULT hr = services().GetObject(bstr(path).get(), 0, nullptr, found.put(), nullptr);
        take_error_text();
        return SUCCEEDED(hr);
    }
    // What a sink gets of an asynchronous call that succeeds.
    std::vector<com::Ptr<IWbemClassObject>> through_sink(
        const std::function<HRESULT(IWbemObjectSink*)>& call) {
        const auto sink = com::make<ClientSinkRecorder>();
        EXPECT_EQ(call(sink.get()), WBEM_S_NO_ERROR) << take_error_text();
        service_.executor.drain();
        EXPECT_THAT(sink->statuses, ElementsAre(WBEM_S_NO_ERROR)) << sink->text;
        return sink->objects;
    }
    std::vector<com::Ptr<IWbemClassObject>> through_enumerator(
        const std::function<HRESULT(IEnumWbemClassObject**)>& call) {
        com::Ptr<IEnumWbemClassObject> objects;
        EXPECT_EQ(call(objects.put()), WBEM_S_NO_ERROR) << take_error_text();
        service_.executor.drain();
        return read_all(objects.get());
    }

    support::TestService service_;
};

TEST_F(EveryMethodTest, methods_about_the_connection) {
    com::Ptr<IWbemServices> opened;
    PROVES("COM-076", EXPECT_EQ(service_.root->OpenNamespace(bstr("default").get(), 0, nullptr,
                                                             opened.put(), nullptr),
                                WBEM_S_NO_ERROR));
    com::Ptr<IWbemObjectSink> raiser;
    PROVES("COM-076", EXPECT_EQ(services().QueryObjectSink(0, raiser.put()), WBEM_S_NO_ERROR));
    const auto sink = com::make<ClientSinkRecorder>();
    ASSERT_EQ(services().GetObjectAsync(bstr("Thing").get(), 0, nullptr, sink.get()),
              WBEM_S_NO_ERROR);
    PROVES("COM-076", EXPECT_EQ(services().CancelAsyncCall(sink.get()), WBEM_S_NO_ERROR));
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_CALL_CANCELLED));
    service_.executor.drain();
}

TEST_F(EveryMethodTest, methods_about_classes) {
    PROVES("COM-076", EXPECT_EQ(text_of(service_.object("Thing"), L"__CLASS"), "Thing"));
    const auto got = through_sink([&](auto* sink) {
        return services().GetObjectAsync(bstr("Thing").get(), 0, nullptr, sink);
    });
    PROVES("COM-076", EXPECT_EQ(got.size(), 1U));

    PROVES("COM-076", EXPECT_EQ(services().PutClass(service_.new_class("One", "Thing").get(), 0,
                                                    nullptr, nullptr),
                                WBEM_S_NO_ERROR));
    through_sink([&](auto* sink) {
        return services().PutClassAsync(service_.new_class("Two", "Thing").get(), 0, nullptr, sink);
    });
    PROVES("COM-076", EXPECT_TRUE(exists("One") && exists("Two")));

    const auto below = through_enumerator([&](auto** objects) {
        return services().CreateClassEnum(bstr("Thing").get(), 0, nullptr, objects);
    });
    PROVES("COM-076", EXPECT_EQ(below.size(), 2U));
    PROVES("COM-076", EXPECT_EQ(through_sink([&](auto* sink) {
                                    return services().CreateClassEnumAsync(bstr("Thing").get(), 0,
                                                                           nullptr, sink);
                                }).size(),
                                2U));

    PROVES("COM-076", EXPECT_EQ(services().DeleteClass(bstr("One").get(), 0, nullptr, nullptr),
                                WBEM_S_NO_ERROR));
    through_sink([&](auto* sink) {
        return services().DeleteClassAsync(bstr("Two").get(), 0, nullptr, sink);
    });
    PROVES("COM-076", EXPECT_FALSE(exists("One") || exists("Two")));
}

TEST_F(EveryMethodTest, methods_about_instances) {
    PROVES("COM-076", EXPECT_EQ(services().PutInstance(new_thing("b").get(), 0, nullptr, nullptr),
                                WBEM_S_NO_ERROR));
    through_sink([&](auto* sink) {
        return services().PutInstanceAsync(new_thing("c").get(), 0, nullptr, sink);
    });
    const auto enumerated = through_enumerator([&](auto** objects) {
        return services().CreateInstanceEnum(bstr("Thing").get(), 0, nullptr, objects);
    });
    PROVES("COM-076", EXPECT_EQ(enumerated.size(), 3U));
    PROVES("COM-076", EXPECT_EQ(through_sink([&](auto* sink) {
                                    return services().CreateInstanceEnumAsync(bstr("Thing").get(),
                                                                              0, nullptr, sink);
                                }).size(),
                                3U));
    PROVES("COM-076",
           EXPECT_EQ(services().DeleteInstance(bstr("Thing='b'").get(), 0, nullptr, nullptr),
                     WBEM_S_NO_ERROR));
    through_sink([&](auto* sink) {
        return services().DeleteInstanceAsync(bstr("Thing='c'").get(), 0, nullptr, sink);
    });
    PROVES("COM-076", EXPECT_FALSE(exists("Thing='b'") || exists("Thing='c'")));
}

TEST_F(EveryMethodTest, methods_about_queries) {
    const auto found = through_enumerator([&](auto** objects) {
        return services().ExecQuery(bstr("WQL").get(), bstr("SELECT * FROM Thing").get(), reading,
                                    nullptr, objects);
    });
    PROVES("COM-076", EXPECT_EQ(found.size(), 1U));
    PROVES("COM-076",
           EXPECT_EQ(through_sink([&](auto* sink) {
                         return services().ExecQueryAsync(
                             bstr("WQL").get(),
                             bstr("SELECT * FROM meta_class WHERE __CLASS='Thing'").get(), 0,
                             nullptr, sink);
                     }).size(),
                     1U));

    com::Ptr<IEnumWbemClassObject> events;
    const auto sink = com::make<ClientSinkRecorder>();
    PROVES("COM-076",
           EXPECT_EQ(services().ExecNotificationQuery(bstr("WQL").get(), bstr(created).get(),
                                                      reading, nullptr, events.put()),
                     WBEM_S_NO_ERROR));
    PROVES("COM-076", EXPECT_EQ(services().ExecNotificationQueryAsync(
                                    bstr("WQL").get(), bstr(created).get(), 0, nullptr, sink.get()),
                                WBEM_S_NO_ERROR));
    service_.put_instance(new_thing("new"));
    service_.executor.drain();
    PROVES("COM-076", EXPECT_EQ(read_all(events.get()).size(), 1U));
    PROVES("COM-076", EXPECT_EQ(sink->objects.size(), 1U));
    services().CancelAsyncCall(sink.get());
}

// Which of two calls that overlap answers first, nobody may rely on: all answers of both come.
TEST_F(EveryMethodTest, one_sink_may_serve_calls_that_overlap) {
    const auto sink = com::make<CountingSink>();
    for (const char* path : {"Thing", "Thing='a'", "Thing"}) {
        ASSERT_EQ(services().GetObjectAsync(bstr(path).get(), 0, nullptr, sink.get()),
                  WBEM_S_NO_ERROR);
    }
    ASSERT_EQ(services().GetObjectAsync(bstr("Thing='none'").get(), 0, nullptr, sink.get()),
              WBEM_S_NO_ERROR);
    PROVES("COM-074", EXPECT_TRUE(sink->statuses.empty()) << "they overlap");
    service_.executor.drain();
    PROVES("COM-074", EXPECT_EQ(sink->objects, 3));
    PROVES("COM-074", EXPECT_THAT(sink->statuses, testing::UnorderedElementsAre(
                                                      WBEM_S_NO_ERROR, WBEM_S_NO_ERROR,
                                                      WBEM_S_NO_ERROR, WBEM_E_NOT_FOUND)));
}

TEST_F(EveryMethodTest, queries_give_what_their_flags_ask_for) {
    const auto cls = service_.new_class("Sized", "Thing");
    service_.add_property(cls, L"Size", CIM_SINT32);
    service_.put_class(cls);
    const auto sized = service_.spawn("Sized");
    support::put(sized, L"Name", "s");
    service_.put_instance(sized);
    const auto ask = [&](const char* text, LONG flags) {
        return through_enumerator([&](auto** objects) {
            return services().ExecQuery(bstr("WQL").get(), bstr(text).get(), flags, nullptr,
                                        objects);
        });
    };
    const auto prototype = ask("SELECT Size FROM Sized", WBEM_FLAG_PROTOTYPE | reading);
    ASSERT_EQ(prototype.size(), 1U);
    PROVES("COM-064",
           EXPECT_EQ(support::get(prototype[0], L"__GENUS").as<std::int32_t>(), WBEM_GENUS_CLASS));
    PROVES("COM-064",
           EXPECT_EQ(prototype[0]->Get(L"Name", 0, nullptr, nullptr, nullptr), WBEM_E_NOT_FOUND));
    for (const LONG flags : {LONG{WBEM_FLAG_BIDIRECTIONAL}, reading,
                             LONG{WBEM_FLAG_USE_AMENDED_QUALIFIERS}, LONG{WBEM_FLAG_DIRECT_READ}}) {
        PROVES("COM-064", EXPECT_EQ(ask("SELECT * FROM Sized", flags).size(), 1U) << flags);
    }
    PROVES("COM-064", EXPECT_TRUE(ask("SELECT * FROM Sized WHERE Size = 5", reading).empty()));
    const auto located = ask("SELECT Size FROM Sized", WBEM_FLAG_ENSURE_LOCATABLE | reading);
    ASSERT_EQ(located.size(), 1U);
    PROVES("COM-064", EXPECT_EQ(text_of(located[0], L"__RELPATH"), "Sized.Name=\"s\""));
    PROVES("COM-064", EXPECT_FALSE(support::get(located[0], L"__PATH").is_null()));
    take_error_text();
}

}  // namespace
}  // namespace openwmi::bridge
