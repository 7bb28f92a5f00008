#include "base/guid.h"

#include <gtest/gtest.h>

#include <set>

namespace openwmi::base {
namespace {

TEST(Guid, IsReadWithAndWithoutBraces) {
    constexpr auto text = "{4590F811-1D3A-11D0-891F-00AA004B2E24}";
    const auto guid = Guid::parse(text);
    ASSERT_TRUE(guid);
    EXPECT_EQ(guid->text(), text);
    EXPECT_EQ(guid->bytes[0], 0x45);
    EXPECT_EQ(guid->bytes[15], 0x24);
    EXPECT_EQ(Guid::parse("4590f811-1d3a-11d0-891f-00aa004b2e24"), guid);
}

TEST(Guid, RefusesWhatIsNone) {
    for (const char* text : {
             "",
             "{}",
             "{4590F811-1D3A-11D0-891F-00AA004B2E24",
             "4590F811-1D3A-11D0-891F-00AA004B2E24}",
             "4590F811-1D3A-11D0-891F-00AA004B2E2",
             "4590F811-1D3A-11D0-891F-00AA004B2E244",
             "4590F8111-D3A-11D0-891F-00AA004B2E24",
             "4590G811-1D3A-11D0-891F-00AA004B2E24",
             "{{590F811-1D3A-11D0-891F-00AA004B2E24}",
             "4590F811-1D3A-11D0-891F+00AA004B2E24",
         }) {
        EXPECT_FALSE(Guid::parse(text)) << text;
    }
}

TEST(Guid, RandomOnesAreOfVersionFourAndDiffer) {
    std::set<Guid> seen;
    for (int i = 0; i < 100; ++i) {
        const Guid guid = Guid::random();
        EXPECT_EQ(guid.bytes[6] >> 4, 4);
        EXPECT_EQ(guid.bytes[8] >> 6, 2);
        EXPECT_TRUE(seen.insert(guid).second);
        EXPECT_EQ(Guid::parse(guid.text()), guid);
    }
}

}  // namespace
}  // namespace openwmi::base
