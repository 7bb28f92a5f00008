#include "mof/wdm_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mof/parser.h"

namespace openwmi::mof {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> mistakes(std::string_view text) {
    return check_wdm(parse(text, "driver.mof"));
}

TEST(WdmCheck, LeavesOtherClassesAlone) {
    EXPECT_THAT(mistakes("class A { string X; };"), IsEmpty());
}

TEST(WdmCheck, AcceptsTheBlocksOfADriver) {
    EXPECT_THAT(
        mistakes(
            R"([WMI, Dynamic, Provider("WMIProv"), guid("{01234567-89ab-cdef-0123-456789abcdef}")]
        class Block { [key, read] string InstanceName; [read] boolean Active;
          [WmiDataId(1), read] uint32 Count; [WmiDataId(2)] uint32 Values[]; };
        [WMI, guid("{01234567-89ab-cdef-0123-456789abcdf0}")]
        class Event : WMIEvent { [WmiDataId(1)] uint32 X; };)"),
        IsEmpty());
}

TEST(WdmCheck, SaysWhatABlockLacks) {
    EXPECT_THAT(mistakes("[WMI] class Block { };"),
                ElementsAre(HasSubstr("guid"), HasSubstr("InstanceName"), HasSubstr("Active")));
    EXPECT_THAT(mistakes(R"([WMI, guid("x")] class E : WMIEvent { [WmiDataId(2)] uint32 X; };)"),
                ElementsAre(HasSubstr("guid"), HasSubstr("WmiDataId")));
    EXPECT_THAT(mistakes(R"([WMI, guid("{01234567-89ab-cdef-0123-456789abcdf0}")] class E : F
                         { [WmiDataId(1)] uint32 X; [WmiDataId(1)] uint32 Y; };)"),
                ElementsAre(HasSubstr("WmiDataId")));
}

}  // namespace
}  // namespace openwmi::mof
