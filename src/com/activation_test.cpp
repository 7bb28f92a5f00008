#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <openwmi.hpp>
#include <thread>

#include "com/class_object.h"
#include "com/guid.h"
#include "com/implements.h"
#include "com/testing/plugin_classes.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::com {
namespace {

using ::testing::HasSubstr;

class Sink final : public Implements<IWbemObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Indicate(LONG, IWbemClassObject**) override { return S_OK; }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT, BSTR strParam, IWbemClassObject*) override {
        text = bstr(std::wstring_view(strParam)).utf8();
        return S_OK;
    }
    std::string text;
};

// A process in which the folder is the only one with registration files.
class Activation : public ::testing::Test {
  protected:
    Activation() {
        setenv("OPENWMI_CLASSES_PATH", folder_.path().c_str(), 1);
        EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
        take_error_text();
    }
    ~Activation() override {
        unsetenv("OPENWMI_CLASSES_PATH");
        CoUninitialize();
    }

    void register_class(REFCLSID clsid, const std::string& content) {
        folder_.write(to_base(clsid).text() + ".class", content);
    }

    template <class T = IWbemEventProvider>
    HRESULT create(REFCLSID clsid, DWORD context = CLSCTX_INPROC_SERVER) {
        com_ptr<T> object;
        const HRESULT hr =
            CoCreateInstance(clsid, nullptr, context, __uuidof(T), object.put_void());
        EXPECT_EQ(SUCCEEDED(hr), object != nullptr);
        text_ = take_error_text();
        object_ = com_ptr<IUnknown>(object);
        return hr;
    }

    support::TemporaryFolder folder_;
    com_ptr<IUnknown> object_;
    std::string text_;
};

TEST_F(Activation, loads_the_library_that_the_file_names) {
    register_class(CLSID_TestProvider, "# a test\nInprocServer32 = " TEST_PLUGIN
                                       "\nThreadingModel=Both\nName=Test provider\n");
    ASSERT_EQ(create(CLSID_TestProvider), S_OK) << text_;
    const com_ptr<Sink> sink = make<Sink>();
    EXPECT_EQ(object_.query<IWbemEventProvider>()->ProvideEvents(sink.get(), 0), WBEM_S_NO_ERROR);
    EXPECT_EQ(sink->text, "hello");
    EXPECT_TRUE(object_.query<IWbemProviderInit>());
    EXPECT_EQ(create<IWbemProviderInit>(CLSID_TestProvider), S_OK)
        << "a second object of the same library";
}

TEST_F(Activation, a_relative_library_is_relative_to_the_file) {
    std::filesystem::create_symlink(TEST_PLUGIN, folder_ / "provider.so");
    register_class(CLSID_TestProvider, "InprocServer32=provider.so\n");
    EXPECT_EQ(create(CLSID_TestProvider), S_OK) << text_;
}

TEST_F(Activation, the_first_folder_with_the_file_decides) {
    const support::TemporaryFolder second;
    const std::string path = "/nowhere:" + folder_.path().string() + ":" + second.path().string();
    setenv("OPENWMI_CLASSES_PATH", path.c_str(), 1);
    second.write(to_base(CLSID_TestProvider).text() + ".class",
                 "InprocServer32=/nowhere/other.so\n");
    register_class(CLSID_TestProvider, "InprocServer32=" TEST_PLUGIN "\n");
    EXPECT_EQ(create(CLSID_TestProvider), S_OK) << text_;
}

TEST_F(Activation, a_class_without_registration_is_named_with_the_folders) {
    EXPECT_EQ(create(CLSID_TestMissing), REGDB_E_CLASSNOTREG);
    EXPECT_THAT(text_, HasSubstr("{5A3C1A10-7D0E-4C0B-9E11-3D5270610003}.class"));
    EXPECT_THAT(text_, HasSubstr(folder_.path().string()));
}

TEST_F(Activation, a_library_that_is_not_there_is_named_with_what_the_loader_says) {
    register_class(CLSID_TestProvider, "InprocServer32=/nowhere/provider.so\n");
    EXPECT_EQ(create(CLSID_TestProvider), CO_E_DLLNOTFOUND);
    EXPECT_THAT(text_, HasSubstr(folder_.path().string()));
    EXPECT_THAT(text_, HasSubstr("/nowhere/provider.so: cannot open shared object file"));
}

TEST_F(Activation, a_file_that_is_no_library_is_refused) {
    folder_.write("provider.so", "this is text");
    register_class(CLSID_TestProvider, "InprocServer32=provider.so\n");
    EXPECT_EQ(create(CLSID_TestProvider), CO_E_ERRORINDLL);
    EXPECT_THAT(text_, HasSubstr("provider.so"));
    EXPECT_THAT(text_, HasSubstr("file too short"));
}

TEST_F(Activation, a_library_without_the_entry_point_is_refused) {
    register_class(CLSID_TestProvider, "InprocServer32=" TEST_PLUGIN_WITHOUT_ENTRY "\n");
    EXPECT_EQ(create(CLSID_TestProvider), CO_E_ERRORINDLL);
    EXPECT_THAT(text_, HasSubstr(TEST_PLUGIN_WITHOUT_ENTRY " does not export DllGetClassObject"));
}

