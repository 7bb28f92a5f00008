#include "bridge/locator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "support/test_service.h"

namespace openwmi::bridge {
namespace {

using ::testing::HasSubstr;

// What a client says in ConnectServer; null texts are NULL.
struct Asking {
    const char* name_space = "root\\default";
    const char* user = nullptr;
    const char* password = nullptr;
    const char* locale = nullptr;
    LONG flags = 0;
    const char* authority = nullptr;
};

class LocatorTest : public ::testing::Test {
  protected:
    HRESULT connect(const Asking& asking) {
        const auto text = [](const char* value) {
            return value ? bstr(std::string_view(value)) : bstr();
        };
        com::Ptr<IWbemServices> connected = service_.services;
        const HRESULT hr = locator_->ConnectServer(
            text(asking.name_space).get(), text(asking.user).get(), text(asking.password).get(),
            text(asking.locale).get(), asking.flags, text(asking.authority).get(), nullptr,
            connected.put());
        EXPECT_EQ(SUCCEEDED(hr), connected != nullptr);
        error_ = take_error_text();
        return hr;
    }

    support::TestService service_;
    com::Ptr<IWbemLocator> locator_ = support::TestService::locator();
    std::string error_;
};

TEST_F(LocatorTest, connects_to_the_service_of_the_process) {
    PROVES("COM-018", ASSERT_TRUE(locator_));
    PROVES("COM-019", EXPECT_EQ(connect({}), WBEM_S_NO_ERROR) << error_);
    EXPECT_TRUE(support::TestService::locator(CLSID_WbemAdministrativeLocator));
}

TEST_F(LocatorTest, takes_the_documented_forms_of_a_namespace) {
    for (const char* path : {"root\\cimv2", "root/cimv2", "\\\\.\\root\\cimv2", "//./root/cimv2",
                             "\\\\localhost\\root\\cimv2", "//localhost/root/cimv2", ""}) {
        PROVES("COM-020", EXPECT_EQ(connect({.name_space = path}), WBEM_S_NO_ERROR)
                              << path << ": " << error_);
    }
}

TEST_F(LocatorTest, refuses_with_a_reason) {
    const struct {
        const char* row;
        Asking asking;
        HRESULT refusal;
        const char* text;
    } rows[] = {
        {"COM-021", {.name_space = "root\\nowhere"}, WBEM_E_INVALID_NAMESPACE, "nowhere"},
        {"COM-021", {.name_space = "root\\"}, WBEM_E_INVALID_NAMESPACE, ""},
        {"COM-019", {.name_space = nullptr}, WBEM_E_INVALID_PARAMETER, "NULL"},
        {"COM-022", {.user = "jo"}, WBEM_E_LOCAL_CREDENTIALS, "takes no user"},
        {"COM-022", {.password = "secret"}, WBEM_E_LOCAL_CREDENTIALS, "takes no user"},
        {"COM-022", {.authority = "Kerberos:x"}, WBEM_E_LOCAL_CREDENTIALS, "takes no user"},
        {"COM-023", {.user = ""}, WBEM_E_INVALID_PARAMETER, "empty"},
        {"COM-023",
         {.user = "D\\jo", .authority = "NTLMDOMAIN:D"},
         WBEM_E_INVALID_PARAMETER,
         "the domain is given"},
        {"COM-024", {.locale = "English"}, WBEM_E_INVALID_PARAMETER, "MS_409"},
        {"COM-024", {.locale = "MS_xyz"}, WBEM_E_INVALID_PARAMETER, "MS_409"},
        {"COM-025", {.flags = 1}, WBEM_E_INVALID_PARAMETER, "flags"},
        {"COM-020",
         {.name_space = "\\\\elsewhere.example\\root"},
         WBEM_E_NOT_SUPPORTED,
         "another computer"},
    };
    for (const auto& row : rows) {
        PROVES(row.row, EXPECT_EQ(connect(row.asking), row.refusal) << row.row << error_);
        EXPECT_THAT(error_, HasSubstr(row.text));
    }
    PROVES("COM-024", EXPECT_EQ(connect({.locale = "ms_409"}), WBEM_S_NO_ERROR));
    PROVES("COM-025",
           EXPECT_EQ(connect({.flags = WBEM_FLAG_CONNECT_USE_MAX_WAIT}), WBEM_S_NO_ERROR));
    PROVES("COM-179", EXPECT_EQ(connect({.password = ""}), WBEM_E_LOCAL_CREDENTIALS)
                          << "an empty password is one, too");
}

TEST_F(LocatorTest, connects_as_the_identity_it_was_registered_for) {
    service_.locators.reset();
    auto stranger = LocatorRegistration::open(*service_.service, service_.executor,
                                              security::Identity::of_user(54321, 54321, {}));
    ASSERT_TRUE(stranger);
    locator_ = support::TestService::locator();
    EXPECT_EQ(connect({}), WBEM_E_ACCESS_DENIED);
}

TEST_F(LocatorTest, what_is_still_held_answers_after_the_service_has_gone) {
    const com::Ptr<IWbemServices> services = service_.services;
    service_.locators.reset();
    EXPECT_EQ(connect({}), WBEM_E_SHUTTING_DOWN) << error_;
    com::Ptr<IWbemLocator> unregistered;
    EXPECT_EQ(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER,
                               IID_PPV_ARGS(unregistered.put())),
              S_OK);
    EXPECT_EQ(unregistered->ConnectServer(bstr("root").get(), nullptr, nullptr, nullptr, 0, nullptr,
                                          nullptr, service_.root.put()),
              WBEM_E_TRANSPORT_FAILURE)
        << "com's own, which knows of no service";
    take_error_text();

    service_.service.reset();
    service_.executor.drain();
    com::Ptr<IWbemClassObject> object;
    EXPECT_EQ(services->GetObject(bstr("__Event").get(), 0, nullptr, object.put(), nullptr),
              WBEM_E_SHUTTING_DOWN);
    com::Ptr<IEnumWbemClassObject> enumerator;
    EXPECT_EQ(services->ExecNotificationQuery(
                  bstr("WQL").get(), bstr("SELECT * FROM __InstanceCreationEvent").get(),
                  WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, nullptr, enumerator.put()),
              WBEM_E_SHUTTING_DOWN);
    take_error_text();
}

}  // namespace
}  // namespace openwmi::bridge
