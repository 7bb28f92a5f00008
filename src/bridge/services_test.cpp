#include "bridge/services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "support/test_service.h"
#include "wbem/context.h"

namespace openwmi::bridge {
namespace {

using support::ClientSinkRecorder;
using support::read_all;
using support::text_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr LONG now = WBEM_FLAG_RETURN_IMMEDIATELY;
constexpr LONG reading = WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY;

// root\default with the classes Thing (key Name) and SubThing below it.
class ServicesTest : public ::testing::Test {
  protected:
    ServicesTest() {
        const auto thing = service_.new_class("Thing", "");
        service_.add_property(thing, L"Name", CIM_STRING, true);
        service_.add_property(thing, L"Size", CIM_SINT32);
        service_.put_class(thing);
        service_.put_class(service_.new_class("SubThing", "Thing"));
    }

    com::Ptr<IWbemClassObject> new_thing(const char* name, const char* cls = "Thing") const {
        const auto thing = service_.spawn(cls);
        support::put(thing, L"Name", name);
        return thing;
    }
    void put_thing(const char* name, const char* cls = "Thing") const {
        service_.put_instance(new_thing(name, cls));
    }
    HRESULT get_object(const char* path, LONG flags = 0) {
        object_ = nullptr;
        const HRESULT hr =
            services().GetObject(bstr(path).get(), flags, nullptr, object_.put(), nullptr);
        EXPECT_EQ(SUCCEEDED(hr), object_ != nullptr);
        error_ = take_error_text();
        return hr;
    }
    std::vector<std::string> names(const com::Ptr<IEnumWbemClassObject>& enumerator,
                                   const wchar_t* property = L"Name") {
        std::vector<std::string> found;
        for (const auto& each : read_all(enumerator.get()))
            found.push_back(text_of(each, property));
        return found;
    }
    HRESULT notify(const char* query, LONG flags, com::Ptr<IEnumWbemClassObject>& events,
                   const char* language = "WQL") {
        const auto text = [](const char* value) {
            return value ? bstr(std::string_view(value)) : bstr();
        };
        const HRESULT hr = services().ExecNotificationQuery(text(language).get(), text(query).get(),
                                                            flags, nullptr, events.put());
        error_ = take_error_text();
        return hr;
    }
    HRESULT notify(IWbemObjectSink* sink, LONG flags = 0,
                   const char* query =
                       "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance "
                       "ISA 'Thing'") {
        const HRESULT hr = services().ExecNotificationQueryAsync(
            bstr("WQL").get(), bstr(query).get(), flags, nullptr, sink);
        error_ = take_error_text();
        return hr;
    }
    IWbemServices& services() const { return *service_.services; }
    void drain() { service_.executor.drain(); }

