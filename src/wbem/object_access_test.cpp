#include <gtest/gtest.h>

#include <thread>

#include "support/allocations.h"
#include "support/proves.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using cim::CimType;

struct Handle {
    LONG number = 0;
    CIMTYPE type = 0;
};

com::Ptr<IWbemObjectAccess> access(const com::Ptr<IWbemClassObject>& object) {
    auto result = object.query<IWbemObjectAccess>();
    EXPECT_TRUE(result);
    return result;
}

Handle handle(const com::Ptr<IWbemObjectAccess>& object, const wchar_t* name) {
    Handle result;
    EXPECT_EQ(object->GetPropertyHandle(name, &result.type, &result.number), WBEM_S_NO_ERROR);
    return result;
}

// One property of each type that has handles: P<number of the type>.
cim::ClassPtr every_type() {
    cim::ClassDeclaration declaration;
    declaration.name = "EveryType";
    for (const auto type : {CimType::Sint8, CimType::Uint8, CimType::Sint16, CimType::Uint16,
                            CimType::Sint32, CimType::Uint32, CimType::Sint64, CimType::Uint64,
                            CimType::Real32, CimType::Real64, CimType::Boolean, CimType::Char16,
                            CimType::String, CimType::Datetime, CimType::Reference}) {
        const auto name = fmt::format("P{}", static_cast<int>(type));
        declaration.properties.push_back(testing::property(name.c_str(), {type}));
    }
    return testing::derive(std::move(declaration));
}

template <class T>
HRESULT write(const com::Ptr<IWbemObjectAccess>& object, Handle to, T value) {
    return object->WritePropertyValue(to.number, sizeof value, reinterpret_cast<BYTE*>(&value));
}
HRESULT write_text(const com::Ptr<IWbemObjectAccess>& object, Handle to, std::wstring text) {
    return object->WritePropertyValue(to.number, static_cast<LONG>(text.size() * sizeof(wchar_t)),
                                      reinterpret_cast<const BYTE*>(text.data()));
}

TEST(ObjectAccess, IsTheSameObject) {
    const auto object = testing::spawn(testing::disk());
    const auto fast = access(object);
    PROVES("COM-174",
           EXPECT_EQ(fast->WriteDWORD(handle(fast, L"Speed").number, 9), WBEM_S_NO_ERROR));
    EXPECT_EQ(testing::text(object.get(), L"Speed"), "9");
    const auto back = fast.query<IWbemClassObject>();
    EXPECT_EQ(back.get(), object.get());
    EXPECT_EQ(testing::put(back.get(), L"Speed", com::Variant(11)), WBEM_S_NO_ERROR);
    DWORD speed = 0;
    PROVES("COM-174",
           EXPECT_EQ(fast->ReadDWORD(handle(fast, L"Speed").number, &speed), WBEM_S_NO_ERROR));
    EXPECT_EQ(speed, 11U);
}

TEST(ObjectAccess, AHandleHoldsForEveryInstanceOfTheClassAndItsSubclasses) {
    const auto of_class = access(make_object(testing::device()));
    const Handle speed = handle(of_class, L"speed");
    EXPECT_EQ(speed.type, CIM_UINT32);
    for (const auto& cls : {testing::device(), testing::disk()}) {
        const auto instance = access(testing::spawn(cls));
        PROVES("COM-174", EXPECT_EQ(instance->WriteDWORD(speed.number, 77), WBEM_S_NO_ERROR));
        EXPECT_EQ(testing::text(instance.get(), L"Speed"), "77");
        bstr name;
        CIMTYPE type = 0;
        PROVES("COM-174",
               EXPECT_EQ(instance->GetPropertyInfoByHandle(speed.number, name.put(), &type),
                         WBEM_S_NO_ERROR));
        EXPECT_EQ(name.utf8(), "Speed");
        EXPECT_EQ(type, CIM_UINT32);
    }
    const auto other = access(testing::spawn(every_type()));
    EXPECT_EQ(other->WriteDWORD(speed.number, 1), WBEM_E_INVALID_PARAMETER);
}

