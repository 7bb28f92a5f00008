#pragma once

namespace openwmi::scenarios {

inline constexpr const char* test_provider_name = "TestProvider";
inline constexpr const char* test_provider_clsid = "{5E7C3A50-9B1E-4C7A-8F43-6B0E2D9A1C01}";

// What every namespace of a scenario has: the test provider, of events and instances, and the class
// of its consumers.
inline constexpr const char* fixture_mof = R"(
class TestConsumer : __EventConsumer { [key] string Name; };
instance of __Win32Provider as $Provider
{
    Name = "TestProvider";
    CLSID = "{5E7C3A50-9B1E-4C7A-8F43-6B0E2D9A1C01}";
    HostingModel = "WmiCore";
};
instance of __InstanceProviderRegistration
{
    Provider = $Provider;
    SupportsGet = TRUE;
    SupportsPut = TRUE;
    SupportsDelete = TRUE;
    SupportsEnumeration = TRUE;
};
instance of __EventConsumerProviderRegistration
{
    Provider = $Provider;
    ConsumerClassNames = {"TestConsumer"};
};
)";

}  // namespace openwmi::scenarios
