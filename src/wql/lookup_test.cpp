#include "wql/lookup.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wql/query.h"
#include "wql/sample_schema.h"

namespace openwmi::wql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LookupTest : public testing::Test {
  protected:
    BoundQuery bind(std::string_view where) {
        const auto text = fmt::format("SELECT * FROM Everything WHERE {}", where);
        auto bound = wql::bind(*parse(text), schema_, BindFor::Data);
        EXPECT_TRUE(bound) << text;
        return std::move(bound.value());
    }
    std::vector<std::string> terms(std::string_view where) {
        std::vector<std::string> result;
        for (const auto& term : lookup_terms(bind(where))) {
            result.push_back(fmt::format("{} {} {}", term.property.text(), print(term.op),
                                         cim::display(term.value, cim::natural_type(term.value))));
        }
        return result;
    }

    test::SampleSchema schema_;
};

TEST_F(LookupTest, whatAlwaysHoldsCanBeLookedUp) {
    EXPECT_THAT(terms("Text = 'a'"), ElementsAre("Text = a"));
    EXPECT_THAT(terms("5 < Small AND Text >= 'b' AND (Flag = TRUE OR Small = 1)"),
                ElementsAre("Small > 5", "Text >= b"));
    EXPECT_THAT(terms("Text = 24"), ElementsAre("Text = 24"));
    EXPECT_THAT(terms("Small = '7'"), ElementsAre("Small = 7"));
    EXPECT_THAT(terms("Moment > '20260101120000.000000+000'"),
                ElementsAre("Moment > 20260101120000.000000+000"));
}

TEST_F(LookupTest, whatFollowsOtherRulesIsNot) {
    for (const char* where :
         {"Text = 'a' OR Small = 5", "NOT Text = 'a'", "Text <> 'a'", "Text LIKE 'a%'",
          "Text IS NULL", "Small = TRUE", "Moment > '2026-01-01'",
          "Moment = '20260101******.000000+000'", "__CLASS = 'Everything'", "Letter = 'a'"}) {
        EXPECT_THAT(terms(where), IsEmpty()) << where;
    }
}

TEST_F(LookupTest, exactClassesAreKnown) {
    EXPECT_THAT(exact_classes(bind("__CLASS = 'A' OR __CLASS = 'B'")),
                ElementsAre(cim::Name("A"), cim::Name("B")));
    EXPECT_THAT(exact_classes(bind("__CLASS = 'A' AND Small = 1")), ElementsAre(cim::Name("A")));
    EXPECT_THAT(exact_classes(bind("__CLASS = 'A' OR Small = 1")), IsEmpty());
    EXPECT_THAT(exact_classes(bind("__CLASS LIKE 'A%'")), IsEmpty());
}

}  // namespace
}  // namespace openwmi::wql
