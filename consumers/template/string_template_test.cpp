#include "template/string_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openwmi.hpp>

#include "support/proves.h"
#include "support/wmi.h"

namespace openwmi::consumers {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view sample_mof = R"mof(
class Part { [key] string Name; uint32 Size; };
class Disk { [key] string DeviceID; uint64 Size; };
class Inner { [key] string Id; Part Piece; };
class Sample
{
    [key] string Id;
    string Text; string Nothing; string RootPath; string Hive;
    uint8 Percent; boolean On; boolean Off; sint32 Negative; uint32 Big; uint64 Huge;
    real32 Ratio; real64 Exact; datetime When;
    uint32 Numbers[]; uint32 One[]; uint32 None[]; uint32 Absent[]; string Names[]; boolean Flags[];
    Inner TargetInstance; Disk Disks[];
};
instance of Sample
{
    Id = "s"; Text = "two words"; Hive = "HKEY_LOCAL_MACHINE"; RootPath = "Software";
    Percent = 90; On = TRUE; Off = FALSE; Negative = -5; Big = 4294967295;
    Huge = 18446744073709551615; Ratio = 0.1; Exact = 0.1; When = "20260131235959.000000+060";
    Numbers = {1, 5, 10, 1024}; One = {7}; None = {}; Names = {"C:", "D:"}; Flags = {TRUE, FALSE};
    TargetInstance = instance of Inner { Id = "i"; Piece = instance of Part { Name = "deep"; Size = 3; }; };
    Disks = {instance of Disk { DeviceID = "C:"; Size = 1; }, instance of Disk { DeviceID = "D:"; Size = 2; }};
};
)mof";

class Templates : public ::testing::Test {
  protected:
    Templates() {
        objects_.compile(sample_mof);
        event_ = objects_.last_instance();
    }
    std::string expand(std::string_view text) const {
        return StringTemplate(text).expand(event_.get()).text;
    }
    std::string mof_of(const wchar_t* property) const {
        const auto object = get_property<com_ptr<IWbemClassObject>>(event_.get(), property);
        bstr text;
        throw_if_failed(object.value()->GetObjectText(0, text.put()));
        return text.utf8();
    }
    std::vector<std::string> words(std::string_view line) const {
        std::vector<std::string> result;
        for (const auto& word : split_command_line(line)) {
            result.push_back(word.expand(event_.get()).text);
        }
        return result;
    }

    support::WmiObjects objects_;
    com_ptr<IWbemClassObject> event_;
};

TEST_F(Templates, TextWithoutPercentIsItself) {
    PROVES("CON-005",
           EXPECT_EQ(expand("a \\n text; with 'all' {sorts}"), "a \\n text; with 'all' {sorts}"));
    EXPECT_EQ(expand(""), "");
}

TEST_F(Templates, PropertiesBecomeText) {
    struct Case {
        const char* text;
        const char* expected;
    };
    constexpr Case cases[] = {
        {"%Text%", "two words"},
        {"%text%", "two words"},
        {"at %Percent% of 100", "at 90 of 100"},
        {"%On%%Off%", "TRUEFALSE"},
        {"%Negative%", "-5"},
        {"%Big%", "4294967295"},
        {"%Huge%", "18446744073709551615"},
        {"%Ratio% %Exact%", "0.1 0.1"},
        {"%When%", "20260131235959.000000+060"},
        {"<%Nothing%>", "<>"},
        {"%__CLASS%", "Sample"},
    };
    for (const Case& test : cases) {
        PROVES("CON-006", EXPECT_EQ(expand(test.text), test.expected) << test.text);
    }
}

TEST_F(Templates, ReferencesReachEmbeddedObjects) {
    PROVES("CON-007", EXPECT_EQ(expand("%TargetInstance.Id%"), "i"));
    PROVES("CON-007",
           EXPECT_EQ(expand("%TargetInstance.Piece.Name%/%targetinstance.piece.SIZE%"), "deep/3"));
}

TEST_F(Templates, TwoPercentSignsAreOne) {
    PROVES("CON-008", EXPECT_EQ(expand("100%% %Percent%%%"), "100% 90%"));
}

