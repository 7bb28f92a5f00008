#include "mof/resource.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "mof/binary.h"

namespace openwmi::mof {
namespace {

using ::testing::HasSubstr;

std::string little_endian(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
    return bytes;
}

void put(std::string& file, std::size_t at, std::uint64_t value, std::size_t size) {
    file.replace(at, size, little_endian(value, size));
}

struct Made {
    std::string name;
    std::uint32_t language;
    std::string bytes;
};

// The least ELF file with these sections.
std::string elf(const std::vector<Made>& sections, bool wide) {
    const std::size_t width = wide ? 8 : 4;
    const std::size_t each = wide ? 64 : 40;
    std::string names(1, '\0');
    std::string content(64, '\0');
    std::string table(each, '\0');
    const auto add = [&](const std::string& name, const std::string& bytes) {
        std::string header(each, '\0');
        put(header, 0, names.size(), 4);
        put(header, 4, 1, 4);
        put(header, wide ? 0x18 : 0x10, content.size(), width);
        put(header, wide ? 0x20 : 0x14, bytes.size(), width);
        table += header;
        names += name + '\0';
        content += bytes;
    };
    for (const Made& made : sections) add(made.name, made.bytes);
    names += std::string(".shstrtab") + '\0';
    const std::size_t last = sections.size() + 1;
    std::string header(each, '\0');
    put(header, 4, 3, 4);
    put(header, wide ? 0x18 : 0x10, content.size(), width);
    put(header, wide ? 0x20 : 0x14, names.size(), width);
    table += header;
    content += names;
    std::string file = content;
    file.replace(0, 4, "\177ELF");
    file[4] = wide ? 2 : 1;
    file[5] = 1;
    put(file, wide ? 0x28 : 0x20, file.size(), width);
    put(file, wide ? 0x3a : 0x2e, each, 2);
    put(file, wide ? 0x3c : 0x30, last + 1, 2);
    put(file, wide ? 0x3e : 0x32, last, 2);
    return file + table;
}

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
    EXPECT_EQ(taken(pe({{"X", 0, "FOMB...."}}, true), "X"), "FOMB....");
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
