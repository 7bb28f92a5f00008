#include "cim/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cim/test_classes.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

using namespace test;
using enum CimType;

constexpr Type one(CimType type) {
    return {type, false};
}
constexpr Type many(CimType type) {
    return {type, true};
}
const double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Value, EqualsOnlyTheVerySame) {
    EXPECT_EQ(Value(), Value());
    EXPECT_EQ(Value(5), Value(std::int64_t{5}));
    EXPECT_FALSE(Value(5) == Value(5U)) << "another family";
    EXPECT_FALSE(Value(5) == Value(5.0));
    EXPECT_FALSE(Value("a") == Value("A"));
    EXPECT_EQ(Value(nan), Value(nan)) << "a reading that stays the same has not changed";
    EXPECT_EQ(Value(Reals{1, nan}), Value(Reals{1, nan}));
    EXPECT_FALSE(Value(Integers{1}) == Value(Integers{1, 2}));
    EXPECT_FALSE(Value(Integers{1}) == Value(1));
}

TEST(Value, ObjectsCompareByContent) {
    const auto cls = make_class("C", {property("A", Sint32, Value(1)), property("B", String)});
    const auto same_again =
        make_class("c", {property("b", String), property("a", Sint32, Value(1))});
    const auto a = make_instance(cls, {{"B", Value("x")}});
    EXPECT_EQ(Value(a), Value(make_instance(cls, {{"B", Value("x")}})));
    EXPECT_EQ(Value(a), Value(make_instance(cls, {{"A", Value(1)}, {"B", Value("x")}})))
        << "a default and the same value set";
    EXPECT_EQ(Value(a), Value(make_instance(same_again, {{"B", Value("x")}})));
    EXPECT_FALSE(Value(a) == Value(make_instance(cls, {{"B", Value("y")}})));
    EXPECT_FALSE(Value(a) == Value(make_instance(make_class("D", {}))));
    EXPECT_FALSE(Value(a) == Value(cls));
    EXPECT_FALSE(Value(a) == Value(a->with_projection({true, false})));
    EXPECT_EQ(Value(Objects{a, cls}), Value(Objects{a, cls}));
    EXPECT_TRUE(Value(InstancePtr()).is_null());
}

TEST(Value, KnowsItsNaturalType) {
    const struct {
        Value value;
        Type expected;
    } rows[] = {{Value(), {}},
                {Value(1), one(Sint32)},
                {Value(std::int64_t{1} << 31), one(Sint64)},
                {Value(1U), one(Uint64)},
                {Value(1.0), one(Real64)},
                {Value(true), one(Boolean)},
                {Value("x"), one(String)},
                {Value(Integers{1, std::int64_t{1} << 40}), many(Sint64)},
                {Value(Integers{}), many(String)},
                {Value(Booleans{true}), many(Boolean)}};
    for (const auto& row : rows) EXPECT_EQ(natural_type(row.value), row.expected);
}

TEST(Coerce, KeepsWhatFits) {
    const struct {
        Value value;
        Type type;
        Value expected;
    } rows[] = {
        {Value(), one(Uint8), Value()},
        {Value(255), one(Uint8), Value(255U)},
        {Value(-128), one(Sint8), Value(-128)},
        {Value(127U), one(Sint8), Value(127)},
        {Value(UINT64_MAX), one(Uint64), Value(UINT64_MAX)},
        {Value(INT64_MIN), one(Sint64), Value(INT64_MIN)},
        {Value(3), one(Real64), Value(3.0)},
        {Value(-3), one(Real32), Value(-3.0)},
        {Value(UINT64_MAX - 2047), one(Real64), Value(18446744073709549568.0)},
        {Value(0.1), one(Real32), Value(static_cast<double>(0.1F))},
        {Value("123"), one(Uint64), Value(123U)},
        {Value("-9223372036854775808"), one(Sint64), Value(INT64_MIN)},
        {Value("0xFFFFFFFFFFFFFFFF"), one(Uint64), Value(UINT64_MAX)},
        {Value("0x10"), one(Sint64), Value(16)},
        {Value(65), one(Char16), Value(65U)},
        {Value("00000001000000.000000:000"), one(Datetime), Value("00000001000000.000000:000")},
        {Value("any text"), one(Reference), Value("any text")},
        {Value(Integers{1, 2}), many(Uint16), Value(Unsigneds{1, 2})},
        {Value(Reals{1.4}), many(Sint32), Value(Integers{1})},
        {Value(Strings{"1", "0x2"}), many(Uint64), Value(Unsigneds{1, 2})},
        {Value(Strings{}), many(Boolean), Value(Booleans{})},
        {Value(Booleans{true}), many(Boolean), Value(Booleans{true})},
    };
    for (const auto& row : rows) {
        const auto result = coerce(row.value, row.type);
        ASSERT_TRUE(result.has_value()) << result.error().message;
        EXPECT_EQ(*result, row.expected) << to_text(row.type);
        EXPECT_TRUE(fits(*result, row.type)) << to_text(row.type);
    }
}

