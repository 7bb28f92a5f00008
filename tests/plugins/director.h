#pragma once

#include <wbemprov.h>

// What the test plug-in and the tests that load it agree on: the classes that it has, and the
// director, a class of the testing process that tells the plug-in how to behave and sees what it
// does.

enum TestBehaviour : LONG {
    TEST_GOOD = 0,
    TEST_REFUSES_INITIALIZE,  // Initialize fails
    TEST_REPORTS_FAILURE,     // SetStatus(WBEM_E_FAILED) from within Initialize
    TEST_FAILS_AFTER_READY,   // reports that it is ready, then Initialize fails
    TEST_REPORTS_LATER,       // keeps the init sink; the director has it
    TEST_DROPS_INIT_SINK,     // neither reports nor keeps the sink
    TEST_THROWS_IN_CONSTRUCTOR,
    TEST_THROWS_IN_INITIALIZE,
    TEST_REFUSES_REGISTRATION,  // SetRegistrationObject fails
    TEST_REFUSES_EVENTS,        // ProvideEvents fails, the sink is kept all the same
    TEST_CHECKS_ACCESS,         // AccessCheck is recorded
    TEST_DENIES_ACCESS,         // AccessCheck fails
    TEST_REFUSES_QUERIES,       // NewQuery fails with WBEMESS_E_REGISTRATION_TOO_BROAD
    TEST_THROWS,                // in whatever is asked of it once it is up
    TEST_GIVES_NOTHING,         // FindConsumer succeeds without a consumer
    TEST_KNOWS_NOBODY,          // FindConsumer answers WBEM_E_NOT_FOUND
    TEST_CONSUMER_FAILS,        // its consumer answers WBEM_E_RETRY_LATER
    TEST_CONSUMER_THROWS,
    TEST_RETURNS_FAILURE,      // instance calls fail by their return value, the sink unused
    TEST_STATUS_AND_RETURN,    // SetStatus says WBEM_E_NOT_FOUND, the return value WBEM_E_FAILED
    TEST_ANSWERS_NULL,         // Indicates a NULL, then completes
    TEST_FORGETS_TO_COMPLETE,  // lets go of the sink without SetStatus
    TEST_ANSWERS_LATER,        // keeps the sink; the director has it
    TEST_EXPLAINS,             // tells its progress, then fails with an __ExtendedStatus
    TEST_HAS_NO_VALUE,         // property calls answer WBEM_S_FALSE
    TEST_GIVES_A_NUMBER,       // GetProperty gives 42, not text
};

DEFINE_GUID(CLSID_TestDirector, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e,
            0x77, 0x00);
// Everything a provider can be, behaving as it is told.
DEFINE_GUID(CLSID_TestStranger, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e,
            0x77, 0x01);
// Offers IWbemProviderInit and nothing else.
DEFINE_GUID(CLSID_TestBare, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e, 0x77,
            0x02);
// Offers IWbemEventProvider, but not IWbemProviderInit.
DEFINE_GUID(CLSID_TestWithoutInit, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e,
            0x77, 0x03);
// The library does not have it.
DEFINE_GUID(CLSID_TestMissing, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e, 0x77,
            0x04);
// The same classes come from a library without DllGetClassObject.
DEFINE_GUID(CLSID_TestNoEntry, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e, 0x77,
            0x05);
// Registered nowhere.
DEFINE_GUID(CLSID_TestUnregistered, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e,
            0x77, 0x06);

// A high-performance provider of TestThing.
DEFINE_GUID(CLSID_TestPerformer, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70, 0x65, 0x6e,
            0x77, 0x07);

// Implemented by the test. Thread-safe.
struct ITestDirector : public IUnknown {
    virtual LONG STDMETHODCALLTYPE Behaviour() = 0;
    virtual void STDMETHODCALLTYPE Record(LPCWSTR text) = 0;
    virtual void STDMETHODCALLTYPE Keep(IUnknown* object) = 0;
    // What an instance provider answers with; not null.
    virtual void STDMETHODCALLTYPE Answer(IWbemClassObject** object) = 0;
};
OPENWMI_INTERFACE_ID(ITestDirector, IUnknown, 0x0d1ec702, 0x5e57, 0x4a11, 0x8c, 0x01, 0x6f, 0x70,
                     0x65, 0x6e, 0x77, 0x10)
