#include "wbem/variant.h"

#include <gtest/gtest.h>

#include "com/safearray.h"
#include "support/proves.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using testing::CimType;

com::Variant of_type(VARTYPE vt, std::int64_t bits) {
    VARIANT variant;
    VariantInit(&variant);
    variant.vt = vt;
    variant.llVal = bits;
    return com::Variant::adopt(variant);
}

struct Mapping {
    cim::Type type;
    cim::Value value;
    VARTYPE vartype;
};

TEST(Variant, HasTheTypeThatCimTypesAreMappedTo) {
    const std::vector<Mapping> mappings = {
        {{CimType::Sint8}, -128, VT_I2},
        {{CimType::Sint16}, -32768, VT_I2},
        {{CimType::Sint32}, -5, VT_I4},
        {{CimType::Sint64}, std::int64_t{-1} << 40, VT_BSTR},
        {{CimType::Real32}, 1.5, VT_R4},
        {{CimType::Real64}, 0.1, VT_R8},
        {{CimType::Uint8}, 255u, VT_UI1},
        {{CimType::Uint16}, 65535u, VT_I4},
        {{CimType::Uint32}, 4294967295u, VT_I4},
        {{CimType::Uint64}, ~std::uint64_t{0}, VT_BSTR},
        {{CimType::Boolean}, true, VT_BOOL},
        {{CimType::Char16}, 0xFFFEu, VT_I2},
        {{CimType::String}, "grüße", VT_BSTR},
        {{CimType::Datetime}, "20240102030405.000000+060", VT_BSTR},
        {{CimType::Reference}, "Device.Id=\"a\"", VT_BSTR},
        {{CimType::Sint8, true}, cim::Integers{1, -1}, VT_ARRAY | VT_I2},
        {{CimType::Uint8, true}, cim::Unsigneds{1, 255}, VT_ARRAY | VT_UI1},
        {{CimType::Uint32, true}, cim::Unsigneds{1, 4294967295}, VT_ARRAY | VT_I4},
        {{CimType::Uint64, true}, cim::Unsigneds{1, ~std::uint64_t{0}}, VT_ARRAY | VT_BSTR},
        {{CimType::Boolean, true}, cim::Booleans{true, false}, VT_ARRAY | VT_BOOL},
        {{CimType::String, true}, cim::Strings{"a", ""}, VT_ARRAY | VT_BSTR},
        {{CimType::String, true}, cim::Strings{}, VT_ARRAY | VT_BSTR},
    };
    for (const Mapping& mapping : mappings) {
        com::Variant variant;
        const auto put = put_variant(mapping.value, mapping.type, variant.put());
        ASSERT_TRUE(put) << put.error().message;
        PROVES("COM-016", EXPECT_EQ(variant.type(), mapping.vartype)
                              << cim::keyword(mapping.type.element));
        const auto back = value_of(variant.get(), mapping.type);
        ASSERT_TRUE(back) << back.error().message;
        PROVES("COM-016", EXPECT_EQ(*back, mapping.value) << cim::keyword(mapping.type.element));
    }
}

TEST(Variant, SaysTrueAsMinusOneAndNullAsNull) {
    com::Variant variant;
    ASSERT_TRUE(put_variant(true, {CimType::Boolean}, variant.put()));
    PROVES("COM-016", EXPECT_EQ(variant.get().boolVal, -1));
    ASSERT_TRUE(put_variant({}, {CimType::Uint32}, variant.put()));
    EXPECT_EQ(variant.type(), VT_NULL);
    EXPECT_TRUE(value_of(variant.get(), {CimType::Uint32})->is_null());
    EXPECT_TRUE(value_of(com::Variant().get(), {CimType::Uint32})->is_null());
}

TEST(Variant, CarriesObjectsAsCopies) {
    const auto instance = cim::InstanceBuilder(testing::disk()).build();
    com::Variant variant;
    ASSERT_TRUE(put_variant(cim::Value(instance), {CimType::Object}, variant.put()));
    PROVES("COM-016", EXPECT_EQ(variant.type(), VT_UNKNOWN));
    const auto held = com::Ptr<IUnknown>(variant.get().punkVal).query<IWbemClassObject>();
    const auto taken = value_of(variant.get(), {CimType::Object});
    ASSERT_TRUE(taken) << taken.error().message;
    testing::put(held.get(), L"Speed", com::Variant(9u));
    const auto* copy = taken->get<cim::ObjectPtr>()->as_instance();
    PROVES("COM-140", EXPECT_EQ(copy->find("Speed"), cim::Value(7u)));
}

