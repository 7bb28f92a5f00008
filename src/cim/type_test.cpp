#include "cim/type.h"

#include <gtest/gtest.h>

#include "support/proves.h"

namespace openwmi::cim {
namespace {

using enum CimType;

TEST(Type, HasTheNumbersAndKeywordsOfCim) {
    const struct {
        CimType type;
        std::uint32_t number;
        const char* keyword;
    } rows[] = {{Sint8, 16, "sint8"},        {Uint8, 17, "uint8"},     {Sint16, 2, "sint16"},
                {Uint16, 18, "uint16"},      {Sint32, 3, "sint32"},    {Uint32, 19, "uint32"},
                {Sint64, 20, "sint64"},      {Uint64, 21, "uint64"},   {Real32, 4, "real32"},
                {Real64, 5, "real64"},       {Boolean, 11, "boolean"}, {String, 8, "string"},
                {Datetime, 101, "datetime"}, {Reference, 102, "ref"},  {Char16, 103, "char16"},
                {Object, 13, "object"}};
    for (const auto& row : rows) {
        const Type scalar{row.type, false};
        const Type array{row.type, true};
        PROVES("COM-015", EXPECT_EQ(cimtype_number(scalar), row.number) << row.keyword;
               EXPECT_EQ(cimtype_number(array), row.number + 0x2000) << row.keyword);
        EXPECT_EQ(type_of_number(row.number), scalar);
        EXPECT_EQ(type_of_number(row.number + 0x2000), array);
        EXPECT_EQ(keyword(row.type), row.keyword);
        EXPECT_EQ(type_of_keyword(row.keyword), row.type);
    }
    EXPECT_EQ(type_of_keyword("UInt32"), Uint32);
    EXPECT_EQ(to_text(Type{Uint32, true}), "uint32[]");
}

TEST(Type, RefusesNumbersOfNoType) {
    PROVES("COM-015", EXPECT_FALSE(type_of_number(0xfff).has_value());
           EXPECT_EQ(type_of_number(0), Type{}));
    for (const std::uint32_t number : {1U, 6U, 7U, 0x2000U, 0x4003U, 0x10003U, 0xffffffffU}) {
        EXPECT_FALSE(type_of_number(number).has_value()) << number;
    }
    EXPECT_FALSE(type_of_keyword("void").has_value());
    EXPECT_FALSE(type_of_keyword("").has_value());
}

}  // namespace
}  // namespace openwmi::cim