TEST_F(Activation, a_class_that_the_library_does_not_have) {
    register_class(CLSID_TestMissing, "InprocServer32=" TEST_PLUGIN "\n");
    EXPECT_EQ(create(CLSID_TestMissing), CLASS_E_CLASSNOTAVAILABLE);
    EXPECT_THAT(text_, HasSubstr(TEST_PLUGIN));
}

TEST_F(Activation, an_interface_that_the_object_does_not_have) {
    register_class(CLSID_TestProvider, "InprocServer32=" TEST_PLUGIN "\n");
    EXPECT_EQ(create<IWbemServices>(CLSID_TestProvider), E_NOINTERFACE);
    EXPECT_THAT(text_, HasSubstr("{9556DC99-828C-11CF-A37E-00AA003240C7}"));
}

TEST_F(Activation, a_constructor_that_throws_says_why) {
    register_class(CLSID_TestFailing, "InprocServer32=" TEST_PLUGIN "\n");
    EXPECT_EQ(create(CLSID_TestFailing), WBEM_E_NOT_AVAILABLE);
    EXPECT_EQ(text_, "the device is missing");
}

TEST_F(Activation, a_wrong_file_is_named_with_the_line) {
    const struct {
        const char* content;
        const char* text;
    } rows[] = {
        {"\n# comment\nInprocServer32 provider.so\n", ".class:3: a line is Key=Value or a comment"},
        {"Name=x\n", "there is no line InprocServer32=library"},
        {"InprocServer32=a.so\nThreadingModel=Apartment\n",
         ".class:2: ThreadingModel=Apartment is not supported"},
        {"LocalServer32=/bin/true\n", ".class:1: LocalServer32"},
    };
    for (const auto& row : rows) {
        register_class(CLSID_TestProvider, row.content);
        EXPECT_EQ(create(CLSID_TestProvider), CO_E_ERRORINDLL);
        EXPECT_THAT(text_, HasSubstr(row.text));
    }
    register_class(CLSID_TestProvider, std::string(20000, '#'));
    EXPECT_EQ(create(CLSID_TestProvider), CO_E_ERRORINDLL);
}

TEST_F(Activation, no_library_is_loaded_unless_the_caller_allows_it) {
    register_class(CLSID_TestProvider, "InprocServer32=" TEST_PLUGIN "\n");
    EXPECT_EQ(create(CLSID_TestProvider, CLSCTX_LOCAL_SERVER), REGDB_E_CLASSNOTREG);
    EXPECT_THAT(text_, HasSubstr("CLSCTX_INPROC_SERVER"));
}

TEST_F(Activation, the_class_object_itself_can_be_had) {
    register_class(CLSID_TestProvider, "InprocServer32=" TEST_PLUGIN "\n");
    com_ptr<IClassFactory> factory;
    ASSERT_EQ(CoGetClassObject(CLSID_TestProvider, CLSCTX_INPROC_SERVER, nullptr, IID_IClassFactory,
                               factory.put_void()),
              S_OK);
    com_ptr<IUnknown> object;
    EXPECT_EQ(factory->CreateInstance(object.get(), IID_IUnknown, object.put_void()), S_OK);
    com_ptr<IUnknown> aggregated;
    EXPECT_EQ(factory->CreateInstance(object.get(), IID_IUnknown, aggregated.put_void()),
              CLASS_E_NOAGGREGATION);
}

TEST_F(Activation, a_class_of_this_process_comes_first) {
    register_class(CLSID_TestProvider, "InprocServer32=/nowhere/provider.so\n");
    {
        const auto registration = ClassRegistration::open(
            CLSID_TestProvider, class_object([]() -> base::Result<Ptr<IUnknown>> {
                return Ptr<IUnknown>(make<Sink>());
            }));
        ASSERT_TRUE(registration);
        EXPECT_EQ(create<IWbemObjectSink>(CLSID_TestProvider), S_OK);
    }
    EXPECT_EQ(create<IWbemObjectSink>(CLSID_TestProvider), CO_E_DLLNOTFOUND)
        << "revoked with its owner";
    EXPECT_EQ(CoRevokeClassObject(12345), CO_E_OBJNOTREG);
}

TEST_F(Activation, a_class_object_hands_on_why_it_failed) {
    const auto registration = ClassRegistration::open(
        CLSID_TestProvider, class_object([]() -> base::Result<Ptr<IUnknown>> {
            return fail(Status::NotAvailable, "the service is stopping");
        }));
    EXPECT_EQ(create(CLSID_TestProvider), WBEM_E_NOT_AVAILABLE);
    EXPECT_EQ(text_, "the service is stopping");
}

TEST_F(Activation, the_locator_of_a_process_without_service_says_so) {
    for (const CLSID& clsid : {CLSID_WbemLocator, CLSID_WbemAdministrativeLocator}) {
        PROVES("COM-018", ASSERT_EQ(create<IWbemLocator>(clsid), S_OK));
        com_ptr<IWbemServices> services;
        EXPECT_EQ(
            object_.query<IWbemLocator>()->ConnectServer(
                bstr("root").get(), nullptr, nullptr, nullptr, 0, nullptr, nullptr, services.put()),
            WBEM_E_TRANSPORT_FAILURE);
        EXPECT_THAT(take_error_text(), HasSubstr("hosts no OpenWMI service"));
    }
}

