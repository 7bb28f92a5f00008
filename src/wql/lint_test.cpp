#include "wql/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wql/sample_schema.h"

namespace openwmi::wql {
namespace {

// A query and what is said of it: the codes, and a part of the first sentence.
struct Case {
    const char* query;
    std::vector<std::string> codes;
    const char* says = "";
};

class LintTest : public testing::TestWithParam<Case> {};

TEST_P(LintTest, SaysWhatIsWrong) {
    const test::SampleSchema schema;
    const auto& [query, codes, says] = GetParam();
    const auto remarks = lint_event_query(query, schema);
    std::vector<std::string> found;
    for (const auto& remark : remarks) found.push_back(remark.code);
    EXPECT_EQ(found, codes) << (remarks.empty() ? "" : remarks[0].text);
    if (!remarks.empty()) {
        EXPECT_THAT(remarks[0].text, testing::HasSubstr(says));
    }
}

#define PROCESS "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA "
#define MAIL "SELECT * FROM EmailEvent WHERE "

INSTANTIATE_TEST_SUITE_P(
    Names, LintTest,
    testing::Values(
        Case{PROCESS "'Win32_Process' AND TargetInstance.Name = 'calc.exe'", {}},
        Case{"SELECT * FORM EmailEvent", {"unparsable"}},
        Case{"SELECT * FROM EmialEvent", {"unknown-class"}, "did you mean EmailEvent?"},
        Case{"SELECT * FROM Win32_Process", {"not-an-event"}},
        Case{PROCESS "'Win32_Proces'", {"unknown-class"}, "did you mean Win32_Process"},
        Case{"SELECT * FROM __InstanceCreationEvent WHERE TargetInstance.__CLASS = "
             "'Win32_Servce'",
             {"unknown-class"},
             "Win32_Service"},
        Case{MAIL "Sendr = 'a' AND Importans = 1",
             {"unknown-property", "unknown-property"},
             "did you mean Sender?"},
        Case{PROCESS "'Win32_Process' AND TargetInstance.Nmae = 'a'",
             {"unknown-property"},
             "did you mean Name"},
        Case{MAIL "Importance = 'high'", {"type"}, "it is a uint8"},
        Case{"SELECT * FROM EmailEvent", {}},
        Case{"SELECT * FROM __InstanceOperationEvent", {"no-condition"}, "all instances"},
        Case{"SELECT * FROM __InstanceCreationEvent WITHIN 0.1 WHERE TargetInstance ISA "
             "'Win32_Process'",
             {"within-small"},
             "10 times a second"}));

INSTANTIATE_TEST_SUITE_P(
    Wildcards, LintTest,
    testing::Values(Case{MAIL "Sender LIKE 'bob'", {"like-without-wildcard"}},
                    Case{MAIL "Sender LIKE '*bob*'", {"like-without-wildcard"}, "% and _ are"},
                    Case{MAIL "Sender LIKE 'b_b'", {}},
                    Case{MAIL "Sender = '%bob%'", {"wildcard-without-like"}},
                    Case{MAIL "Sender = 'C:\temp'", {"escape"}, "MOF wants it four times"}));

INSTANTIATE_TEST_SUITE_P(
    Contradictions, LintTest,
    testing::Values(
        Case{MAIL "Importance = 1 AND Importance = 2", {"never-true"}, "never true together"},
        Case{MAIL "Importance = 1 AND Importance <> 1", {"never-true"}},
        Case{MAIL "Importance = 1 AND Importance <> 2", {}},
        Case{MAIL "Importance = 1 OR Importance = 2", {}},
        Case{MAIL "Importance > 5 AND Importance < 5", {"never-true"}},
        Case{MAIL "Importance >= 5 AND Importance <= 5", {}},
        Case{MAIL "Importance > 5 AND Importance < 6", {"never-true"}},
        Case{MAIL "Importance > 5 AND Importance <= 6", {}},
        Case{MAIL "Importance = 4 AND 5 < Importance", {"never-true"}},
        Case{MAIL "Importance = 300", {"never-true"}, "no uint8 is so"},
        Case{MAIL "Importance < 0", {"never-true"}}, Case{MAIL "Importance >= 0", {}},
        Case{MAIL "Importance = 300 OR Importance = 3", {"never-true"}},
        Case{MAIL "Urgent = TRUE AND Urgent = FALSE", {"never-true"}},
        Case{MAIL "Urgent = TRUE AND Urgent <> FALSE", {}},
        Case{MAIL "Sender = 'bob' AND Sender = 'BOB'", {}},
        Case{MAIL "Sender = 'bob' AND Sender = 'eve'", {"never-true"}},
        Case{MAIL "Sender = 'bob' AND Sender LIKE 'e%'", {"never-true"}},
        Case{MAIL "Sender = 'bob' AND Sender > 'eve'", {"never-true"}},
        Case{MAIL "Sender IS NULL AND Sender = 'eve'", {"never-true"}},
        Case{MAIL "Sender IS NULL AND Sender IS NOT NULL", {"never-true"}},
        Case{MAIL "Sender IS NULL OR Sender = 'eve'", {}},
        Case{MAIL "NOT (Importance = 1 AND Importance = 2)", {}},
        Case{PROCESS "'Win32_Process' AND TargetInstance ISA 'Win32_Service'", {"never-true"}},
        Case{PROCESS "'Win32_Process' AND TargetInstance ISA 'CIM_Process'", {}},
        Case{PROCESS "'Win32_Service' AND TargetInstance.__CLASS = 'Win32_Process'",
             {"never-true"}}));

}  // namespace
}  // namespace openwmi::wql
