#include "com/safearray.h"

#include <gtest/gtest.h>

#include "com/implements.h"

namespace openwmi::com {
namespace {

class Unknown final : public Implements<IUnknown> {
  public:
    ULONG references() {
        AddRef();
        return Release();
    }
};

std::vector<Variant> variants(std::initializer_list<const char*> texts) {
    std::vector<Variant> result;
    for (const char* text : texts) result.emplace_back(text);
    return result;
}

TEST(SafeArray, has_bounds_that_include_the_upper_one) {
    SAFEARRAY* array = SafeArrayCreateVector(VT_I4, 5, 3);
    LONG bound = 0;
    EXPECT_EQ(SafeArrayGetLBound(array, 1, &bound), S_OK);
    EXPECT_EQ(bound, 5);
    EXPECT_EQ(SafeArrayGetUBound(array, 1, &bound), S_OK);
    EXPECT_EQ(bound, 7);
    EXPECT_EQ(SafeArrayGetUBound(array, 2, &bound), DISP_E_BADINDEX);
    EXPECT_EQ(SafeArrayGetUBound(array, 0, &bound), DISP_E_BADINDEX);
    EXPECT_EQ(SafeArrayGetDim(array), 1u);
    EXPECT_EQ(SafeArrayGetElemsize(array), 4u);
    VARTYPE vt = VT_EMPTY;
    EXPECT_EQ(SafeArrayGetVartype(array, &vt), S_OK);
    EXPECT_EQ(vt, VT_I4);
    EXPECT_EQ(SafeArrayDestroy(array), S_OK);
}

TEST(SafeArray, refuses_an_index_outside) {
    SAFEARRAY* array = SafeArrayCreateVector(VT_I4, 5, 3);
    LONG value = 1;
    for (LONG index : {4, 8, -1}) {
        EXPECT_EQ(SafeArrayPutElement(array, &index, &value), DISP_E_BADINDEX) << index;
        EXPECT_EQ(SafeArrayGetElement(array, &index, &value), DISP_E_BADINDEX) << index;
    }
    SafeArrayDestroy(array);
}

TEST(SafeArray, varies_the_first_dimension_fastest) {
    SAFEARRAYBOUND bounds[] = {{2, 0}, {3, 1}};
    SAFEARRAY* array = SafeArrayCreate(VT_I4, 2, bounds);
    for (LONG row = 0; row < 2; ++row) {
        for (LONG column = 1; column < 4; ++column) {
            LONG indices[] = {row, column};
            LONG value = row * 10 + column;
            EXPECT_EQ(SafeArrayPutElement(array, indices, &value), S_OK);
        }
    }
    LONG* data = nullptr;
    ASSERT_EQ(SafeArrayAccessData(array, reinterpret_cast<void**>(&data)), S_OK);
    EXPECT_EQ(std::vector<LONG>(data, data + 6), (std::vector<LONG>{1, 11, 2, 12, 3, 13}));
    EXPECT_EQ(SafeArrayUnaccessData(array), S_OK);
    LONG lower = 0;
    EXPECT_EQ(SafeArrayGetLBound(array, 2, &lower), S_OK);
    EXPECT_EQ(lower, 1);
    SafeArrayDestroy(array);
}

TEST(SafeArray, owns_the_strings_and_objects_in_it) {
    const com_ptr<Unknown> object = make<Unknown>();
    SAFEARRAY* array = SafeArrayCreateVector(VT_UNKNOWN, 0, 2);
    LONG index = 0;
    EXPECT_EQ(SafeArrayPutElement(array, &index, object.get()), S_OK);
    EXPECT_EQ(SafeArrayPutElement(array, &index, object.get()), S_OK) << "the old one is released";
    EXPECT_EQ(object->references(), 2u);
    SAFEARRAY* copy = nullptr;
    EXPECT_EQ(SafeArrayCopy(array, &copy), S_OK);
    EXPECT_EQ(object->references(), 3u);
    com_ptr<IUnknown> taken;
    EXPECT_EQ(SafeArrayGetElement(copy, &index, taken.put()), S_OK);
    EXPECT_EQ(object->references(), 4u);
    SafeArrayDestroy(array);
    SafeArrayDestroy(copy);
    EXPECT_EQ(object->references(), 2u);
}

TEST(SafeArray, of_variants_copies_them) {
    SAFEARRAY* array = SafeArrayCreateVector(VT_VARIANT, 0, 1);
    LONG index = 0;
    Variant text("text");
    EXPECT_EQ(SafeArrayPutElement(array, &index, text.in()), S_OK);
    EXPECT_EQ(SafeArrayPutElement(array, &index, text.in()), S_OK);
    Variant result;
    EXPECT_EQ(SafeArrayGetElement(array, &index, result.put()), S_OK);
    EXPECT_EQ(result.as<std::string>(), "text");
    EXPECT_NE(result.get().bstrVal, text.get().bstrVal);
    SafeArrayDestroy(array);
}

TEST(SafeArray, is_not_destroyed_or_resized_while_its_data_is_in_use) {
    SAFEARRAY* array = SafeArrayCreateVector(VT_I4, 0, 1);
    void* data = nullptr;
    ASSERT_EQ(SafeArrayAccessData(array, &data), S_OK);
    SAFEARRAYBOUND bound = {5, 0};
    EXPECT_EQ(SafeArrayDestroy(array), DISP_E_ARRAYISLOCKED);
    EXPECT_EQ(SafeArrayRedim(array, &bound), DISP_E_ARRAYISLOCKED);
    EXPECT_EQ(SafeArrayUnaccessData(array), S_OK);
    EXPECT_EQ(SafeArrayUnaccessData(array), E_UNEXPECTED);
    EXPECT_EQ(SafeArrayDestroy(array), S_OK);
}

TEST(SafeArray, grows_and_shrinks_at_its_end) {
    auto array = make_array(VT_BSTR, variants({"one", "two", "three"}));
    ASSERT_TRUE(array);
    SAFEARRAYBOUND bound = {1, 0};
    ASSERT_EQ(SafeArrayRedim(array->get().parray, &bound), S_OK);
    bound.cElements = 2;
    ASSERT_EQ(SafeArrayRedim(array->get().parray, &bound), S_OK);
    const auto elements = elements_of(array->get().parray);
    ASSERT_TRUE(elements);
    ASSERT_EQ(elements->size(), 2u);
    EXPECT_EQ((*elements)[0].as<std::string>(), "one");
    EXPECT_EQ((*elements)[1].get().bstrVal, nullptr);
}

TEST(SafeArray, empty_and_impossible_sizes) {
    const auto empty = make_array(VT_I4, {});
    ASSERT_TRUE(empty);
    LONG upper = 0;
    EXPECT_EQ(SafeArrayGetUBound(empty->get().parray, 1, &upper), S_OK);
    EXPECT_EQ(upper, -1);
    EXPECT_EQ(SafeArrayCreateVector(VT_R8, 0, 0xFFFFFFFF), nullptr);
    EXPECT_EQ(SafeArrayCreateVector(VT_UI1, 0x7FFFFFFF, 2), nullptr)
        << "the upper bound has no LONG";
    EXPECT_EQ(SafeArrayCreateVector(VT_EMPTY, 0, 1), nullptr);
    EXPECT_EQ(SafeArrayCreate(VT_I4, 0, nullptr), nullptr);
    EXPECT_EQ(SafeArrayDestroy(nullptr), S_OK);
}

TEST(SafeArray, elements_are_variants_of_their_type) {
    std::vector<Variant> mixed;
    mixed.emplace_back(1);
    mixed.emplace_back("two");
    EXPECT_FALSE(make_array(VT_I4, mixed));
    const auto array = make_array(VT_VARIANT, mixed);
    ASSERT_TRUE(array);
    const auto elements = elements_of(array->get().parray);
    ASSERT_TRUE(elements);
    EXPECT_EQ((*elements)[0].type(), VT_I4);
    EXPECT_EQ((*elements)[1].as<std::string>(), "two");

    SAFEARRAYBOUND bounds[] = {{1, 0}, {1, 0}};
    SAFEARRAY* plane = SafeArrayCreate(VT_I4, 2, bounds);
    EXPECT_EQ(elements_of(plane).error().status, Status::TypeMismatch);
    SafeArrayDestroy(plane);
    EXPECT_TRUE(elements_of(nullptr)->empty());
}

}  // namespace
}  // namespace openwmi::com