TEST_F(Templates, APercentSignThatBeginsNoReferenceIsText) {
    EXPECT_EQ(expand("5% of 10% or %"), "5% of 10% or %");
    EXPECT_EQ(expand("%.% %a..b% %1a%"), "%.% %a..b% %1a%");
    EXPECT_EQ(expand("50% %Percent%"), "50% 90");
}

TEST_F(Templates, ArraysAreInParentheses) {
    PROVES("CON-009", EXPECT_EQ(expand("%Numbers%"), "(1,5,10,1024)"));
    PROVES("CON-009", EXPECT_EQ(expand("%One%"), "7"));
    PROVES("CON-009", EXPECT_EQ(expand("%None%"), "()"));
    EXPECT_EQ(expand("%Names%"), "(\"C:\",\"D:\")");
    EXPECT_EQ(expand("%Flags%"), "(TRUE,FALSE)");
    EXPECT_EQ(expand("[%Absent%]"), "[]");
}

TEST_F(Templates, EmbeddedObjectsAreMof) {
    const std::string mof = mof_of(L"TargetInstance");
    EXPECT_THAT(mof, ::testing::HasSubstr("instance of Inner"));
    PROVES("CON-010", EXPECT_EQ(expand("<%TargetInstance%>"), "<" + mof + ">"));
}

TEST_F(Templates, PropertiesOfAnArrayOfObjectsAreAnArray) {
    PROVES("CON-011", EXPECT_EQ(expand("%Disks.DeviceID%"), "(\"C:\",\"D:\")"));
    EXPECT_EQ(expand("%Disks.Size%"), "(1,2)");
    PROVES("OD-073", EXPECT_EQ(expand("%Disks.DeviceID% at %Percent%"), "(\"C:\",\"D:\") at 90")
                         << "quotes of a value quote nothing");
}

TEST_F(Templates, QuotedTextIsNotSubstituted) {
    PROVES("CON-012",
           EXPECT_EQ(expand("%Percent% \"%Percent%%\" %Percent%"), "90 \"%Percent%%\" 90"));
    EXPECT_EQ(expand("a \" is %Percent%"), "a \" is 90");
    EXPECT_EQ(expand("\"%Text%\" \" %Text%"), "\"%Text%\" \" two words");
}

TEST_F(Templates, TheWholeEventIsMof) {
    bstr text;
    throw_if_failed(event_->GetObjectText(0, text.put()));
    PROVES("CON-013", EXPECT_EQ(expand("%__TEXT%"), text.utf8()));
    EXPECT_EQ(expand("%TargetInstance.__text%"), mof_of(L"TargetInstance"));
}

TEST_F(Templates, ABackslashMeansNothing) {
    PROVES("CON-061", EXPECT_EQ(expand("The key %Hive%\\%RootPath% "),
                                "The key HKEY_LOCAL_MACHINE\\Software "));
}

TEST_F(Templates, MissingPropertiesGiveNoTextAndAreTold) {
    const auto expansion = StringTemplate("<%Lacking%%Text.Lacking%>").expand(event_.get());
    PROVES("OD-074", EXPECT_EQ(expansion.text, "<>"));
    EXPECT_THAT(expansion.missing, ElementsAre("Lacking", "Text.Lacking"));
}

TEST_F(Templates, CommandLinesAreSplitBeforeTheyAreExpanded) {
    EXPECT_THAT(words("prog  -a %Text%\t%Nothing%"), ElementsAre("prog", "-a", "two words", ""));
    EXPECT_THAT(words("\"/opt/a b/prog\" x\"y z\"w"), ElementsAre("/opt/a b/prog", "xy zw"));
    EXPECT_THAT(words("prog \"%Text%\" \"\""), ElementsAre("prog", "%Text%", ""));
    EXPECT_THAT(words("say \"hi %Text%"), ElementsAre("say", "\"hi", "two words"));
    EXPECT_THAT(words("  "), ElementsAre());
}

}  // namespace
}  // namespace openwmi::consumers