TEST(Coerce, RoundsRealsToIntegers) {
    const struct {
        double real;
        std::int64_t rounded;
    } rows[] = {{2.4, 2}, {2.5, 3}, {2.6, 3}, {-2.5, -3}, {-0.4, 0}, {1e3, 1000}};
    for (const auto& row : rows) {
        PROVES("MOF-006",
               EXPECT_EQ(coerce(Value(row.real), one(Sint32)).value(), Value(row.rounded))
                   << row.real);
    }
    EXPECT_EQ(coerce(Value(-0.4), one(Uint8)).value(), Value(0U));
    EXPECT_EQ(coerce(Value(18446744073709549568.0), one(Uint64)).value(), Value(UINT64_MAX - 2047));
}

TEST(Coerce, RefusesTheRestAndNamesBoth) {
    constexpr auto type = Status::TypeMismatch;
    constexpr auto range = Status::ValueOutOfRange;
    const struct {
        Value value;
        Type to;
        Status status;
        const char* message;
    } rows[] = {
        {Value(256), one(Uint8), range, "256 (sint32) is out of the range of uint8"},
        {Value(-1), one(Uint64), range, "-1 (sint32) is out of the range of uint64"},
        {Value(128), one(Sint8), range, "128 (sint32) is out of the range of sint8"},
        {Value(-129), one(Sint8), range, "-129 (sint32) is out of the range of sint8"},
        {Value(65536), one(Char16), range, "65536 (sint32) is out of the range of char16"},
        {Value(UINT64_MAX), one(Sint64), range, nullptr},
        {Value(1e19), one(Sint64), range, nullptr},
        {Value(1.8446744073709552e19), one(Uint64), range, nullptr},
        {Value(nan), one(Sint32), range, nullptr},
        {Value(1e39), one(Real32), range, nullptr},
        {Value(UINT64_MAX), one(Real64), range, nullptr},
        {Value("18446744073709551616"), one(Uint64), range, nullptr},
        {Value("-1"), one(Uint64), range, nullptr},
        {Value("12"), one(Uint32), type, "the text \"12\" cannot be a uint32"},
        {Value("1.5"), one(Uint64), type, nullptr},
        {Value(""), one(Uint64), type, nullptr},
        {Value("0x"), one(Uint64), type, nullptr},
        {Value(" 1"), one(Sint64), type, nullptr},
        {Value("--1"), one(Sint64), type, nullptr},
        {Value(1), one(String), type, "1 (sint32) cannot be a string"},
        {Value(1), one(Boolean), type, nullptr},
        {Value(true), one(Uint8), type, "TRUE (boolean) cannot be a uint8"},
        {Value("1"), one(Real64), type, nullptr},
        {Value(65.0), one(Char16), type, nullptr},
        {Value("yesterday"), one(Datetime), type, nullptr},
        {Value("\xff"), one(String), type, nullptr},
        {Value(1), many(Uint8), type, "1 (sint32) cannot be a uint8[]"},
        {Value(Integers{1, 2}), one(Uint8), type, "(1,2) (sint32[]) cannot be a uint8"},
        {Value(Integers{1, 300}), many(Uint8), range, "300 (sint32) is out of the range of uint8"},
        {Value(1), one(Object), type, nullptr},
        {Value(1), {}, type, nullptr},
    };
    for (const auto& row : rows) {
        const auto result = coerce(row.value, row.to);
        ASSERT_FALSE(result.has_value()) << to_text(row.to);
        EXPECT_EQ(result.error().status, row.status) << result.error().message;
        if (row.message != nullptr) {
            EXPECT_EQ(result.error().message, row.message);
        }
        EXPECT_FALSE(fits(row.value, row.to));
    }
}

