#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "com/guid.h"
#include "support/proves.h"
#include "support/test_service.h"

namespace openwmi::bridge {
namespace {

using support::ClientSinkRecorder;
using support::text_of;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// root\default with a provider for methods and classes, and the class Device, whose static method
// Reset takes Delay and gives ReturnValue and Message.
class ProvidersThroughComTest : public ::testing::Test {
  protected:
    ProvidersThroughComTest() {
        put_provider("Stranger");
        service_.put_instance(registration("__MethodProviderRegistration"));
        put_device();
        director().answer = out_parameters();
    }

    void put_provider(const char* name) const {
        const auto provider = service_.spawn("__Win32Provider");
        support::put(provider, L"Name", name);
        support::put(provider, L"CLSID", com::to_base(CLSID_TestStranger).text());
        service_.put_instance(provider);
    }
    com::Ptr<IWbemClassObject> registration(const char* cls,
                                            const std::string& provider = "Stranger") const {
        const auto made = service_.spawn(cls);
        support::put(made, L"Provider", "__Win32Provider.Name=\"" + provider + "\"");
        return made;
    }
    // It has the classes below Device.
    void put_class_registration(const char* provider) const {
        const auto made = registration("__ClassProviderRegistration", provider);
        for (const wchar_t* flag :
             {L"SupportsEnumeration", L"SupportsGet", L"SupportsPut", L"SupportsDelete"}) {
            support::put(made, flag, true);
        }
        support::put(
            made, L"ResultSetQueries",
            std::vector<std::string>{"SELECT * FROM meta_class WHERE __this ISA 'Device'"});
        service_.put_instance(made);
    }
    void put_device() const {
        const auto cls = service_.new_class("Device", "");
        service_.add_property(cls, L"Id", CIM_STRING, true);
        com::Ptr<IWbemQualifierSet> of_class;
        EXPECT_EQ(cls->GetQualifierSet(of_class.put()), WBEM_S_NO_ERROR);
        EXPECT_EQ(of_class->Put(L"provider", com::Variant("Stranger").in(), 0), WBEM_S_NO_ERROR);
        const auto in = parameters({{L"Delay", CIM_UINT32}});
        const auto out = parameters({{L"Message", CIM_STRING}}, 1);
        EXPECT_EQ(out->Put(L"ReturnValue", 0, nullptr, CIM_UINT32), WBEM_S_NO_ERROR);
        EXPECT_EQ(cls->PutMethod(L"Reset", 0, in.get(), out.get()), WBEM_S_NO_ERROR)
            << take_error_text();
        com::Ptr<IWbemQualifierSet> of_method;
        EXPECT_EQ(cls->GetMethodQualifierSet(L"Reset", of_method.put()), WBEM_S_NO_ERROR);
        for (const wchar_t* name : {L"implemented", L"static"}) {
            EXPECT_EQ(of_method->Put(name, com::Variant(true).in(), 0), WBEM_S_NO_ERROR);
        }
        service_.put_class(cls);
    }
    com::Ptr<IWbemClassObject> parameters(
        const std::vector<std::pair<const wchar_t*, CIMTYPE>>& properties,
        LONG first_id = 0) const {
        auto cls = service_.object("__PARAMETERS");
        com::Ptr<IWbemClassObject> copy;
        EXPECT_EQ(cls->Clone(copy.put()), WBEM_S_NO_ERROR);
        for (const auto& [name, type] : properties) {
            EXPECT_EQ(copy->Put(name, 0, nullptr, type), WBEM_S_NO_ERROR) << take_error_text();
            com::Ptr<IWbemQualifierSet> qualifiers;
            EXPECT_EQ(copy->GetPropertyQualifierSet(name, qualifiers.put()), WBEM_S_NO_ERROR);
            EXPECT_EQ(qualifiers->Put(L"ID", com::Variant(first_id++).in(), 0), WBEM_S_NO_ERROR);
        }
        return copy;
    }
    com::Ptr<IWbemClassObject> spawn_parameters(bool in) const {
        com::Ptr<IWbemClassObject> signature;
        EXPECT_EQ(service_.object("Device")->GetMethod(L"Reset", 0, in ? signature.put() : nullptr,
                                                       in ? nullptr : signature.put()),
                  WBEM_S_NO_ERROR);
        com::Ptr<IWbemClassObject> instance;
        EXPECT_EQ(signature->SpawnInstance(0, instance.put()), WBEM_S_NO_ERROR);
        return instance;
    }
    com::Ptr<IWbemClassObject> in_parameters() const {
        auto in = spawn_parameters(true);
        support::put(in, L"Delay", 5);
        return in;
    }
    com::Ptr<IWbemClassObject> out_parameters() const {
        auto out = spawn_parameters(false);
        support::put(out, L"ReturnValue", 0);
        support::put(out, L"Message", "done");
        return out;
    }
    HRESULT call(const char* method, IWbemClassObject* in, LONG flags = 0,
                 IWbemCallResult** result = nullptr) {
        out_ = nullptr;
        const HRESULT hr = service_.services->ExecMethod(
            bstr("Device").get(), bstr(std::string_view(method)).get(), flags, nullptr, in,
            result ? nullptr : out_.put(), result);
        error_ = take_error_text();
        return hr;
    }
    support::TestDirector& director() { return *service_.plugins.director; }

