#include "base/status.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/result.h"
#include "support/proves.h"

namespace openwmi::base {
namespace {

struct Row {
    const char* name;
    Status status;
    std::uint32_t number;
    const char* symbol;
};

const Row rows[] = {
#define WMI_STATUS(name, number, symbol, text) {#name, Status::name, number, symbol},
#include "base/status.inc"
#undef WMI_STATUS
};

TEST(Status, HasTheNumbersOfThePublicHeaders) {
    EXPECT_EQ(static_cast<std::uint32_t>(Status::NotFound), 0x80041002u);
    EXPECT_EQ(static_cast<std::uint32_t>(Status::RegistrationTooBroad), 0x80042001u);
    EXPECT_EQ(static_cast<std::uint32_t>(Status::MofExpectedSemi), 0x80044002u);
    PROVES("OD-063",
           EXPECT_EQ(static_cast<std::uint32_t>(Status::MofExpectedPropertyName), 0x8004400Cu));
    EXPECT_EQ(static_cast<std::uint32_t>(Status::ProviderAlreadyRegistered), 0x80041084u);
    EXPECT_EQ(static_cast<std::uint32_t>(Status::Ok), 0u);
    EXPECT_EQ(static_cast<std::uint32_t>(Status::False), 1u);
    EXPECT_EQ(static_cast<std::uint32_t>(Status::STimedOut), 0x00040004u);
    EXPECT_EQ(static_cast<std::uint32_t>(Status::ClassNotRegistered), 0x80040154u);
}

// The messages of the SNMP compilers, which other pages list, are none of them.
TEST(Status, MistakesInMofAreTheFortyNine) {
    std::set<std::uint32_t> numbers;
    for (const Row& row : rows) {
        if ((row.number >> 12) == 0x80044u) numbers.insert(row.number);
    }
    PROVES("MOF-076", EXPECT_EQ(numbers.size(), 49u));
    PROVES("MOF-076", EXPECT_EQ(*numbers.rbegin(), 0x80044031u));
}

TEST(Status, OnlyNegativeNumbersAreFailures) {
    for (const Row& row : rows)
        EXPECT_EQ(failed(row.status), row.number >= 0x80000000u) << row.name;
}

TEST(Status, EachHasItsSymbolAndASentenceOfItsOwn) {
    std::set<std::string_view> sentences;
    for (const Row& row : rows) {
        EXPECT_EQ(symbol(row.status), row.symbol);
        EXPECT_TRUE(text(row.status).ends_with('.')) << row.symbol;
        sentences.insert(text(row.status));
    }
    EXPECT_GE(sentences.size(), std::size(rows) - 3) << "reserved codes may share one";
}

TEST(Status, AnUnknownNumberHasNeither) {
    EXPECT_EQ(symbol(static_cast<Status>(0x12345678)), "");
    EXPECT_EQ(text(static_cast<Status>(0x12345678)), "");
}

TEST(Error, ReadsAsSymbolNumberAndMessage) {
    EXPECT_EQ(to_text({Status::NotFound, "no class named X in root\\cimv2"}),
              "WBEM_E_NOT_FOUND (0x80041002): no class named X in root\\cimv2");
    EXPECT_EQ(to_text({Status::NotFound, ""}),
              "WBEM_E_NOT_FOUND (0x80041002): There is no such object.");
    EXPECT_EQ(to_text({static_cast<Status>(0x12345678), "odd"}), "0x12345678: odd");
    EXPECT_EQ(to_text({static_cast<Status>(0x12345678), ""}), "0x12345678");
}

Result<int> half(int number) {
    if (number % 2 != 0) return fail(Status::InvalidParameter, "{} is odd", number);
    return number / 2;
}

Result<int> quarter(int number) {
    return WMI_TRY(half(WMI_TRY(half(number))));
}

Result<> check_even(int number) {
    WMI_TRY(half(number));
    return {};
}

TEST(Result, TryPassesTheErrorOnAndGivesTheValue) {
    EXPECT_EQ(quarter(8).value(), 2);
    ASSERT_FALSE(quarter(6));
    EXPECT_EQ(quarter(6).error(), (Error{Status::InvalidParameter, "3 is odd"}));
    EXPECT_TRUE(check_even(2));
    EXPECT_FALSE(check_even(1));
}

}  // namespace
}  // namespace openwmi::base