TEST(Display, IsForPeopleAndTemplates) {
    const struct {
        Value value;
        Type type;
        const char* expected;
    } rows[] = {
        {Value(), one(Uint8), ""},
        {Value(90U), one(Uint8), "90"},
        {Value(-1), one(Sint64), "-1"},
        {Value(true), one(Boolean), "TRUE"},
        {Value(false), one(Boolean), "FALSE"},
        {Value("as \"it\" is"), one(String), "as \"it\" is"},
        {Value("20260101000000.000000+000"), one(Datetime), "20260101000000.000000+000"},
        {Value(0.1), one(Real64), "0.1"},
        {Value(static_cast<double>(0.1F)), one(Real32), "0.1"},
        {Value(1e300), one(Real64), "1e+300"},
        {Value(Strings{"C:", "D:"}), many(String), "(\"C:\",\"D:\")"},
        {Value(Strings{"C:"}), many(String), "\"C:\""},
        {Value(Booleans{true, false}), many(Boolean), "(TRUE,FALSE)"},
    };
    for (const auto& row : rows) EXPECT_EQ(display(row.value, row.type), row.expected);
    PROVES("CON-009",
           EXPECT_EQ(display(Value(Unsigneds{1, 5, 10, 1024}), many(Uint32)), "(1,5,10,1024)");
           EXPECT_EQ(display(Value(Unsigneds{5}), many(Uint32)), "5");
           EXPECT_EQ(display(Value(Unsigneds{}), many(Uint32)), "()"));
}

TEST(Display, ShowsObjectsLikeMof) {
    const auto cls = make_class("Sensor", {key("Id", String), property("Temp", Sint32),
                                           array("Tags", String), property("Next", Object)});
    const auto last = make_instance(cls, {{"Id", Value("b")}});
    const auto sensor = make_instance(cls, {{"Id", Value("a\"")},
                                            {"Temp", Value(90)},
                                            {"Tags", Value(Strings{"x", "y"})},
                                            {"Next", Value(last)}});
    EXPECT_EQ(display(Value(sensor), one(Object)),
              "instance of Sensor {Id = \"a\\\"\"; Temp = 90; Tags = {\"x\", \"y\"}; "
              "Next = instance of Sensor {Id = \"b\";};}");
    EXPECT_EQ(display(Value(make_instance(cls)), one(Object)), "instance of Sensor {}");
    EXPECT_EQ(display(Value(cls), one(Object)), "class Sensor");
}

TEST(View, ShowsScalarsWithoutCopies) {
    const Value text("abc");
    const auto seen = view(text, String);
    EXPECT_EQ(seen.kind, ValueView::Kind::Text);
    EXPECT_EQ(seen.text.data(), text.get<std::string>().data());
    for (const Value& value : {Value(), Value(true), Value(-5), Value(5U), Value(2.5), Value("t"),
                               Value(make_class("C", {}))}) {
        EXPECT_EQ(to_value(view(value, natural_type(value).element)), value);
    }
    EXPECT_EQ(view(Value(Integers{1}), Sint32).kind, ValueView::Kind::Array);
}

TEST(Memory, CountsEachReferenceToAnObject) {
    const auto cls = make_class("C", {property("O", Object), array("L", Object)});
    const auto inner = make_instance(cls);
    const auto outer =
        make_instance(cls, {{"O", Value(inner)}, {"L", Value(Objects{inner, inner})}});
    EXPECT_GE(outer->memory_bytes(), 4 * inner->memory_bytes());
    EXPECT_EQ(nesting(Value(outer)), 2U);
    EXPECT_EQ(nesting(Value("x")), 0U);
}

}  // namespace
}  // namespace openwmi::cim
