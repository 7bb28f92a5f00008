#include "wbem/context.h"

#include <gtest/gtest.h>

#include "support/proves.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using Names = std::vector<std::string>;

HRESULT set(const com::Ptr<IWbemContext>& context, const wchar_t* name, const com::Variant& value) {
    return context->SetValue(name, 0, value.in());
}
std::string text(const com::Ptr<IWbemContext>& context, const wchar_t* name) {
    com::Variant value;
    const HRESULT hr = context->GetValue(name, 0, value.put());
    return SUCCEEDED(hr) ? value.as<std::string>() : std::string(symbol(static_cast<Status>(hr)));
}
Names names(const com::Ptr<IWbemContext>& context) {
    SAFEARRAY* array = nullptr;
    EXPECT_EQ(context->GetNames(0, &array), WBEM_S_NO_ERROR);
    return testing::strings(array);
}

TEST(Context, KeepsNamedValues) {
    const auto context = make_context();
    PROVES("COM-157", EXPECT_EQ(set(context, L"Locale", com::Variant("MS_409")), WBEM_S_NO_ERROR));
    EXPECT_EQ(set(context, L"Depth", com::Variant(3)), WBEM_S_NO_ERROR);
    PROVES("COM-157", EXPECT_EQ(text(context, L"locale"), "MS_409"));
    EXPECT_EQ(set(context, L"LOCALE", com::Variant("MS_407")), WBEM_S_NO_ERROR);
    EXPECT_EQ(text(context, L"Locale"), "MS_407");
    PROVES("COM-157", EXPECT_EQ(names(context).size(), 2u));
    PROVES("COM-157", EXPECT_EQ(context->DeleteValue(L"Depth", 0), WBEM_S_NO_ERROR));
    EXPECT_EQ(context->DeleteValue(L"Depth", 0), WBEM_E_NOT_FOUND);
    PROVES("COM-157", EXPECT_EQ(text(context, L"Depth"), "WBEM_E_NOT_FOUND"));
    PROVES("COM-157", EXPECT_EQ(context->DeleteAll(), WBEM_S_NO_ERROR));
    PROVES("COM-157", EXPECT_EQ(names(context), Names()));
    PROVES("COM-002",
           EXPECT_EQ(context->SetValue(L"X", 1, com::Variant(1).in()), WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(context->SetValue(L"X", 0, nullptr), WBEM_E_INVALID_PARAMETER);
}

TEST(Context, IsClonedApart) {
    const auto context = make_context();
    set(context, L"A", com::Variant("1"));
    com::Ptr<IWbemContext> copy;
    PROVES("COM-157", ASSERT_EQ(context->Clone(copy.put()), WBEM_S_NO_ERROR));
    set(copy, L"A", com::Variant("2"));
    PROVES("COM-157", EXPECT_EQ(text(context, L"A"), "1"));
    PROVES("COM-157", EXPECT_EQ(text(copy, L"A"), "2"));
}

TEST(Context, CopiesObjects) {
    const auto context = make_context();
    const auto object = testing::spawn(testing::device());
    testing::put(object.get(), L"Id", com::Variant("first"));
    set(context, L"Object", com::Variant(object));
    testing::put(object.get(), L"Id", com::Variant("second"));
    com::Variant value;
    ASSERT_EQ(context->GetValue(L"Object", 0, value.put()), WBEM_S_NO_ERROR);
    const auto held = value.as<com_ptr<IUnknown>>().query<IWbemClassObject>();
    ASSERT_TRUE(held);
    PROVES("COM-157", EXPECT_EQ(testing::text(held.get(), L"Id"), "first"));
}

TEST(Context, IsEnumerated) {
    const auto context = make_context();
    set(context, L"A", com::Variant("1"));
    set(context, L"Gone", com::Variant("2"));
    set(context, L"B", com::Variant("3"));
    bstr name;
    com::Variant value;
    EXPECT_EQ(context->Next(0, name.put(), value.put()), WBEM_E_UNEXPECTED);
    PROVES("COM-157", ASSERT_EQ(context->BeginEnumeration(0), WBEM_S_NO_ERROR));
    context->DeleteValue(L"Gone", 0);
    Names seen;
    while (context->Next(0, name.put(), value.put()) == WBEM_S_NO_ERROR) {
        seen.push_back(name.utf8() + "=" + value.as<std::string>());
    }
    PROVES("COM-157", EXPECT_EQ(seen, (Names{"A=1", "B=3"})));
    EXPECT_EQ(context->Next(0, name.put(), value.put()), WBEM_S_NO_MORE_DATA);
    PROVES("COM-157", EXPECT_EQ(context->EndEnumeration(), WBEM_S_NO_ERROR));
    PROVES("COM-157", EXPECT_EQ(context->Next(0, name.put(), value.put()), WBEM_E_UNEXPECTED));
}

}  // namespace
}  // namespace openwmi::wbem