TEST(Variant, CarriesArraysOfObjects) {
    const auto first = cim::InstanceBuilder(testing::disk()).build();
    const auto second = cim::InstanceBuilder(testing::device()).build();
    const cim::Value value(cim::Objects{first, second});
    com::Variant variant;
    ASSERT_TRUE(put_variant(value, {CimType::Object, true}, variant.put()));
    PROVES("COM-016", EXPECT_EQ(variant.type(), VT_ARRAY | VT_UNKNOWN));
    const auto back = value_of(variant.get(), {CimType::Object, true});
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, value);

    const com::Variant nothing(static_cast<IUnknown*>(nullptr));
    EXPECT_TRUE(value_of(nothing.get(), {CimType::Object})->is_null());
    const auto hole = com::make_array(VT_UNKNOWN, {&nothing, 1});
    ASSERT_TRUE(hole);
    EXPECT_EQ(value_of(hole->get(), {CimType::Object, true}).error().status, Status::TypeMismatch);
}

struct Coercion {
    cim::Type type;
    com::Variant given;
    cim::Value value;  // NULL: refused
    Status refusal = Status::TypeMismatch;
};

TEST(Variant, IsTakenWhereTheDocumentationTakesIt) {
    const std::vector<Coercion> coercions = {
        {{CimType::Uint32}, of_type(VT_I4, -1), 4294967295u},
        {{CimType::Uint32}, com::Variant(7.0), 7u},
        {{CimType::Uint32}, of_type(VT_I2, 7), {}},
        {{CimType::Uint32}, com::Variant("7"), {}},
        {{CimType::Uint32}, com::Variant(-7.0), {}, Status::ValueOutOfRange},
        {{CimType::Sint32}, of_type(VT_UI4, 7), 7},
        {{CimType::Uint16}, of_type(VT_I4, 65536), {}, Status::ValueOutOfRange},
        {{CimType::Sint8}, of_type(VT_I2, 128), {}, Status::ValueOutOfRange},
        {{CimType::Boolean}, of_type(VT_I4, 1), {}},
        {{CimType::String}, of_type(VT_I4, 1), {}},
        {{CimType::Datetime}, com::Variant("tomorrow"), {}},
        {{CimType::Real32}, com::Variant(0.5), 0.5},
        {{CimType::Sint64},
         com::Variant("-9223372036854775808"),
         std::numeric_limits<std::int64_t>::min()},
        {{CimType::Sint64}, of_type(VT_I4, 5), {}},
        {{CimType::Sint64}, com::Variant(5.0), {}},
        {{CimType::Sint64}, com::Variant("five"), {}},
        {{CimType::Uint64}, com::Variant("18446744073709551616"), {}, Status::ValueOutOfRange},
        {{CimType::Uint32, true}, com::Variant(std::vector<double>{1, 2}), {}},
        {{CimType::Uint32}, com::Variant(std::vector<std::int32_t>{1}), {}},
        {{CimType::Uint32, true}, com::Variant(std::int32_t{1}), {}},
        {{CimType::Object}, com::Variant("x"), {}},
    };
    for (const Coercion& coercion : coercions) {
        const auto value = value_of(coercion.given.get(), coercion.type);
        const auto what =
            fmt::format("{} from {}", cim::keyword(coercion.type.element), coercion.given.type());
        if (coercion.value.is_null()) {
            PROVES("COM-140", EXPECT_FALSE(value) << what);
            if (value) continue;
            EXPECT_EQ(value.error().status, coercion.refusal) << what;
        } else {
            ASSERT_TRUE(value) << what << ": " << value.error().message;
            PROVES("COM-140", EXPECT_EQ(*value, coercion.value) << what);
        }
    }
}

TEST(Variant, Of64BitsIsTextInEitherNotation) {
    for (const char* given : {"255", "0xFF", "0xff"}) {
        const auto value = value_of(com::Variant(given).get(), {CimType::Uint64});
        PROVES("OD-098", ASSERT_TRUE(value); EXPECT_EQ(*value, cim::Value(255u)) << given);
        com::Variant back;
        ASSERT_TRUE(put_variant(*value, {CimType::Uint64}, back.put()));
        PROVES("OD-098", EXPECT_EQ(back.as<std::string>(), "255"));
    }
}

TEST(Variant, OfNoElementsSuitsEveryArray) {
    const auto empty = com::make_array(VT_VARIANT, {});
    ASSERT_TRUE(empty);
    for (const CimType type : {CimType::Uint8, CimType::Sint64, CimType::Real32, CimType::Boolean,
                               CimType::String, CimType::Datetime, CimType::Object}) {
        const auto value = value_of(empty->get(), {type, true});
        PROVES("COM-180", ASSERT_TRUE(value); EXPECT_TRUE(value->is_array()) << cim::keyword(type));
        EXPECT_EQ(value->array_size(), 0u);
    }
}

TEST(Variant, ByReferenceIsFollowed) {
    com::Variant held(std::int32_t{5});
    VARIANT reference;
    VariantInit(&reference);
    reference.vt = VT_BYREF | VT_VARIANT;
    reference.pvarVal = held.in();
    const auto value = value_of(reference, {CimType::Sint32});
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(*value, cim::Value(5));
}

}  // namespace
}  // namespace openwmi::wbem
