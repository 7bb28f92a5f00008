#include <gtest/gtest.h>
#include <ocidl.h>
#include <wbemidl.h>
#include <wmiutils.h>

#include <cstring>
#include <string>

#include "com/guid.h"
#include "support/proves.h"

// The compiled headers against data/wbem_abi.json: slots, sizes of tables, ids, values. The slot of
// a virtual method is in its member pointer (Itanium C++ ABI: 1 + its offset in bytes; on ARM the 1
// is in the second word).
namespace openwmi::com {
namespace {

template <class Method>
std::ptrdiff_t slot_of(Method method) {
    std::ptrdiff_t words[2] = {};
    static_assert(sizeof(method) == sizeof(words));
    std::memcpy(words, &method, sizeof(words));
#if defined(__arm__) || defined(__aarch64__)
    const std::ptrdiff_t offset = words[0];
#else
    const std::ptrdiff_t offset = words[0] - 1;
#endif
    return offset / static_cast<std::ptrdiff_t>(sizeof(void*));
}

// Adds one method to an interface: its slot is the number of slots that the interface has.
template <class Interface>
struct Extended : Interface {
    virtual void one_more() = 0;
};

std::string braced(const char* guid) {
    return "{" + std::string(guid) + "}";
}

TEST(Abi, every_method_has_its_slot_of_windows) {
#define WMI_INTERFACE(name, slots, iid)
#define WMI_METHOD(name, method, slot) \
    EXPECT_EQ(slot_of(&name::method), slot) << #name "::" #method;
#define WMI_VALUE(name, value)
#define WMI_CLSID(name, clsid)
#include <abi_table.inc>
#undef WMI_INTERFACE
#undef WMI_METHOD
}

TEST(Abi, interfaces_have_no_slot_more_and_their_iids) {
#define WMI_INTERFACE(name, slots, iid)                            \
    EXPECT_EQ(slot_of(&Extended<name>::one_more), slots) << #name; \
    EXPECT_EQ(to_base(IID_##name).text(), braced(iid)) << #name;   \
    EXPECT_TRUE(__uuidof(name) == IID_##name) << #name;
#define WMI_METHOD(name, method, slot)
#include <abi_table.inc>
#undef WMI_VALUE
#undef WMI_CLSID
}

TEST(Abi, enumerators_and_class_ids_have_their_values) {
#undef WMI_INTERFACE
#define WMI_INTERFACE(name, slots, iid)
#define WMI_VALUE(name, value) EXPECT_EQ(static_cast<std::uint32_t>(name), value) << #name;
#define WMI_CLSID(name, clsid) EXPECT_EQ(to_base(name).text(), braced(clsid)) << #name;
#include <abi_table.inc>
}

TEST(Abi, integers_have_the_widths_of_windows) {
    static_assert(sizeof(LONG) == 4 && sizeof(ULONG) == 4 && sizeof(DWORD) == 4 &&
                  sizeof(BOOL) == 4);
    static_assert(sizeof(HRESULT) == 4 && sizeof(LONGLONG) == 8 && sizeof(WCHAR) == 4 &&
                  sizeof(OLECHAR) == 4);
    static_assert(std::is_signed_v<HRESULT> && FAILED(0x80041001) && SUCCEEDED(WBEM_S_FALSE));
    static_assert(sizeof(WBEMSTATUS) == sizeof(int) && WBEM_E_FAILED < 0);
    static_assert(offsetof(VARIANT, llVal) == 8 && sizeof(VARIANT) == 24);
    static_assert(offsetof(SAFEARRAY, pvData) == 16 && offsetof(SAFEARRAY, rgsabound) == 24);
    static_assert(HRESULT_FROM_WIN32(5) == E_ACCESSDENIED);
}

TEST(Abi, uuidof_takes_types_classes_and_expressions) {
    IWbemLocator* locator = nullptr;
    EXPECT_TRUE(__uuidof(IWbemLocator) == IID_IWbemLocator);
    EXPECT_TRUE(__uuidof(locator) == IID_IWbemLocator);
    EXPECT_TRUE(__uuidof(WbemLocator) == CLSID_WbemLocator);
}

TEST(Abi, constants_of_the_specification) {
    PROVES("COM-008",
           EXPECT_EQ(std::make_tuple(0, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200),
                     std::make_tuple(+WBEM_FLAG_RETURN_WBEM_COMPLETE, +WBEM_FLAG_RETURN_IMMEDIATELY,
                                     +WBEM_FLAG_FORWARD_ONLY, +WBEM_FLAG_NO_ERROR_OBJECT,
                                     +WBEM_FLAG_SEND_STATUS, +WBEM_FLAG_ENSURE_LOCATABLE,
                                     +WBEM_FLAG_DIRECT_READ)));
    PROVES("COM-008",
           EXPECT_EQ(std::make_tuple(0x20000, 0x100000, 0x1f000),
                     std::make_tuple(+WBEM_FLAG_USE_AMENDED_QUALIFIERS,
                                     +WBEM_FLAG_STRONG_VALIDATION, +WBEM_MASK_RESERVED_FLAGS)));
    PROVES("COM-009",
           EXPECT_EQ(std::make_tuple(1, 2, 4, 8, 0x10, 0x20),
                     std::make_tuple(+WBEM_FLAG_IGNORE_QUALIFIERS, +WBEM_FLAG_IGNORE_OBJECT_SOURCE,
                                     +WBEM_FLAG_IGNORE_DEFAULT_VALUES, +WBEM_FLAG_IGNORE_CLASS,
                                     +WBEM_FLAG_IGNORE_CASE, +WBEM_FLAG_IGNORE_FLAVOR)));
    PROVES("COM-010", EXPECT_EQ(std::make_tuple(0, 1, 2),
                                std::make_tuple(+WBEM_REQUIREMENTS_START_POSTFILTER,
                                                +WBEM_REQUIREMENTS_STOP_POSTFILTER,
                                                +WBEM_REQUIREMENTS_RECHECK_SUBSCRIPTIONS)));
    PROVES("COM-011", EXPECT_EQ(std::make_tuple(0x10000, 0x10000),
                                std::make_tuple(+WBEM_FLAG_OWNER_UPDATE, +WBEM_FLAG_ADVISORY)));
    PROVES("COM-012",
           EXPECT_EQ(std::make_tuple(0, 1, 2, 0, 0x20, 0x40, 0x10000),
                     std::make_tuple(+WBEM_FLAG_CREATE_OR_UPDATE, +WBEM_FLAG_UPDATE_ONLY,
                                     +WBEM_FLAG_CREATE_ONLY, +WBEM_FLAG_UPDATE_COMPATIBLE,
                                     +WBEM_FLAG_UPDATE_SAFE_MODE, +WBEM_FLAG_UPDATE_FORCE_MODE,
                                     +WBEM_FLAG_ADVISORY)));
    PROVES("COM-013",
           EXPECT_EQ(std::make_tuple(0x1000, 0x4000, 0x2000, 64, 1024),
                     std::make_tuple(+WBEM_MAX_IDENTIFIER, +WBEM_MAX_QUERY, +WBEM_MAX_PATH,
                                     +WBEM_MAX_OBJECT_NESTING, +WBEM_MAX_USER_PROPERTIES)));
    PROVES("COM-014", EXPECT_EQ(std::make_tuple(0u, 0xFFFFFFFFu),
                                std::make_tuple(static_cast<ULONG>(WBEM_NO_WAIT),
                                                static_cast<ULONG>(WBEM_INFINITE))));
    PROVES("COM-015", EXPECT_EQ(std::make_tuple(0xfff, 0, 16, 17, 2, 18, 3, 19, 20, 21),
                                std::make_tuple(+CIM_ILLEGAL, +CIM_EMPTY, +CIM_SINT8, +CIM_UINT8,
                                                +CIM_SINT16, +CIM_UINT16, +CIM_SINT32, +CIM_UINT32,
                                                +CIM_SINT64, +CIM_UINT64)));
    PROVES("COM-015", EXPECT_EQ(std::make_tuple(4, 5, 11, 8, 101, 102, 103, 13, 0x2000),
                                std::make_tuple(+CIM_REAL32, +CIM_REAL64, +CIM_BOOLEAN, +CIM_STRING,
                                                +CIM_DATETIME, +CIM_REFERENCE, +CIM_CHAR16,
                                                +CIM_OBJECT, +CIM_FLAG_ARRAY)));
}

}  // namespace
}  // namespace openwmi::com