TEST(ObjectAccess, GivesNoHandleForWhatHasNoBytes) {
    const auto object = access(testing::spawn(testing::disk()));
    CIMTYPE type = 0;
    LONG number = 0;
    EXPECT_EQ(object->GetPropertyHandle(L"Labels", &type, &number), WBEM_E_NOT_SUPPORTED);
    EXPECT_EQ(object->GetPropertyHandle(L"Inner", &type, &number), WBEM_E_NOT_SUPPORTED);
    EXPECT_EQ(object->GetPropertyHandle(L"Nothing", &type, &number), WBEM_E_NOT_FOUND);
    EXPECT_EQ(object->GetPropertyHandle(L"__PATH", &type, &number), WBEM_E_SYSTEM_PROPERTY);
    EXPECT_EQ(object->GetPropertyHandle(nullptr, &type, &number), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(object->GetPropertyHandle(L"Id", &type, nullptr), WBEM_E_INVALID_PARAMETER);
    for (const LONG bad : {0, -1, 0x7FFFFFFF}) {
        DWORD value = 0;
        EXPECT_EQ(object->ReadDWORD(bad, &value), WBEM_E_INVALID_PARAMETER) << bad;
        EXPECT_EQ(object->GetPropertyInfoByHandle(bad, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
    }
}

TEST(ObjectAccess, WritesAndReadsEveryType) {
    const auto object = access(testing::spawn(every_type()));
    const auto check = [&](const wchar_t* name, auto value, const char* text) {
        const Handle h = handle(object, name);
        EXPECT_EQ(write(object, h, value), WBEM_S_NO_ERROR) << text;
        EXPECT_EQ(testing::text(object.get(), name), text);
        LONG size = 0;
        decltype(value) read{};
        EXPECT_EQ(
            object->ReadPropertyValue(h.number, sizeof read, &size, reinterpret_cast<BYTE*>(&read)),
            WBEM_S_NO_ERROR);
        EXPECT_EQ(read, value);
        EXPECT_EQ(size, static_cast<LONG>(sizeof read));
    };
    check(L"P16", std::int8_t{-8}, "-8");
    check(L"P17", std::uint8_t{200}, "200");
    check(L"P2", std::int16_t{-300}, "-300");
    check(L"P18", std::uint16_t{60000}, "60000");
    check(L"P3", std::int32_t{-70000}, "-70000");
    check(L"P19", std::uint32_t{70000}, "70000");
    check(L"P20", std::int64_t{-5000000000}, "-5000000000");
    check(L"P21", std::uint64_t{18446744073709551615U}, "18446744073709551615");
    check(L"P4", 1.5F, "1.5");
    check(L"P5", 2.25, "2.25");
    check(L"P103", std::uint16_t{65}, "65");
    const Handle boolean = handle(object, L"P11");
    EXPECT_EQ(write(object, boolean, VARIANT_BOOL{VARIANT_TRUE}), WBEM_S_NO_ERROR);
    EXPECT_TRUE(testing::get(object.get(), L"P11").as<bool>());
}

TEST(ObjectAccess, TextIsMeasuredInBytes) {
    const auto object = access(testing::spawn(every_type()));
    const Handle text = handle(object, L"P8");
    const std::wstring word = L"gr\u00fc\U0001F600";
    PROVES("COM-174", EXPECT_EQ(write_text(object, text, word + L'\0'), WBEM_S_NO_ERROR));
    EXPECT_EQ(testing::get(object.get(), L"P8").as<std::string>(), to_utf8(word));
    LONG size = 0;
    BYTE small[8] = {};
    EXPECT_EQ(object->ReadPropertyValue(text.number, sizeof small, &size, small),
              WBEM_E_BUFFER_TOO_SMALL);
    ASSERT_EQ(size, static_cast<LONG>((word.size() + 1) * sizeof(wchar_t)));
    std::wstring read(word.size() + 1, L'x');
    EXPECT_EQ(
        object->ReadPropertyValue(text.number, size, &size, reinterpret_cast<BYTE*>(read.data())),
        WBEM_S_NO_ERROR);
    EXPECT_EQ(read, word + L'\0');
    EXPECT_EQ(write_text(object, text, L"no zero"), WBEM_S_NO_ERROR);
    EXPECT_EQ(testing::get(object.get(), L"P8").as<std::string>(), "no zero");
    EXPECT_EQ(object->WritePropertyValue(text.number, 3, small), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(write_text(object, handle(object, L"P101"), L"no date"), WBEM_E_TYPE_MISMATCH);
}

TEST(ObjectAccess, NullIsTold) {
    const auto object = access(testing::spawn(testing::disk()));
    const Handle size = handle(object, L"Size");
    UINT64 number = 5;
    EXPECT_EQ(object->ReadQWORD(size.number, &number), WBEM_S_FALSE);
    EXPECT_EQ(number, 0U);
    LONG bytes = 5;
    EXPECT_EQ(object->ReadPropertyValue(size.number, 0, &bytes, nullptr), WBEM_S_FALSE);
    EXPECT_EQ(bytes, 0);
    EXPECT_EQ(object->WriteQWORD(size.number, 0xFFFFFFFFFFFFFFFF), WBEM_S_NO_ERROR);
    EXPECT_EQ(testing::text(object.get(), L"Size"), "-1");
}

TEST(ObjectAccess, RefusesOtherWidths) {
    const auto object = access(testing::spawn(testing::disk()));
    DWORD small = 0;
    UINT64 large = 0;
    EXPECT_EQ(object->ReadDWORD(handle(object, L"Size").number, &small), WBEM_E_TYPE_MISMATCH);
    EXPECT_EQ(object->ReadQWORD(handle(object, L"Speed").number, &large), WBEM_E_TYPE_MISMATCH);
    EXPECT_EQ(object->WriteQWORD(handle(object, L"Id").number, 1), WBEM_E_TYPE_MISMATCH);
    EXPECT_EQ(write(object, handle(object, L"Size"), std::int32_t{1}), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(object->ReadDWORD(handle(object, L"Speed").number, nullptr),
              WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(object->WritePropertyValue(handle(object, L"Speed").number, 4, nullptr),
              WBEM_E_INVALID_PARAMETER);
}

TEST(ObjectAccess, AWriteOfAFixedTypeAllocatesNothing) {
    const auto object = access(testing::spawn(testing::disk()));
    const LONG speed = handle(object, L"Speed").number;
    const LONG size = handle(object, L"Size").number;
    ASSERT_EQ(object->WriteDWORD(speed, 1), WBEM_S_NO_ERROR);  // makes the object's own block
    DWORD read = 0;
    UINT64 read_size = 0;
    const std::size_t before = support::allocations();
    for (DWORD i = 0; i < 1000; ++i) {
        object->WriteDWORD(speed, i);
        object->WriteQWORD(size, i);
        object->ReadDWORD(speed, &read);
        object->ReadQWORD(size, &read_size);
    }
    PROVES("COM-174", EXPECT_EQ(support::allocations() - before, 0U));
    EXPECT_EQ(read, 999U);
    EXPECT_EQ(read_size, 999U);
}

TEST(ObjectAccess, AWriteIsSeenByNobodyElse) {
    const auto object = access(testing::spawn(testing::disk()));
    const LONG speed = handle(object, L"Speed").number;
    object->WriteDWORD(speed, 1);
    com::Ptr<IWbemClassObject> copy;
    ASSERT_EQ(object->Clone(copy.put()), WBEM_S_NO_ERROR);
    object->WriteDWORD(speed, 2);
    EXPECT_EQ(testing::text(copy.get(), L"Speed"), "1");
}

TEST(ObjectAccess, AClassHasItsDefaults) {
    const auto of_class = access(make_object(testing::device()));
    const LONG speed = handle(of_class, L"Speed").number;
    DWORD read = 0;
    EXPECT_EQ(of_class->ReadDWORD(speed, &read), WBEM_S_NO_ERROR);
    EXPECT_EQ(read, 5U);
    EXPECT_EQ(of_class->WriteDWORD(speed, 6), WBEM_S_NO_ERROR);
    EXPECT_EQ(testing::text(of_class.get(), L"Speed"), "6");
}

TEST(ObjectAccess, ALockedObjectBelongsToOneThread) {
    const auto object = access(testing::spawn(testing::disk()));
    EXPECT_EQ(object->Unlock(0), WBEM_E_INVALID_OPERATION);
    EXPECT_EQ(object->Lock(1), WBEM_E_INVALID_PARAMETER);
    const LONG speed = handle(object, L"Speed").number;
    object->WriteDWORD(speed, 0);
    const auto add = [&] {
        for (int i = 0; i < 500; ++i) {
            object->Lock(0);
            object->Lock(0);  // again, by the thread that has it
            DWORD value = 0;
            object->ReadDWORD(speed, &value);
            object->WriteDWORD(speed, value + 1);
            object->Unlock(0);
            object->Unlock(0);
        }
    };
    {
        const std::jthread one(add);
        const std::jthread other(add);
    }
    DWORD value = 0;
    object->ReadDWORD(speed, &value);
    PROVES("COM-174", EXPECT_EQ(value, 1000U));
    object->Lock(0);
    std::jthread([&] { EXPECT_EQ(object->Unlock(0), WBEM_E_INVALID_OPERATION); }).join();
    EXPECT_EQ(object->Unlock(0), WBEM_S_NO_ERROR);
}

}  // namespace
}  // namespace openwmi::wbem