TEST(Apartment, is_counted_and_keeps_its_kind) {
    std::thread([] {
        EXPECT_EQ(CoInitialize(nullptr), S_OK);
        EXPECT_EQ(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED), S_FALSE);
        EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), RPC_E_CHANGED_MODE);
        CoUninitialize();
        EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), RPC_E_CHANGED_MODE);
        CoUninitialize();
        EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
        CoUninitialize();
        CoUninitialize();
        EXPECT_EQ(CoInitializeEx(nullptr, 0x100), E_INVALIDARG);
    }).join();
}

TEST(Apartment, activation_needs_one) {
    com_ptr<IWbemLocator> locator;
    EXPECT_EQ(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER,
                               IID_PPV_ARGS(locator.put())),
              CO_E_NOTINITIALIZED);
    EXPECT_THAT(take_error_text(),
                HasSubstr("CoCreateInstance: this thread has not called CoInitializeEx"));
    ASSERT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    std::thread([] {
        com_ptr<IWbemLocator> found;
        EXPECT_EQ(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER,
                                   IID_PPV_ARGS(found.put())),
                  S_OK)
            << "a thread of a multithreaded process needs to say nothing";
    }).join();
    CoUninitialize();
}

TEST(Apartment, security_is_initialised_once_a_process) {
    const auto initialize = [](DWORD level) {
        return CoInitializeSecurity(nullptr, -1, nullptr, nullptr, level,
                                    RPC_C_IMP_LEVEL_IMPERSONATE, nullptr, EOAC_NONE, nullptr);
    };
    EXPECT_EQ(initialize(RPC_C_AUTHN_LEVEL_DEFAULT), CO_E_NOTINITIALIZED);
    ASSERT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    EXPECT_EQ(initialize(77), E_INVALIDARG);
    EXPECT_EQ(initialize(RPC_C_AUTHN_LEVEL_DEFAULT), S_OK);
    EXPECT_EQ(initialize(RPC_C_AUTHN_LEVEL_DEFAULT), RPC_E_TOO_LATE);
    CoUninitialize();
    take_error_text();
}

// A call's context that counts who is impersonated.
class CallContext final : public Implements<IServerSecurity> {
  public:
    HRESULT STDMETHODCALLTYPE QueryBlanket(DWORD*, DWORD*, OLECHAR**, DWORD*, DWORD*, void**,
                                           DWORD*) override {
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE ImpersonateClient() override {
        impersonating = TRUE;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE RevertToSelf() override {
        impersonating = FALSE;
        return S_OK;
    }
    BOOL STDMETHODCALLTYPE IsImpersonating() override { return impersonating; }

    BOOL impersonating = FALSE;
};

TEST(CallContext, belongs_to_the_thread_that_serves_the_call) {
    const com_ptr<CallContext> context = make<CallContext>();
    com_ptr<IUnknown> previous;
    ASSERT_EQ(CoSwitchCallContext(context.get(), previous.put()), S_OK);
    EXPECT_FALSE(previous);
    com_ptr<IServerSecurity> found;
    EXPECT_EQ(CoGetCallContext(IID_IServerSecurity, found.put_void()), S_OK);
    EXPECT_EQ(found.get(), context.get());
    EXPECT_EQ(CoImpersonateClient(), S_OK);
    EXPECT_TRUE(context->impersonating);
    EXPECT_EQ(CoRevertToSelf(), S_OK);
    EXPECT_FALSE(context->impersonating);
    std::thread([] {
        com_ptr<IServerSecurity> none;
        EXPECT_EQ(CoGetCallContext(IID_IServerSecurity, none.put_void()), RPC_E_CALL_COMPLETE);
    }).join();
    ASSERT_EQ(CoSwitchCallContext(nullptr, previous.put()), S_OK);
    EXPECT_EQ(previous.get(), context.get());
}

TEST(CallContext, without_one_nobody_is_impersonated) {
    EXPECT_EQ(CoImpersonateClient(), RPC_E_CALL_COMPLETE);
    EXPECT_THAT(take_error_text(), HasSubstr("CoImpersonateClient: this thread serves no call"));
    EXPECT_EQ(CoRevertToSelf(), RPC_E_CALL_COMPLETE);
    take_error_text();
}

TEST(ProxyBlanket, is_refused_for_objects_that_are_no_proxies) {
    const com_ptr<Sink> sink = make<Sink>();
    EXPECT_EQ(
        CoSetProxyBlanket(sink.get(), RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, nullptr,
                          RPC_C_AUTHN_LEVEL_CALL, RPC_C_IMP_LEVEL_IMPERSONATE, nullptr, EOAC_NONE),
        E_NOINTERFACE);
    EXPECT_THAT(take_error_text(), HasSubstr("no proxy"));
}

}  // namespace
}  // namespace openwmi::com
