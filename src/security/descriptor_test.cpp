#include "security/descriptor.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/proves.h"

namespace openwmi::security {
namespace {

const Identity& user() {
    static const Identity identity = Identity::of_user(4711, 4711, {4712});
    return identity;
}
const Identity& administrator() {
    static const Identity identity = Identity::of_user(0, 0, {});
    return identity;
}

bool grants(const char* sddl, const Identity& who, std::uint32_t rights) {
    const auto descriptor = Descriptor::parse_sddl(sddl);
    EXPECT_TRUE(descriptor) << sddl << ": " << descriptor.error().message;
    return descriptor && descriptor->grants(Token::of(who), rights);
}

TEST(DescriptorTest, grantsWhatItsEntriesSay) {
    const struct {
        const char* sddl;
        bool user;
        bool administrator;
    } rows[] = {
        {"O:BAG:BA", true, true},  // no DACL
        {"D:", false, false},      // an empty one
        {"D:NO_ACCESS_CONTROL", true, true},
        {"O:BAG:BAD:(A;;0x80;;;BA)", false, true},
        {"O:BAG:BAD:P(A;;0x80;;;BA)(A;;128;;;S-1-22-1-4711)", true, true},
        {"D:(A;;0x80;;;WD)", true, true},
        {"D:(A;;0x80;;;AU)", true, true},
        {"D:(A;;0x40;;;WD)", false, false},  // another right
        {"D:(A;;GA;;;WD)", true, true},
        {"D:(A;;LOCC;;;S-1-22-2-4712)", true, false},  // a group; LO is 0x80
        {"D:(D;;0x80;;;S-1-22-1-4711)(A;;0x80;;;WD)", false, true},
        {"D:(A;;0x80;;;WD)(D;;0x80;;;S-1-22-1-4711)", true, true},  // the first one counts
        {"D:(A;CIIO;0x80;;;WD)", false, false},                     // for children only
        {"S:(AU;SA;0x80;;;WD)D:AI(A;;0x80;;;WD)", true, true},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(grants(row.sddl, user(), right_publish), row.user) << row.sddl;
        EXPECT_EQ(grants(row.sddl, administrator(), right_publish), row.administrator) << row.sddl;
    }
}

TEST(DescriptorTest, theServiceIsLocalSystemAndAnAdministrator) {
    const auto service = Identity::of_service();
    EXPECT_TRUE(grants("O:BAG:BAD:(A;;0x80;;;SY)", service, right_publish));
    EXPECT_TRUE(grants("O:BAG:BAD:(A;;0x80;;;BA)", service, right_publish));
    PROVES("SEC-046",
           EXPECT_FALSE(grants("O:BAG:BAD:(A;;0x80;;;SY)", administrator(), right_publish)));
}

TEST(DescriptorTest, saysWhatIsWrongWithAText) {
    for (const char* text :
         {"x", "D", "D:(", "D:(A;;0x80;;;)", "D:(A;;0x80;;;XX)", "D:(A;;0xZZ;;;BA)",
          "D:(A;;QQ;;;BA)", "D:(Q;;0x80;;;BA)", "D:(A;;0x80;;;BA", "O:", "O:S-1", "S:(AU;;",
          "D:(A;;0x80;1;;BA)", "D:(A;;0x1234567890;;;BA)", "D:(A", "D:(A;;0x80;;;BA)x"}) {
        const auto refused = Descriptor::parse_sddl(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().status, Status::InvalidParameter);
        EXPECT_NE(refused.error().message.find("expected at"), std::string::npos);
    }
}

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text.push_back(static_cast<char>(value));
    return text;
}

// A descriptor with one entry of the DACL.
std::string binary(int type, int rights, const Sid& who) {
    const auto sid = who.bytes();
    const int entry = 8 + static_cast<int>(sid.size());
    return bytes({1, 0, 0x04, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0}) +
           bytes({2, 0, 8 + entry, 0, 1, 0, 0, 0}) + bytes({type, 0, entry, 0, rights, 0, 0, 0}) +
           sid;
}

TEST(DescriptorTest, readsTheBinaryForm) {
    const auto parsed = Descriptor::parse_bytes(binary(0, 0x40, Sid::of_uid(4711)));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_TRUE(parsed->grants(Token::of(user()), right_subscribe));
    EXPECT_FALSE(parsed->grants(Token::of(user()), right_publish));
    EXPECT_FALSE(parsed->grants(Token::of(administrator()), right_subscribe));
    const auto empty = Descriptor::parse_bytes(
        bytes({1, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->grants(Token::of_nobody(), right_subscribe));
}

TEST(DescriptorTest, refusesBytesThatAreCutOffOrUnknown) {
    const auto whole = binary(0, 0x40, Sid::of_uid(4711));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(Descriptor::parse_bytes(std::string_view(whole).substr(0, size))) << size;
    }
    EXPECT_FALSE(Descriptor::parse_bytes(binary(5, 0x40, Sid::of_uid(4711))));
}

}  // namespace
}  // namespace openwmi::security
