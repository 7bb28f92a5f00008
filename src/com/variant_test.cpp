#include "com/variant.h"

#include <gtest/gtest.h>

#include <limits>

#include "com/implements.h"
#include "support/proves.h"

namespace openwmi::com {
namespace {

class Unknown final : public Implements<IUnknown> {
  public:
    ULONG references() {
        AddRef();
        return Release();
    }
};

TEST(Variant, has_the_type_that_wmi_uses_for_the_cim_type) {
    const struct {
        Variant value;
        VARTYPE type;
    } rows[] = {
        {Variant(std::int8_t{-5}), VT_I2},
        {Variant(std::int16_t{-5}), VT_I2},
        {Variant(std::int32_t{-5}), VT_I4},
        {Variant(std::int64_t{-5}), VT_BSTR},
        {Variant(1.5f), VT_R4},
        {Variant(1.5), VT_R8},
        {Variant(std::uint8_t{5}), VT_UI1},
        {Variant(std::uint16_t{5}), VT_I4},
        {Variant(std::uint32_t{5}), VT_I4},
        {Variant(std::uint64_t{5}), VT_BSTR},
        {Variant(true), VT_BOOL},
        {Variant("text"), VT_BSTR},
        {Variant(com_ptr<IUnknown>()), VT_UNKNOWN},
    };
    for (const auto& row : rows) PROVES("COM-016", EXPECT_EQ(row.value.type(), row.type));
    PROVES("COM-016", EXPECT_EQ(Variant(true).get().boolVal, -1));
    PROVES("COM-017", EXPECT_EQ(Variant(0.1).type(), VT_R8));
}

TEST(Variant, gives_back_what_was_put_in) {
    EXPECT_EQ(Variant(std::uint32_t{0xFFFFFFFF}).as<std::uint32_t>(), 0xFFFFFFFF);
    EXPECT_EQ(Variant(std::uint32_t{0xFFFFFFFF}).get().lVal, -1);
    EXPECT_EQ(Variant(std::numeric_limits<std::uint64_t>::max()).as<std::uint64_t>(),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(Variant(std::numeric_limits<std::int64_t>::min()).as<std::int64_t>(),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(Variant("gr\xC3\xBC").as<std::string>(), "gr\xC3\xBC");
    EXPECT_TRUE(Variant(true).as<bool>());
    EXPECT_THROW(Variant(300).as<std::uint8_t>(), openwmi::error);
    EXPECT_THROW(Variant::null().as<int>(), openwmi::error);
}

TEST(Variant, copies_own_what_they_hold) {
    const com_ptr<Unknown> object = make<Unknown>();
    {
        const Variant first(object);
        // On purpose. NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
        const Variant second = first;
        EXPECT_EQ(object->references(), 3u);
        VARIANT reference = first.get();
        reference.vt = VT_UNKNOWN | VT_BYREF;
        reference.ppunkVal = &first.in()->punkVal;
        Variant copied;
        EXPECT_EQ(VariantCopyInd(copied.put(), &reference), S_OK);
        EXPECT_EQ(copied.type(), VT_UNKNOWN);
        EXPECT_EQ(object->references(), 4u);
    }
    EXPECT_EQ(object->references(), 1u);
}

TEST(Variant, clear_refuses_a_type_that_does_not_exist) {
    VARIANT value;
    VariantInit(&value);
    value.vt = 77;
    EXPECT_EQ(VariantClear(&value), DISP_E_BADVARTYPE);
    value.vt = VT_RECORD;
    EXPECT_EQ(VariantClear(&value), DISP_E_BADVARTYPE);
    value.vt = VT_VARIANT;
    EXPECT_EQ(VariantClear(&value), DISP_E_BADVARTYPE);
}

TEST(Variant, clear_of_a_reference_leaves_what_it_refers_to) {
    BSTR text = SysAllocString(L"kept");
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_BSTR | VT_BYREF;
    value.pbstrVal = &text;
    EXPECT_EQ(VariantClear(&value), S_OK);
    EXPECT_STREQ(text, L"kept");
    SysFreeString(text);
}

struct Change {
    Variant from;
    VARTYPE to;
    const char* text;  // of the result, or null for a failure
    HRESULT hr = S_OK;
};

TEST(Variant, change_type_follows_the_table) {
    const Change rows[] = {
        {Variant("42"), VT_I4, "42"},
        {Variant(" +7 "), VT_I2, "7"},
        {Variant("-9223372036854775808"), VT_I8, "-9223372036854775808"},
        {Variant("18446744073709551615"), VT_UI8, "18446744073709551615"},
        {Variant("18446744073709551616"), VT_UI8, nullptr, DISP_E_OVERFLOW},
        {Variant("2.5"), VT_I4, "2"},
        {Variant("3.5"), VT_I4, "4"},
        {Variant("1e3"), VT_R8, "1000"},
        {Variant("nan"), VT_R8, nullptr, DISP_E_TYPEMISMATCH},
        {Variant("4 2"), VT_I4, nullptr, DISP_E_TYPEMISMATCH},
        {Variant(""), VT_I4, nullptr, DISP_E_TYPEMISMATCH},
        {Variant("True"), VT_BOOL, "-1"},
        {Variant(70000), VT_I2, nullptr, DISP_E_OVERFLOW},
        {Variant(-1), VT_UI4, nullptr, DISP_E_OVERFLOW},
        {Variant(-1), VT_UI1, nullptr, DISP_E_OVERFLOW},
        {Variant(1.0e300), VT_R4, nullptr, DISP_E_OVERFLOW},
        {Variant(1.0e300), VT_I8, nullptr, DISP_E_OVERFLOW},
        {Variant(0.1), VT_BSTR, "0.1"},
        {Variant(1e20), VT_BSTR, "1E+20"},
        {Variant(true), VT_I4, "-1"},
        {Variant(2), VT_BOOL, "-1"},
        {Variant(), VT_I4, "0"},
        {Variant(), VT_BSTR, ""},
        {Variant::null(), VT_I4, nullptr, DISP_E_TYPEMISMATCH},
        {Variant::null(), VT_BSTR, nullptr, DISP_E_TYPEMISMATCH},
        {Variant(1), VT_NULL, nullptr, DISP_E_TYPEMISMATCH},
        {Variant(1), VT_DATE, nullptr, DISP_E_TYPEMISMATCH},
        {Variant(1), VT_UNKNOWN, nullptr, DISP_E_TYPEMISMATCH},
        {Variant(std::vector<int>{1}), VT_BSTR, nullptr, DISP_E_TYPEMISMATCH},
        {Variant(1), 99, nullptr, DISP_E_BADVARTYPE},
    };
    for (const Change& row : rows) {
        SCOPED_TRACE(row.text ? row.text : "failure");
        Variant result;
        EXPECT_EQ(VariantChangeType(result.put(), row.from.in(), 0, row.to), row.hr);
        if (!row.text) continue;
        EXPECT_EQ(result.type(), row.to);
        Variant text;
        ASSERT_EQ(VariantChangeType(text.put(), result.in(), 0, VT_BSTR), S_OK);
        EXPECT_EQ(text.as<std::string>(), row.text);
    }
}

TEST(Variant, change_type_works_in_place) {
    Variant value("12");
    ASSERT_EQ(VariantChangeType(value.in(), value.in(), 0, VT_I4), S_OK);
    EXPECT_EQ(value.get().lVal, 12);
    ASSERT_EQ(VariantChangeType(value.in(), value.in(), VARIANT_ALPHABOOL, VT_BOOL), S_OK);
    EXPECT_EQ(value.as<std::string>(), "True");
}

TEST(Variant, vectors_become_arrays_and_come_back) {
    const std::vector<std::string> words = {"one", "", "gr\xC3\xBC"};
    const Variant array(words);
    EXPECT_EQ(array.type(), VT_ARRAY | VT_BSTR);
    EXPECT_EQ(Variant(array).as_vector<std::string>(), words);
    EXPECT_EQ(Variant(std::vector<std::uint32_t>{1, 0xFFFFFFFF}).as_vector<std::uint32_t>(),
              (std::vector<std::uint32_t>{1, 0xFFFFFFFF}));
    EXPECT_EQ(Variant(std::vector<bool>{true, false}).as_vector<bool>(),
              (std::vector<bool>{true, false}));
    EXPECT_EQ(Variant(std::vector<std::uint64_t>{1}).type(), VT_ARRAY | VT_BSTR);
    EXPECT_TRUE(Variant::null().as_vector<int>().empty());
    EXPECT_EQ(Variant(7).as_vector<int>(), std::vector<int>{7});
    const com_ptr<Unknown> object = make<Unknown>();
    EXPECT_EQ(
        Variant(std::vector<com_ptr<Unknown>>{object}).as_vector<com_ptr<IUnknown>>().front().get(),
        object.get());
    EXPECT_EQ(object->references(), 1u);
}

}  // namespace
}  // namespace openwmi::com
