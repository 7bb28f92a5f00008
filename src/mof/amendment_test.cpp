#include "mof/amendment.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "mof/parser.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::mof {
namespace {

const char* const localized_source = R"(#pragma amendment("MS_409")
#pragma namespace("\\\\.\\root\\test")
Qualifier DisplayName : Amended;
// Between items.
[Description("A thing") : Amended ToSubClass, Locale(1033)]
class Thing
{
    [DisplayName("Name"), key] string Name;
    [DisplayName("Count")] uint32 Count = 5;
    uint8 Plain[];
    [Values{"a", "b"} : Amended] Other ref List[];
    [Description("Does") : Amended] uint32 Do([in, Description("How") : Amended] string How);
};
[Description("Only") : Amended] class Bare {};
class Neutral { string a; };
)";

TEST(Amendment, PartsTheNeutralFromTheLocalized) {
    const Document document = parse(localized_source, "test.mof");
    ASSERT_TRUE(document.ok());
    const auto text = split(document, *document.amendment);
    ASSERT_TRUE(text.has_value());
    PROVES("MOF-044", EXPECT_EQ(text->neutral, R"(#pragma namespace("\\\\.\\root\\test")
Qualifier DisplayName : Amended;
[Locale(1033)]
class Thing
{
    [key] string Name;
    uint32 Count = 5;
    uint8 Plain[];
    Other ref List[];
    uint32 Do([in] string How);
};
class Bare {};
class Neutral { string a; };
)"));
    PROVES("MOF-044", EXPECT_EQ(text->localized, R"(#pragma namespace("\\\\.\\root\\test")
instance of __Namespace { Name = "MS_409"; };
#pragma namespace("\\\\.\\root\\test\\MS_409")
[Description("A thing") : Amended ToSubClass, Abstract, Amendment, Locale(0x409)] 
class Thing
{
    [DisplayName("Name") : Amended] string Name;
    [DisplayName("Count") : Amended] uint32 Count;
    [Values{"a", "b"} : Amended] Other ref List[];
    [Description("Does") : Amended] uint32 Do([Description("How") : Amended, in] string How);
};
[Description("Only") : Amended, Abstract, Amendment, Locale(0x409)] 
class Bare
{
};
)"));
    EXPECT_TRUE(parse(text->neutral, "neutral.mof").ok());
    EXPECT_TRUE(parse(text->localized, "localized.mfl").ok());
}

TEST(Amendment, NeedsALocale) {
    const Document document = parse("class A {};", "test.mof");
    for (const char* locale : {"", "409", "en_US", "MS_", "MS_xyz"}) {
        EXPECT_EQ(split(document, locale).error().status, Status::MofInvalidAmendmentSyntax);
    }
}

TEST(Amendment, WritesBothFilesOrNone) {
    const support::TemporaryFolder folder;
    ASSERT_TRUE(write_split({"a", "b"}, folder / "x.mof", folder / "x.mfl").has_value());
    std::ostringstream read;
    read << std::ifstream(folder / "x.mfl").rdbuf();
    EXPECT_EQ(read.str(), "b");
    const auto failed = write_split({"a", "b"}, folder / "none" / "x.mof", folder / "y.mfl");
    PROVES("MOF-075", EXPECT_EQ(failed.error().status, Status::MofErrorCreatingTempFile));
    EXPECT_FALSE(std::filesystem::exists(folder / "y.mfl"));
}

}  // namespace
}  // namespace openwmi::mof
