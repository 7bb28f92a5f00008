#include "security/descriptor.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <vector>

namespace openwmi::security {
namespace {

constexpr std::uint32_t all = right::everything;

// O:BA G:BA with administrators and Everyone: the example of the page on SetSD.
std::string documented_bytes() {
    constexpr std::array<unsigned char, 104> bytes = {
        1, 0, 4,  129, 72, 0, 0,  0, 88, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0,  0, 2, 0, 52, 0, 2, 0,
        0, 0, 0,  2,   24, 0, 63, 0, 6,  0, 1, 2, 0, 0, 0, 0, 0,  5, 32, 0, 0, 0, 32, 2, 0, 0,
        0, 2, 20, 0,   63, 0, 6,  0, 1,  1, 0, 0, 0, 0, 0, 1, 0,  0, 0,  0, 1, 2, 0,  0, 0, 0,
        0, 5, 32, 0,   0,  0, 32, 2, 0,  0, 1, 2, 0, 0, 0, 0, 0,  5, 32, 0, 0, 0, 32, 2, 0, 0};
    return {bytes.begin(), bytes.end()};
}

SecurityDescriptor good() {
    return *SecurityDescriptor::of_bytes(documented_bytes());
}

TEST(SecurityDescriptorTest, readsTheDocumentedExample) {
    const auto read = SecurityDescriptor::of_bytes(documented_bytes());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->owner, Sid::administrators());
    EXPECT_EQ(read->group, Sid::administrators());
    const std::vector<Ace> expected = {
        {Ace::Allow, Ace::ContainerInherit, all, Sid::administrators()},
        {Ace::Allow, Ace::ContainerInherit, all, *Sid::parse("S-1-1-0")}};
    EXPECT_EQ(read->dacl, expected);
    EXPECT_TRUE(check_for_namespace(*read));
}

TEST(SecurityDescriptorTest, isWrittenAsItIsRead) {
    auto empty_list = good();
    empty_list.dacl = std::vector<Ace>();
    auto bare = good();
    bare.dacl.reset();
    bare.owner.reset();
    for (const auto& each : {good(), default_for_root(), empty_list, bare, SecurityDescriptor()}) {
        const auto again = SecurityDescriptor::of_bytes(each.bytes());
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(*again, each);
    }
}

// Every cut and every changed byte is either understood or refused, with one of the two codes.
TEST(SecurityDescriptorTest, refusesDamagedBytes) {
    const auto bytes = documented_bytes();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(SecurityDescriptor::of_bytes(bytes.substr(0, length))) << length;
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int value : {0, 1, 0x7F, 0xFF}) {
            auto damaged = bytes;
            damaged[at] = static_cast<char>(value);
            const auto read = SecurityDescriptor::of_bytes(damaged);
            if (read) continue;
            EXPECT_TRUE(read.error().status == Status::InvalidObject ||
                        read.error().status == Status::InvalidParameter)
                << at;
        }
    }
}

TEST(SecurityDescriptorTest, saysWhatIsWrongWithABinaryOne) {
    struct Case {
        std::size_t at;
        unsigned char value;
        Status status;
    };
    for (const auto& [at, value, status] :
         {Case{0, 2, Status::InvalidObject},        // revision
          Case{3, 1, Status::InvalidObject},        // not self-relative
          Case{5, 1, Status::InvalidObject},        // the owner lies outside
          Case{72, 9, Status::InvalidObject},       // the owner is no SID
          Case{17, 1, Status::InvalidObject},       // the DACL lies outside
          Case{20, 3, Status::InvalidParameter},    // revision of the DACL
          Case{22, 200, Status::InvalidParameter},  // its size
          Case{24, 3, Status::InvalidParameter},    // number of entries
          Case{28, 5, Status::InvalidParameter},    // type of an entry
          Case{30, 200, Status::InvalidParameter},  // size of an entry
          Case{36, 9, Status::InvalidParameter}}) {
        auto damaged = documented_bytes();
        damaged[at] = static_cast<char>(value);
        const auto read = SecurityDescriptor::of_bytes(damaged);
        ASSERT_FALSE(read) << at;
        EXPECT_EQ(read.error().status, status) << at << ": " << read.error().message;
    }
}

TEST(SecurityDescriptorTest, checksWhatANamespaceNeeds) {
    struct Case {
        const char* what;
        std::function<void(SecurityDescriptor&)> spoil;
    };
    const std::vector<Case> cases = {
        {"the DACL is missing", [](auto& sd) { sd.dacl.reset(); }},
        {"owner and a group", [](auto& sd) { sd.owner.reset(); }},
        {"owner and a group", [](auto& sd) { sd.group.reset(); }},
        {"entry 2 of the DACL has WBEM_FULL_WRITE_REP",
         [](auto& sd) { (*sd.dacl)[1].mask &= ~right::partial_write; }},
        {"entry 1 of the DACL has WBEM_FULL_WRITE_REP",
         [](auto& sd) { (*sd.dacl)[0].mask &= ~right::write_provider; }},
        {"INHERIT_ONLY_ACE", [](auto& sd) { (*sd.dacl)[0].flags = Ace::InheritOnly; }},
        {"access bits 0x100", [](auto& sd) { (*sd.dacl)[0].mask |= 0x100; }},
        {"flags 0x40", [](auto& sd) { (*sd.dacl)[0].flags |= 0x40; }},
        {"type 2", [](auto& sd) { (*sd.dacl)[0].type = 2; }},
        {"64 KiB", [](auto& sd) { sd.dacl->resize(4000, sd.dacl->front()); }}};
    for (const auto& [what, spoil] : cases) {
        auto descriptor = good();
        spoil(descriptor);
        const auto checked = check_for_namespace(descriptor);
        ASSERT_FALSE(checked) << what;
        EXPECT_EQ(checked.error().status, Status::InvalidParameter) << what;
        EXPECT_NE(checked.error().message.find(what), std::string::npos) << checked.error().message;
    }
    auto denies = good();
    denies.dacl->front().type = Ace::Deny;
    denies.dacl->front().mask = right::subscribe | right::publish | right::enable;
    EXPECT_TRUE(check_for_namespace(denies));
    EXPECT_TRUE(check_for_namespace(default_for_root()));
}

TEST(SecurityDescriptorTest, childrenTakeOverWhatIsInheritable) {
    const auto who = Sid::administrators();
    const std::vector<Ace> parent = {
        {Ace::Allow, 0, right::enable, who},
        {Ace::Deny, Ace::ContainerInherit, right::full_write, who},
        {Ace::Allow, Ace::ContainerInherit | Ace::NoPropagate, right::method_execute, who},
        {Ace::Allow, Ace::ContainerInherit | Ace::InheritOnly, right::write_dac, who}};
    const std::vector<Ace> child = {
        {Ace::Deny, Ace::Inherited | Ace::ContainerInherit, right::full_write, who},
        {Ace::Allow, Ace::Inherited, right::method_execute, who},
        {Ace::Allow, Ace::Inherited | Ace::ContainerInherit, right::write_dac, who}};
    EXPECT_EQ(inherited_by_child(parent), child);
    const std::vector<Ace> grandchild = {child[0], child[2]};
    EXPECT_EQ(inherited_by_child(child), grandchild);
}

}  // namespace
}  // namespace openwmi::security
