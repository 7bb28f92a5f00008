#include "mof/resource.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mof/binary.h"
#include "mof/test_elf.h"

namespace openwmi::mof {
namespace {

using ::testing::HasSubstr;

// The least PE file with these resources, all of the type MOFDATA.
std::string pe(const std::vector<Made>& resources, bool plus) {
    constexpr std::uint32_t address = 0x1000;
    constexpr std::uint32_t inside = 0x80000000u;
    std::string tree(24, '\0');  // types: one with a name
    put(tree, 12, 1, 2);
    put(tree, 16, inside | 24, 4);
    tree += little_endian(7, 2);
    for (const char c : std::string_view("MofData"))
        tree += little_endian(static_cast<unsigned char>(c), 2);
    put(tree, 20, inside | tree.size(), 4);
    const std::size_t names = tree.size();
    tree += std::string(16 + 8 * resources.size(), '\0');
    put(tree, names + 12, resources.size(), 2);
    for (std::size_t i = 0; i < resources.size(); ++i) {
        const Made& made = resources[i];
        put(tree, names + 16 + 8 * i, inside | tree.size(), 4);
        tree += little_endian(made.name.size(), 2);
        for (const char c : made.name) tree += little_endian(static_cast<unsigned char>(c), 2);
        put(tree, names + 20 + 8 * i, inside | tree.size(), 4);
        std::string languages(24, '\0');
        put(languages, 14, 1, 2);
        put(languages, 16, made.language, 4);
        put(languages, 20, tree.size() + 24, 4);
        tree += languages + little_endian(address + tree.size() + 40, 4) +
                little_endian(made.bytes.size(), 4) + std::string(8, '\0') + made.bytes;
    }
    std::string file(0x200, '\0');
    file.replace(0, 2, "MZ");
    put(file, 0x3c, 0x80, 4);
    file.replace(0x80, 2, "PE");
    put(file, 0x80 + 6, 1, 2);
    put(file, 0x80 + 20, 0xf0, 2);
    const std::size_t optional_header = 0x98;
    put(file, optional_header, plus ? 0x20b : 0x10b, 2);
    const std::size_t tables = optional_header + (plus ? 112 : 96);
    put(file, tables - 4, 16, 4);
    put(file, tables + 16, address, 4);
    put(file, tables + 20, tree.size(), 4);
    const std::size_t section = optional_header + 0xf0;
    put(file, section + 8, tree.size(), 4);
    put(file, section + 12, address, 4);
    put(file, section + 16, tree.size(), 4);
    put(file, section + 20, file.size(), 4);
    return file + tree;
}

std::string mof_of(const std::string& class_name) {
    return write_binary(parse("class " + class_name + " { };", class_name + ".mof"));
}

Result<std::string> taken(const std::string& file, const std::string& name,
                          std::optional<std::uint32_t> language = {}) {
    return std::string(WMI_TRY(extract_resource(file, {name, language})));
}

std::vector<std::string> files() {
    const std::string neutral = mof_of("Neutral");
    const std::string english = mof_of("English");
    const std::string other = mof_of("Other");
    const std::vector<Made> resources = {
        {"Sensors", 0, neutral}, {"Sensors", 0x409, english}, {"More.of.it", 0, other}};
    const std::vector<Made> sections = {{".text", 0, "code"},
                                        {".openwmi.mof.Sensors", 0, neutral},
                                        {".openwmi.mof.Sensors.ms_409", 0, english},
                                        {".openwmi.mof.More.of.it", 0, other}};
    return {elf(sections, true), elf(sections, false), pe(resources, true), pe(resources, false)};
}

TEST(Resource, IsFoundByNameAndLocale) {
    for (const std::string& file : files()) {
        EXPECT_EQ(taken(file, "sensors"), mof_of("Neutral"));
        EXPECT_EQ(taken(file, "Sensors", 0x409), mof_of("English"));
        EXPECT_EQ(taken(file, "More.of.it"), mof_of("Other"));
    }
}

TEST(Resource, ThatIsMissingIsAnsweredWithWhatIsThere) {
    for (const std::string& file : files()) {
        const auto none = taken(file, "Nothing");
        ASSERT_FALSE(none);
        EXPECT_EQ(none.error().status, Status::NotFound);
        EXPECT_THAT(none.error().message, HasSubstr("Sensors, Sensors (MS_409), More.of.it"));
        const auto german = taken(file, "Sensors", 0x407);
        ASSERT_FALSE(german);
        EXPECT_THAT(german.error().message, HasSubstr("not the one of MS_407"));
    }
    const std::string only = pe({{"X", 0x409, mof_of("X")}}, true);
    EXPECT_EQ(taken(only, "X"), mof_of("X"));
    const std::string two = pe({{"X", 0x409, mof_of("X")}, {"X", 0x407, mof_of("X")}}, true);
    EXPECT_THAT(taken(two, "X").error().message, HasSubstr("say which with -L"));
}

TEST(Resource, OfAnotherKindIsRefused) {
    EXPECT_THAT(taken("class A {};", "X").error().message, HasSubstr("neither an ELF"));
    EXPECT_THAT(taken(elf({{".openwmi.mof.X", 0, "text"}}, true), "X").error().message,
                HasSubstr("no binary MOF"));
    EXPECT_THAT(taken(elf({}, true), "X").error().message, HasSubstr("no binary MOF at all"));
    // Microsoft's is taken out, for the reader to refuse by name.
    EXPECT_EQ(*taken(pe({{"X", 0, "FOMB...."}}, true), "X"), "FOMB....");
}

TEST(Resource, OfADamagedFileIsFoundOrRefused) {
    for (const std::string& file : files()) {
        for (std::size_t at = 0; at < file.size(); ++at) {
            (void)taken(file.substr(0, at), "Sensors");
            for (const char change : {'\x01', '\x80', '\xff'}) {
                std::string damaged = file;
                damaged[at] = static_cast<char>(damaged[at] ^ change);
                (void)taken(damaged, "Sensors");
            }
        }
        EXPECT_FALSE(taken(file.substr(0, 0x50), "Sensors"));
    }
}

TEST(Resource, LocalesAreReadAsTheyAreWritten) {
    for (const char* text : {"MS_409", "ms_409", "0x409", "1033"}) {
        EXPECT_EQ(language_of_locale(text), 0x409u) << text;
    }
    for (const char* text : {"", "MS_", "english", "0x", "4x", "MS_409 ", "0"}) {
        EXPECT_EQ(language_of_locale(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace openwmi::mof