    support::TestService service_;
    com::Ptr<IWbemClassObject> object_;
    std::string error_;
};

constexpr const char* created =
    "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Thing'";

TEST_F(ServicesTest, opens_child_namespaces_only) {
    const auto child = service_.root;
    com::Ptr<IWbemServices> opened;
    com::Ptr<IWbemCallResult> result;
    const auto open = [&](const char* path, IWbemServices** services, IWbemCallResult** later) {
        const bstr text = path ? bstr(std::string_view(path)) : bstr();
        const HRESULT hr =
            child->OpenNamespace(text.get(), later ? now : 0, nullptr, services, later);
        take_error_text();
        return hr;
    };
    PROVES("COM-031", EXPECT_EQ(open("cimv2", opened.put(), nullptr), WBEM_S_NO_ERROR));
    EXPECT_TRUE(opened);
    const struct {
        const char* path;
        HRESULT refusal;
    } rows[] = {{nullptr, WBEM_E_INVALID_PARAMETER},
                {"", WBEM_E_INVALID_PARAMETER},
                {"\\\\.\\root\\cimv2", WBEM_E_INVALID_PARAMETER},
                {"root\\cimv2", WBEM_E_INVALID_NAMESPACE}};
    for (const auto& row : rows) {
        PROVES("COM-031", EXPECT_EQ(open(row.path, opened.put(), nullptr), row.refusal));
    }
    PROVES("COM-031", EXPECT_EQ(open("cimv2", nullptr, nullptr), WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(open("cimv2", opened.put(), result.put()), WBEM_E_INVALID_PARAMETER) << "not both";
    ASSERT_EQ(open("cimv2", nullptr, result.put()), WBEM_S_NO_ERROR);
    PROVES("COM-088", EXPECT_EQ(result->GetResultServices(0, opened.put()), WBEM_S_NO_ERROR));
    EXPECT_TRUE(opened);
}

TEST_F(ServicesTest, gets_objects_or_says_why_not) {
    put_thing("a");
    EXPECT_EQ(get_object("Thing.Name=\"a\""), WBEM_S_NO_ERROR);
    EXPECT_EQ(text_of(object_, L"__PATH").substr(0, 2), "\\\\");
    EXPECT_EQ(get_object("Thing"), WBEM_S_NO_ERROR);
    EXPECT_EQ(text_of(object_, L"__NAMESPACE"), "root\\default");
    const struct {
        const char* path;
        HRESULT refusal;
    } rows[] = {{"Thing.Name=\"b\"", WBEM_E_NOT_FOUND},
                {"Thing.Name=", WBEM_E_INVALID_OBJECT_PATH},
                {"Nothing.Name=\"a\"", WBEM_E_INVALID_CLASS},
                {"Nothing", WBEM_E_NOT_FOUND}};
    for (const auto& row : rows) {
        PROVES("COM-033", EXPECT_EQ(get_object(row.path), row.refusal) << row.path << error_);
    }
    PROVES("COM-032", EXPECT_EQ(get_object("\\\\.\\root\\cimv2:Thing.Name=\"a\""),
                                WBEM_E_INVALID_OBJECT_PATH));
    PROVES("COM-032", EXPECT_EQ(get_object(""), WBEM_S_NO_ERROR));
    PROVES("COM-035",
           EXPECT_EQ(get_object("Thing", WBEM_FLAG_USE_AMENDED_QUALIFIERS | WBEM_FLAG_DIRECT_READ),
                     WBEM_S_NO_ERROR));
    PROVES("COM-002",
           EXPECT_EQ(get_object("Thing", WBEM_FLAG_FORWARD_ONLY), WBEM_E_INVALID_PARAMETER));
    PROVES("COM-035", EXPECT_EQ(get_object("Thing", now), WBEM_E_INVALID_PARAMETER)
                          << "there is no place for the call result");
}

TEST_F(ServicesTest, a_failed_call_leaves_an_extended_status) {
    com::Ptr<IWbemClassObject> nothing = service_.object("Thing");
    ASSERT_EQ(
        services().GetObject(bstr("Thing.Name=\"b\"").get(), 0, nullptr, nothing.put(), nullptr),
        WBEM_E_NOT_FOUND);
    PROVES("COM-003", EXPECT_FALSE(nothing));
    com::Ptr<IErrorInfo> info;
    ASSERT_EQ(GetErrorInfo(0, info.put()), S_OK);
    const auto status = info.query<IWbemClassObject>();
    PROVES("COM-004", ASSERT_TRUE(status));
    EXPECT_EQ(text_of(status, L"__CLASS"), "__ExtendedStatus");
    EXPECT_EQ(text_of(status, L"Operation"), "IWbemServices::GetObject");
    EXPECT_EQ(text_of(status, L"ParameterInfo"), "Thing.Name=\"b\"");
}

TEST_F(ServicesTest, semisynchronous_calls_give_a_call_result) {
    put_thing("a");
    com::Ptr<IWbemCallResult> result;
    ASSERT_EQ(
        services().GetObject(bstr("Thing.Name=\"a\"").get(), now, nullptr, nullptr, result.put()),
        WBEM_S_NO_ERROR);
    LONG status = 1;
    PROVES("COM-087", EXPECT_EQ(result->GetCallStatus(WBEM_INFINITE, &status), WBEM_S_NO_ERROR));
    EXPECT_EQ(status, WBEM_S_NO_ERROR);
    PROVES("COM-088",
           EXPECT_EQ(result->GetResultObject(WBEM_INFINITE, object_.put()), WBEM_S_NO_ERROR));
    EXPECT_EQ(text_of(object_, L"Name"), "a");

    ASSERT_EQ(
        services().GetObject(bstr("Thing.Name=\"b\"").get(), now, nullptr, nullptr, result.put()),
        WBEM_S_NO_ERROR)
        << "it fails later";
    EXPECT_EQ(result->GetResultObject(WBEM_INFINITE, object_.put()), WBEM_E_NOT_FOUND);
    take_error_text();

    ASSERT_EQ(services().PutInstance(new_thing("c").get(), now, nullptr, result.put()),
              WBEM_S_NO_ERROR);
    bstr path;
    PROVES("COM-054",
           EXPECT_EQ(result->GetResultString(WBEM_INFINITE, path.put()), WBEM_S_NO_ERROR));
    EXPECT_EQ(path.utf8(), "Thing.Name=\"c\"");
    ASSERT_EQ(services().PutInstance(new_thing("d").get(), 0, nullptr, result.put()),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(result->GetResultString(WBEM_NO_WAIT, path.put()), WBEM_S_NO_ERROR)
        << "a synchronous call is over";
}

TEST_F(ServicesTest, puts_with_the_flags_of_the_documentation) {
    const auto thing = new_thing("a");
    const auto put = [&](LONG flags) {
        const HRESULT hr = services().PutInstance(thing.get(), flags, nullptr, nullptr);
        take_error_text();
        return hr;
    };
    PROVES("COM-037", EXPECT_EQ(put(WBEM_FLAG_UPDATE_ONLY), WBEM_E_NOT_FOUND));
    PROVES("COM-049", EXPECT_EQ(put(WBEM_FLAG_CREATE_ONLY), WBEM_S_NO_ERROR));
    PROVES("COM-037", EXPECT_EQ(put(WBEM_FLAG_CREATE_ONLY), WBEM_E_ALREADY_EXISTS));
    PROVES("COM-049", EXPECT_EQ(put(WBEM_FLAG_UPDATE_ONLY), WBEM_S_NO_ERROR));
    PROVES("COM-049", EXPECT_EQ(put(WBEM_FLAG_CREATE_OR_UPDATE), WBEM_S_NO_ERROR));
    EXPECT_EQ(put(WBEM_FLAG_CREATE_ONLY | WBEM_FLAG_UPDATE_ONLY), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(put(WBEM_FLAG_SEND_STATUS), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(services().PutInstance(service_.object("Thing").get(), 0, nullptr, nullptr),
              WBEM_E_INVALID_PARAMETER)
        << "a class is no instance";
    EXPECT_EQ(services().PutInstance(nullptr, 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(services().PutClass(thing.get(), 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    take_error_text();
}

TEST_F(ServicesTest, puts_classes) {
    const auto put = [&](const com::Ptr<IWbemClassObject>& cls, LONG flags) {
        const HRESULT hr = services().PutClass(cls.get(), flags, nullptr, nullptr);
        take_error_text();
        return hr;
    };
    const auto cls = service_.new_class("Fresh", "");
    service_.add_property(cls, L"Id", CIM_UINT32, true);
    PROVES("COM-037", EXPECT_EQ(put(cls, WBEM_FLAG_UPDATE_ONLY), WBEM_E_NOT_FOUND));
    PROVES("COM-036", EXPECT_EQ(put(cls, WBEM_FLAG_CREATE_ONLY), WBEM_S_NO_ERROR));
    PROVES("COM-037", EXPECT_EQ(put(cls, WBEM_FLAG_CREATE_ONLY), WBEM_E_ALREADY_EXISTS));
    for (const LONG mode : {WBEM_FLAG_UPDATE_SAFE_MODE, WBEM_FLAG_UPDATE_FORCE_MODE}) {
        PROVES("COM-036", EXPECT_EQ(put(cls, WBEM_FLAG_UPDATE_ONLY | mode), WBEM_S_NO_ERROR));
    }
    EXPECT_EQ(put(cls, WBEM_MASK_UPDATE_MODE), WBEM_E_INVALID_PARAMETER);

    const auto amended = service_.new_class("Amended", "");
    com::Ptr<IWbemQualifierSet> qualifiers;
    ASSERT_EQ(amended->GetQualifierSet(qualifiers.put()), WBEM_S_NO_ERROR);
    ASSERT_EQ(qualifiers->Put(L"Description", com::Variant("a text").in(), WBEM_FLAVOR_AMENDED),
              WBEM_S_NO_ERROR);
    PROVES("COM-047", EXPECT_EQ(put(amended, 0), WBEM_E_AMENDED_OBJECT));
    PROVES("COM-047", EXPECT_EQ(put(amended, WBEM_FLAG_USE_AMENDED_QUALIFIERS), WBEM_S_NO_ERROR));
    ASSERT_EQ(service_.object("Amended")->GetQualifierSet(qualifiers.put()), WBEM_S_NO_ERROR);
    PROVES("COM-047",
           EXPECT_EQ(qualifiers->Get(L"Description", 0, nullptr, nullptr), WBEM_E_NOT_FOUND));
}

TEST_F(ServicesTest, enumerates_classes) {
    const struct {
        const char* superclass;
        LONG flags;
        std::vector<std::string> expected;
    } rows[] = {{"Thing", WBEM_FLAG_DEEP, {"SubThing", "SubSubThing"}},
                {"Thing", WBEM_FLAG_SHALLOW, {"SubThing"}},
                {"SubSubThing", WBEM_FLAG_DEEP, {}}};
    service_.put_class(service_.new_class("SubSubThing", "SubThing"));
    for (const auto& row : rows) {
        com::Ptr<IEnumWbemClassObject> classes;
        ASSERT_EQ(services().CreateClassEnum(bstr(row.superclass).get(), row.flags, nullptr,
                                             classes.put()),
                  WBEM_S_NO_ERROR);
        PROVES("COM-048", EXPECT_THAT(names(classes, L"__CLASS"),
                                      ::testing::UnorderedElementsAreArray(row.expected)));
    }
    com::Ptr<IEnumWbemClassObject> all;
    ASSERT_EQ(services().CreateClassEnum(nullptr, WBEM_FLAG_DEEP, nullptr, all.put()),
              WBEM_S_NO_ERROR);
    PROVES("COM-048", EXPECT_THAT(names(all, L"__CLASS"), ::testing::Contains("SubSubThing")));
    ASSERT_EQ(services().CreateClassEnum(nullptr, WBEM_FLAG_SHALLOW, nullptr, all.put()),
              WBEM_S_NO_ERROR);
    const auto top = names(all, L"__CLASS");
    PROVES("COM-048", EXPECT_THAT(top, ::testing::Contains("Thing")));
    PROVES("COM-048", EXPECT_THAT(top, ::testing::Not(::testing::Contains("SubThing"))));
    EXPECT_EQ(services().CreateClassEnum(bstr("Nothing").get(), 0, nullptr, all.put()),
              WBEM_E_INVALID_CLASS);
    EXPECT_FALSE(all);
    take_error_text();
}

TEST_F(ServicesTest, enumerates_and_queries_instances) {
    put_thing("a");
    put_thing("b", "SubThing");
    const auto enumerate = [&](LONG flags) {
        com::Ptr<IEnumWbemClassObject> things;
        EXPECT_EQ(services().CreateInstanceEnum(bstr("Thing").get(), flags, nullptr, things.put()),
                  WBEM_S_NO_ERROR);
        drain();
        return names(things);
    };
    PROVES("COM-059", EXPECT_THAT(enumerate(WBEM_FLAG_DEEP), UnorderedElementsAre("a", "b")));
    PROVES("COM-059", EXPECT_THAT(enumerate(WBEM_FLAG_SHALLOW), ElementsAre("a")));
    EXPECT_THAT(enumerate(reading), UnorderedElementsAre("a", "b"));

    const auto query = [&](const char* language, const char* text, LONG flags,
                           std::vector<std::string>* found = nullptr) {
        com::Ptr<IEnumWbemClassObject> things;
        const HRESULT hr = services().ExecQuery(bstr(language).get(), bstr(text).get(), flags,
                                                nullptr, things.put());
        drain();
        if (found) *found = names(things);
        take_error_text();
        return hr;
    };
    std::vector<std::string> found;
    EXPECT_EQ(query("WQL", "SELECT * FROM Thing WHERE Name = 'b'", reading, &found),
              WBEM_S_NO_ERROR);
    EXPECT_THAT(found, ElementsAre("b"));
    EXPECT_EQ(query("wql", "SELECT * FROM Thing WHERE Name = 'z'", 0, &found), WBEM_S_NO_ERROR);
    EXPECT_THAT(found, IsEmpty());
    PROVES("COM-065", EXPECT_EQ(query("SQL", "SELECT * FROM Thing", 0), WBEM_E_INVALID_QUERY_TYPE));
    EXPECT_EQ(query("WQL", "SELECT", 0), WBEM_E_INVALID_QUERY);
    EXPECT_EQ(query("WQL", " ", 0), WBEM_E_INVALID_PARAMETER);
}

TEST_F(ServicesTest, deletes_instances_and_classes) {
    put_thing("a");
    const auto delete_instance = [&](const char* path) {
        const HRESULT hr = services().DeleteInstance(bstr(path).get(), 0, nullptr, nullptr);
        take_error_text();
        return hr;
    };
    EXPECT_EQ(delete_instance("Thing.Name=\"a\""), WBEM_S_NO_ERROR);
    EXPECT_EQ(delete_instance("Thing.Name=\"a\""), WBEM_E_NOT_FOUND);
    EXPECT_EQ(delete_instance(""), WBEM_E_INVALID_PARAMETER);

    put_thing("b", "SubThing");
    com::Ptr<IWbemCallResult> result;
    ASSERT_EQ(services().GetObject(bstr("Thing").get(), now, nullptr, nullptr, result.put()),
              WBEM_S_NO_ERROR);
    IWbemCallResult* taken = result.get();
    PROVES("COM-046", EXPECT_EQ(services().DeleteClass(bstr("Thing").get(), 0, nullptr, &taken),
                                WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(services().DeleteClass(bstr("Thing").get(), 0, nullptr, nullptr), WBEM_S_NO_ERROR);
    PROVES("COM-046", EXPECT_EQ(get_object("SubThing"), WBEM_E_NOT_FOUND));
    EXPECT_EQ(services().DeleteClass(nullptr, 0, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    drain();
    take_error_text();
}

TEST_F(ServicesTest, a_part_of_an_instance_is_asked_for_in_the_context) {
    put_thing("a");
    const auto context = wbem::make_context();
    const auto set = [&](const wchar_t* name, const com::Variant& value) {
        EXPECT_EQ(context->SetValue(name, 0, value.in()), WBEM_S_NO_ERROR);
    };
    set(L"__GET_EXTENSIONS", com::Variant(true));
    set(L"__GET_EXT_CLIENT_REQUEST", com::Variant(true));
    set(L"__GET_EXT_KEYS_ONLY", com::Variant(true));
    com::Ptr<IWbemClassObject> part;
    ASSERT_EQ(
        services().GetObject(bstr("Thing=\"a\"").get(), 0, context.get(), part.put(), nullptr),
        WBEM_S_NO_ERROR)
        << take_error_text();
    EXPECT_EQ(text_of(part, L"__RELPATH"), "Thing.Name=\"a\"");

    set(L"__PUT_EXTENSIONS", com::Variant(true));
    set(L"__PUT_EXT_CLIENT_REQUEST", com::Variant(true));
    PROVES("COM-055", EXPECT_EQ(services().PutInstance(part.get(), WBEM_FLAG_CREATE_OR_UPDATE,
                                                       context.get(), nullptr),
                                WBEM_E_INVALID_CONTEXT));
    EXPECT_THAT(take_error_text(), HasSubstr("WBEM_FLAG_UPDATE_ONLY"));
    EXPECT_EQ(services().PutInstance(part.get(), WBEM_FLAG_UPDATE_ONLY, context.get(), nullptr),
              WBEM_S_NO_ERROR)
        << take_error_text();
}

TEST_F(ServicesTest, asynchronous_calls_answer_through_the_sink) {
    put_thing("a");
    bool released = false;
    auto sink = com::make<ClientSinkRecorder>(&released);
    ASSERT_EQ(services().GetObjectAsync(bstr("Thing.Name=\"a\"").get(), 0, nullptr, sink.get()),
              WBEM_S_NO_ERROR);
    PROVES("COM-077", EXPECT_THAT(sink->objects, IsEmpty()) << "at once");
    drain();
    PROVES("COM-078", ASSERT_EQ(sink->objects.size(), 1U));
    EXPECT_EQ(text_of(sink->objects[0], L"Name"), "a");
    PROVES("COM-077", EXPECT_THAT(sink->statuses, ElementsAre(WBEM_S_NO_ERROR)));
    sink = nullptr;
    PROVES("COM-094", EXPECT_TRUE(released));

    sink = com::make<ClientSinkRecorder>();
    ASSERT_EQ(services().PutInstanceAsync(new_thing("b").get(), 0, nullptr, sink.get()),
              WBEM_S_NO_ERROR);
    drain();
    PROVES("COM-078", EXPECT_THAT(sink->objects, IsEmpty()));
    PROVES("COM-054", EXPECT_EQ(sink->text, "Thing.Name=\"b\""));

    sink = com::make<ClientSinkRecorder>();
    ASSERT_EQ(
        services().DeleteInstanceAsync(bstr("Thing.Name=\"z\"").get(), 0, nullptr, sink.get()),
        WBEM_S_NO_ERROR);
    drain();
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_NOT_FOUND));
    PROVES("COM-093", ASSERT_TRUE(sink->detail));
    PROVES("COM-093", EXPECT_EQ(text_of(sink->detail, L"__CLASS"), "__ExtendedStatus"));
}

TEST_F(ServicesTest, every_asynchronous_method_completes_once) {
    put_thing("a");
    const std::function<HRESULT(IWbemObjectSink*)> calls[] = {
        [&](auto* sink) {
            return services().PutClassAsync(service_.object("Thing").get(), 0, nullptr, sink);
        },
        [&](auto* sink) {
            return services().CreateClassEnumAsync(bstr("Thing").get(), 0, nullptr, sink);
        },
        [&](auto* sink) {
            return services().CreateInstanceEnumAsync(bstr("Thing").get(), 0, nullptr, sink);
        },
        [&](auto* sink) {
            return services().ExecQueryAsync(bstr("WQL").get(), bstr("SELECT * FROM Thing").get(),
                                             WBEM_FLAG_SEND_STATUS, nullptr, sink);
        },
        [&](auto* sink) {
            return services().DeleteClassAsync(bstr("SubThing").get(), 0, nullptr, sink);
        },
    };
    for (const auto& call : calls) {
        const auto sink = com::make<ClientSinkRecorder>();
        ASSERT_EQ(call(sink.get()), WBEM_S_NO_ERROR) << take_error_text();
        drain();
        PROVES("COM-092", EXPECT_THAT(sink->statuses, ElementsAre(WBEM_S_NO_ERROR)));
    }
}

TEST_F(ServicesTest, a_refused_asynchronous_call_leaves_the_sink_alone) {
    bool released = false;
    auto sink = com::make<ClientSinkRecorder>(&released);
    EXPECT_EQ(services().GetObjectAsync(bstr("Thing.Name=").get(), 0, nullptr, sink.get()),
              WBEM_E_INVALID_OBJECT_PATH);
    EXPECT_EQ(services().GetObjectAsync(bstr("Thing").get(), now, nullptr, sink.get()),
              WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(services().GetObjectAsync(bstr("Thing").get(), 0, nullptr, nullptr),
              WBEM_E_INVALID_PARAMETER);
    drain();
    PROVES("COM-077", EXPECT_THAT(sink->statuses, IsEmpty()));
    sink = nullptr;
    PROVES("COM-077", EXPECT_TRUE(released));
    take_error_text();
}

TEST_F(ServicesTest, cancelling_ends_all_calls_with_the_sink) {
    bool released = false;
    auto sink = com::make<ClientSinkRecorder>(&released);
    auto* const pointer = sink.get();
    ASSERT_EQ(services().GetObjectAsync(bstr("Thing").get(), 0, nullptr, pointer), WBEM_S_NO_ERROR);
    ASSERT_EQ(services().GetObjectAsync(bstr("SubThing").get(), 0, nullptr, pointer),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(services().CancelAsyncCall(pointer), WBEM_S_NO_ERROR);
    PROVES("COM-072",
           EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_CALL_CANCELLED, WBEM_E_CALL_CANCELLED)));
    sink = nullptr;
    PROVES("COM-072", EXPECT_TRUE(released) << "before it returned");
    drain();

    sink = com::make<ClientSinkRecorder>();
    EXPECT_EQ(services().CancelAsyncCall(sink.get()), WBEM_E_NOT_FOUND);
    EXPECT_EQ(services().CancelAsyncCall(nullptr), WBEM_E_INVALID_PARAMETER);
    take_error_text();
}

TEST_F(ServicesTest, notification_queries_take_the_documented_flags_only) {
    com::Ptr<IEnumWbemClassObject> events;
    for (const LONG flags :
         {LONG{0}, LONG{WBEM_FLAG_FORWARD_ONLY}, now, reading | WBEM_FLAG_USE_AMENDED_QUALIFIERS}) {
        PROVES("COM-066", EXPECT_EQ(notify(created, flags, events), WBEM_E_INVALID_PARAMETER));
        EXPECT_FALSE(events);
    }
    PROVES("COM-066", EXPECT_EQ(notify(created, reading, events), WBEM_S_NO_ERROR) << error_);
    const auto sink = com::make<ClientSinkRecorder>();
    PROVES("COM-070", EXPECT_EQ(notify(sink.get(), now), WBEM_E_INVALID_PARAMETER));
    PROVES("COM-070", EXPECT_EQ(notify(sink.get(), WBEM_FLAG_SEND_STATUS), WBEM_S_NO_ERROR));
}

TEST_F(ServicesTest, notification_queries_that_are_refused) {
    const struct {
        const char* row;
        const char* language;
        const char* query;
        HRESULT refusal;
    } rows[] = {
        {"COM-069", "WQL", nullptr, WBEM_E_INVALID_PARAMETER},
        {"COM-069", "WQL", "  ", WBEM_E_INVALID_PARAMETER},
        {"COM-069", nullptr, created, WBEM_E_INVALID_PARAMETER},
        {"COM-068", "SQL", created, WBEM_E_INVALID_QUERY_TYPE},
        {"COM-068", "WQL", "SELECT FROM", WBEM_E_UNPARSABLE_QUERY},
        {"COM-068", "WQL", "SELECT * FROM Nothing", WBEM_E_INVALID_CLASS},
        {"COM-068", "WQL", "SELECT * FROM Thing", WBEM_E_NOT_EVENT_CLASS},
    };
    for (const auto& row : rows) {
        com::Ptr<IEnumWbemClassObject> events;
        PROVES(row.row, EXPECT_EQ(notify(row.query, reading, events, row.language), row.refusal)
                            << error_);
        EXPECT_FALSE(events);
    }
}

TEST_F(ServicesTest, events_are_read_as_long_as_the_enumerator_lives) {
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(notify(created, reading, events), WBEM_S_NO_ERROR) << error_;
    EXPECT_THAT(read_all(events.get()), IsEmpty());
    put_thing("a");
    drain();
    const auto found = read_all(events.get());
    PROVES("COM-079", ASSERT_EQ(found.size(), 1U));
    PROVES("COM-067", EXPECT_EQ(text_of(found[0], L"__CLASS"), "__InstanceCreationEvent"));

    com::Ptr<IWbemClassObject> none;
    ULONG count = 1;
    PROVES("COM-082", EXPECT_EQ(events->Next(1000, 1, none.put(), &count), WBEM_S_TIMEDOUT));
    EXPECT_EQ(count, 0U);

    service_.services = nullptr;
    const auto other = support::TestService::connect("root\\default");
    service_.services = other;
    put_thing("b");
    drain();
    EXPECT_EQ(read_all(events.get()).size(), 1U) << "OD-099: released services do not matter";
}

TEST_F(ServicesTest, an_event_that_comes_while_the_client_waits_wakes_it) {
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(notify(created, reading, events), WBEM_S_NO_ERROR);
    service_.executor.post_after(std::chrono::seconds(20), [&] { put_thing("late"); });
    com::Ptr<IWbemClassObject> event;
    ULONG count = 0;
    const auto before = service_.executor.clock().steady();
    PROVES("COM-067",
           EXPECT_EQ(events->Next(WBEM_INFINITE, 1, event.put(), &count), WBEM_S_NO_ERROR));
    EXPECT_EQ(service_.executor.clock().steady() - before, std::chrono::seconds(20));
}

TEST_F(ServicesTest, events_go_to_a_sink_until_it_is_cancelled) {
    bool released = false;
    auto sink = com::make<ClientSinkRecorder>(&released);
    ASSERT_EQ(notify(sink.get()), WBEM_S_NO_ERROR) << error_;
    put_thing("a");
    drain();
    ASSERT_EQ(sink->objects.size(), 1U);
    PROVES("COM-070", EXPECT_THAT(sink->statuses, IsEmpty()));
    PROVES("COM-070", EXPECT_EQ(services().CancelAsyncCall(sink.get()), WBEM_S_NO_ERROR));
    PROVES("OD-033", EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_CALL_CANCELLED)));
    put_thing("b");
    drain();
    EXPECT_EQ(sink->objects.size(), 1U);
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_CALL_CANCELLED));
    sink = nullptr;
    PROVES("COM-072", EXPECT_TRUE(released));
}

TEST_F(ServicesTest, a_sink_is_held_for_as_long_as_it_may_be_called) {
    bool released = false;
    auto sink = com::make<ClientSinkRecorder>(&released);
    ClientSinkRecorder* const pointer = sink.get();
    bool cancelled = false;
    bool released_too_early = false;
    sink->on_indicate = [&] {
        cancelled = services().CancelAsyncCall(pointer) == WBEM_S_NO_ERROR;
        released_too_early = released;
    };
    ASSERT_EQ(notify(pointer), WBEM_S_NO_ERROR) << error_;
    const auto other = com::make<ClientSinkRecorder>();
    sink = nullptr;
    EXPECT_EQ(services().CancelAsyncCall(other.get()), WBEM_E_NOT_FOUND);
    PROVES("COM-081", EXPECT_FALSE(released) << "a cancellation that fails releases nothing");
    put_thing("a");
    drain();
    EXPECT_TRUE(cancelled);
    PROVES("COM-081", EXPECT_FALSE(released_too_early) << "one that succeeds waits for the call");
    PROVES("COM-081", EXPECT_TRUE(released) << "and then the count is zero");
}

TEST_F(ServicesTest, scripts_are_told_that_no_event_came) {
    event_source events(service_.services.get(),
                        "SELECT * FROM __InstanceCreationEvent WHERE "
                        "TargetInstance ISA 'Thing'");
    try {
        events.next_event(1000);
        FAIL() << "there was no event";
    } catch (const error& timed_out) {
        PROVES("COM-089", EXPECT_EQ(static_cast<ULONG>(timed_out.code()), 0x80043001U));
        EXPECT_EQ(timed_out.code(), wbemErrTimedout);
    }
    put_thing("a");
    drain();
    EXPECT_TRUE(events.next_event(1000));
}

TEST_F(ServicesTest, a_sink_may_cancel_itself) {
    auto sink = com::make<ClientSinkRecorder>();
    sink->on_indicate = [&] {
        EXPECT_EQ(services().CancelAsyncCall(sink.get()), WBEM_S_NO_ERROR);
        EXPECT_THAT(sink->statuses, IsEmpty()) << "its method has not returned yet";
    };
    ASSERT_EQ(notify(sink.get()), WBEM_S_NO_ERROR);
    put_thing("a");
    drain();
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_CALL_CANCELLED));
    sink->on_indicate = nullptr;
    put_thing("b");
    drain();
    EXPECT_EQ(sink->objects.size(), 1U);
}

TEST_F(ServicesTest, the_last_release_of_the_services_ends_asynchronous_notifications) {
    const auto sink = com::make<ClientSinkRecorder>();
    ASSERT_EQ(notify(sink.get()), WBEM_S_NO_ERROR);
    service_.services = support::TestService::connect("root\\default");
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_CALL_CANCELLED)) << "OD-099";
    put_thing("a");
    drain();
    PROVES("COM-071", EXPECT_THAT(sink->objects, IsEmpty()));
}

TEST_F(ServicesTest, one_sink_may_serve_several_queries) {
    const auto sink = com::make<ClientSinkRecorder>();
    ASSERT_EQ(notify(sink.get()), WBEM_S_NO_ERROR);
    ASSERT_EQ(notify(sink.get(), 0,
                     "SELECT * FROM __InstanceDeletionEvent WHERE TargetInstance ISA 'Thing'"),
              WBEM_S_NO_ERROR);
    put_thing("a");
    ASSERT_EQ(services().DeleteInstance(bstr("Thing.Name=\"a\"").get(), 0, nullptr, nullptr),
              WBEM_S_NO_ERROR);
    drain();
    PROVES("COM-080", EXPECT_EQ(sink->objects.size(), 2U));
    EXPECT_EQ(services().CancelAsyncCall(sink.get()), WBEM_S_NO_ERROR);
    EXPECT_EQ(sink->statuses.size(), 2U);
}

TEST_F(ServicesTest, clients_raise_extrinsic_events) {
    const auto cls = service_.new_class("TestEvent", "__ExtrinsicEvent");
    service_.add_property(cls, L"Text", CIM_STRING);
    service_.put_class(cls);
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(notify("SELECT * FROM TestEvent", reading, events), WBEM_S_NO_ERROR) << error_;

    com::Ptr<IWbemObjectSink> sink;
    PROVES("COM-182", EXPECT_EQ(services().QueryObjectSink(0, nullptr), WBEM_E_INVALID_PARAMETER));
    PROVES("COM-182",
           EXPECT_EQ(services().QueryObjectSink(1, sink.put()), WBEM_E_INVALID_PARAMETER));
    PROVES("COM-182", EXPECT_FALSE(sink));
    PROVES("COM-073", ASSERT_EQ(services().QueryObjectSink(0, sink.put()), WBEM_S_NO_ERROR));
    const auto event = service_.spawn("TestEvent");
    support::put(event, L"Text", "mine");
    IWbemClassObject* raised[] = {event.get()};
    PROVES("COM-073", EXPECT_EQ(sink->Indicate(1, raised), WBEM_S_NO_ERROR));
    drain();
    const auto found = read_all(events.get());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(text_of(found[0], L"Text"), "mine");

    const auto thing = new_thing("a");
    IWbemClassObject* no_event[] = {thing.get()};
    IWbemClassObject* null[] = {nullptr};
    PROVES("COM-182", EXPECT_EQ(sink->Indicate(1, no_event), WBEM_E_NOT_EVENT_CLASS));
    EXPECT_EQ(sink->Indicate(1, null), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(sink->SetStatus(0, 0, nullptr, nullptr), WBEM_S_NO_ERROR);
    service_.service->stop();
    EXPECT_EQ(sink->Indicate(1, raised), WBEM_E_SHUTTING_DOWN);
    take_error_text();
}

TEST_F(ServicesTest, the_end_of_the_service_ends_what_waits_for_events) {
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(notify(created, reading, events), WBEM_S_NO_ERROR);
    const auto sink = com::make<ClientSinkRecorder>();
    ASSERT_EQ(notify(sink.get()), WBEM_S_NO_ERROR);
    service_.service->stop();
    drain();
    HRESULT last = 0;
    EXPECT_THAT(read_all(events.get(), &last), IsEmpty());
    PROVES("COM-068", EXPECT_EQ(last, WBEM_E_SHUTTING_DOWN));
    PROVES("OD-033", EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_SHUTTING_DOWN)));
    take_error_text();
}

}  // namespace
}  // namespace openwmi::bridge