    support::TestService service_;
    com::Ptr<IWbemClassObject> out_;
    std::string error_;
};

TEST_F(ProvidersThroughComTest, a_method_is_called_and_waited_for) {
    PROVES("COM-061", ASSERT_EQ(call("Reset", in_parameters().get()), WBEM_S_NO_ERROR) << error_);
    ASSERT_TRUE(out_);
    EXPECT_EQ(text_of(out_, L"__CLASS"), "__PARAMETERS");
    EXPECT_EQ(text_of(out_, L"Message"), "done");
    PROVES("PRV-022",
           EXPECT_THAT(director().take_records(), Contains("ExecMethodAsync Device Reset in")));
}

TEST_F(ProvidersThroughComTest, a_method_is_called_semisynchronously) {
    com::Ptr<IWbemCallResult> result;
    ASSERT_EQ(call("Reset", in_parameters().get(), WBEM_FLAG_RETURN_IMMEDIATELY, result.put()),
              WBEM_S_NO_ERROR);
    com::Ptr<IWbemClassObject> out;
    PROVES("COM-088",
           ASSERT_EQ(result->GetResultObject(WBEM_INFINITE, out.put()), WBEM_S_NO_ERROR));
    EXPECT_EQ(text_of(out, L"Message"), "done");
    EXPECT_EQ(call("Reset", in_parameters().get(), WBEM_FLAG_RETURN_IMMEDIATELY),
              WBEM_E_INVALID_PARAMETER)
        << "there is no place for the call result";
}

TEST_F(ProvidersThroughComTest, a_method_answers_into_a_sink) {
    const auto sink = com::make<ClientSinkRecorder>();
    const auto start = [&](IWbemClassObject* in, IWbemObjectSink* into) {
        return service_.services->ExecMethodAsync(bstr("Device").get(), bstr("Reset").get(), 0,
                                                  nullptr, in, into);
    };
    ASSERT_EQ(start(in_parameters().get(), sink.get()), WBEM_S_NO_ERROR);
    service_.executor.drain();
    PROVES("COM-078", ASSERT_EQ(sink->objects.size(), 1U));
    EXPECT_EQ(text_of(sink->objects[0], L"Message"), "done");
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_S_NO_ERROR));

    const auto refused = com::make<ClientSinkRecorder>();
    ASSERT_EQ(start(nullptr, refused.get()), WBEM_S_NO_ERROR);
    service_.executor.drain();
    EXPECT_THAT(refused->objects, IsEmpty());
    EXPECT_THAT(refused->statuses, ElementsAre(WBEM_E_INVALID_METHOD_PARAMETERS));
}

TEST_F(ProvidersThroughComTest, what_cannot_be_called_is_refused) {
    EXPECT_EQ(call("Fly", nullptr), WBEM_E_INVALID_METHOD);
    EXPECT_THAT(error_, HasSubstr("it has Reset"));
    EXPECT_FALSE(out_);
    EXPECT_EQ(call("Reset", nullptr), WBEM_E_INVALID_METHOD_PARAMETERS);
    EXPECT_EQ(call("Reset", service_.object("Device").get()), WBEM_E_INVALID_METHOD_PARAMETERS)
        << "a class";
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ(call("Reset", in_parameters().get()), WBEM_E_ACCESS_DENIED);
    director().behaviour = TEST_THROWS;
    EXPECT_EQ(call("Reset", in_parameters().get()), WBEM_E_PROVIDER_FAILURE);
    director().behaviour = TEST_FORGETS_TO_COMPLETE;
    EXPECT_EQ(call("Reset", in_parameters().get()), WBEM_E_PROVIDER_FAILURE);
}

TEST_F(ProvidersThroughComTest, a_class_comes_from_its_provider) {
    put_class_registration("Stranger");
    director().answer = service_.new_class("Printer", "Device");
    PROVES("PRV-021", EXPECT_EQ(text_of(service_.object("Printer"), L"__SUPERCLASS"), "Device"));
    EXPECT_THAT(director().take_records(), Contains("GetObjectAsync Printer"));

    com::Ptr<IEnumWbemClassObject> classes;
    ASSERT_EQ(service_.services->CreateClassEnum(bstr("Device").get(), WBEM_FLAG_SHALLOW, nullptr,
                                                 classes.put()),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(support::read_all(classes.get()).size(), 1U);
    EXPECT_THAT(director().take_records(), ElementsAre("CreateClassEnumAsync Device 1"));

    service_.put_class(director().answer);
    EXPECT_THAT(director().take_records(), Contains("PutClassAsync Printer"));
    EXPECT_EQ(service_.services->DeleteClass(bstr("Printer").get(), 0, nullptr, nullptr),
              WBEM_S_NO_ERROR)
        << take_error_text();
    EXPECT_THAT(director().take_records(), Contains("DeleteClassAsync Printer"));
}

TEST_F(ProvidersThroughComTest, a_class_that_two_providers_have_is_the_first_ones) {
    put_class_registration("Stranger");
    director().answer = service_.new_class("Printer", "Device");
    const auto get = [&](LONG flags, IWbemClassObject** found, IWbemCallResult** result) {
        return service_.services->GetObject(bstr("Printer").get(), flags, nullptr, found, result);
    };
    com::Ptr<IWbemClassObject> found;
    EXPECT_EQ(get(0, found.put(), nullptr), WBEM_S_NO_ERROR);

    put_provider("Twin");
    put_class_registration("Twin");
    PROVES("COM-034", EXPECT_EQ(get(0, found.put(), nullptr), WBEM_S_DUPLICATE_OBJECTS));
    PROVES("COM-034", EXPECT_EQ(text_of(found, L"__CLASS"), "Printer"));

    com::Ptr<IWbemCallResult> result;
    ASSERT_EQ(get(WBEM_FLAG_RETURN_IMMEDIATELY, nullptr, result.put()), WBEM_S_NO_ERROR);
    LONG status = 0;
    ASSERT_EQ(result->GetCallStatus(WBEM_INFINITE, &status), WBEM_S_NO_ERROR);
    PROVES("COM-034", EXPECT_EQ(status, WBEM_S_DUPLICATE_OBJECTS));

    const auto sink = com::make<ClientSinkRecorder>();
    ASSERT_EQ(service_.services->GetObjectAsync(bstr("Printer").get(), 0, nullptr, sink.get()),
              WBEM_S_NO_ERROR);
    service_.executor.drain();
    PROVES("COM-034", EXPECT_THAT(sink->statuses, ElementsAre(WBEM_S_DUPLICATE_OBJECTS)));
    EXPECT_EQ(sink->objects.size(), 1U);
}

}  // namespace
}  // namespace openwmi::bridge
