#include "mof/source.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/text.h"
#include "mof/parser.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::mof {
namespace {

using namespace std::string_view_literals;

std::string utf16(std::u16string_view text, bool big_endian) {
    std::string bytes = big_endian ? "\xfe\xff" : "\xff\xfe";
    for (const char16_t unit : text) {
        const char high = static_cast<char>(unit >> 8);
        const char low = static_cast<char>(unit & 0xff);
        bytes += big_endian ? high : low;
        bytes += big_endian ? low : high;
    }
    return bytes;
}

TEST(Decode, TurnsAllEncodingsIntoUtf8) {
    const std::string text = "class \u00dc;\r\n";
    const std::u16string wide = base::utf8_to_utf16(text);
    PROVES("MOF-002", EXPECT_EQ(decode(utf16(wide, false)).value().text, text));
    PROVES("MOF-002", EXPECT_EQ(decode(utf16(wide, true)).value().text, text));
    PROVES("MOF-002", EXPECT_EQ(decode("class \xdc;\r\n").value().text, text));
    EXPECT_TRUE(decode("class \xdc;\r\n").value().ansi);
    EXPECT_EQ(decode("\xef\xbb\xbf" + text).value().text, text);
    EXPECT_EQ(decode(text).value().text, text);
    EXPECT_FALSE(decode(text).value().ansi);
    EXPECT_EQ(decode("\x80\x93z\x94").value().text, "\u20ac\u201cz\u201d");
}

TEST(Decode, RefusesWhatIsNotWhatItsMarkSays) {
    for (const std::string_view bytes : {"\xff\xfe\x61"sv, "\xff\xfe\x00\xd8\x61\x00"sv,
                                         "\xfe\xff\xdc\x00"sv, "\xef\xbb\xbf\xff"sv}) {
        const auto decoded = decode(bytes);
        ASSERT_FALSE(decoded.has_value());
        EXPECT_EQ(decoded.error().status, Status::MofInvalidFile);
    }
}

// Files in memory.
class Files final : public SourceReader {
  public:
    std::map<std::string, std::string, std::less<>> files;
    Result<Source> read(std::string_view include, std::string_view, const Limits&) override {
        const auto found = files.find(include);
        if (found == files.end()) {
            return fail(Status::MofErrorInvalidIncludeFile, "no file {}", include);
        }
        return Source{found->first, found->second};
    }
};

Document parse_with(Files& files, std::string_view text) {
    ParseOptions options;
    options.reader = &files;
    return parse(text, "main.mof", options);
}

TEST(Include, PutsTheFileInItsPlace) {
    Files files;
    files.files["b.mof"] = "class B {};";
    files.files["c.mof"] = "class C {};";
    const Document document = parse_with(
        files, "class A {}; #include(\"b.mof\")\n#pragma include(\"c.mof\")\nclass D {};");
    ASSERT_TRUE(document.ok());
    std::string names;
    for (const Item& item : document.items) names += std::get<ClassNode>(item.node).name.text;
    PROVES("MOF-031", EXPECT_EQ(names, "ABCD"));
    EXPECT_EQ(document.items[1].place.file, 1u);
}

TEST(Include, MistakesNameTheFileTheyAreIn) {
    Files files;
    files.files["b.mof"] = "\nclass {};";
    const Document document = parse_with(files, "#include(\"b.mof\")");
    ASSERT_EQ(document.diagnostics.size(), 1u);
    EXPECT_EQ(document.diagnostics[0].file, "b.mof");
    EXPECT_EQ(document.render(document.diagnostics[0]).substr(0, 17), "b.mof:2:7: error:");
}

TEST(Include, EndsCyclesDepthAndSize) {
    Files files;
    files.files["main.mof"] = "class A {};";
    files.files["loop.mof"] = "#include(\"loop.mof\")";
    for (int i = 0; i < 20; ++i) {
        files.files[fmt::format("{}.mof", i)] = fmt::format("#include(\"{}.mof\")", i + 1);
    }
    for (const char* text : {"#include(\"main.mof\")", "#include(\"loop.mof\")",
                             "#include(\"0.mof\")", "#include(\"none.mof\")", "#include()"}) {
        const Document document = parse_with(files, text);
        ASSERT_EQ(document.diagnostics.size(), 1u) << text;
        EXPECT_EQ(document.diagnostics[0].status, Status::MofErrorInvalidIncludeFile) << text;
    }
    Files big;
    big.files["big.mof"] = std::string(1000, ' ');
    ParseOptions options;
    options.reader = &big;
    options.limits.file_bytes = 999;
    EXPECT_FALSE(parse("#include(\"big.mof\")", "main.mof", options).ok());
    EXPECT_EQ(parse(std::string(1000, ' '), "main.mof", options).diagnostics[0].status,
              Status::MofInvalidFile);
}

TEST(Include, WithoutAReaderIsRefused) {
    const Document document = parse("#include(\"/etc/passwd\")", "main.mof");
    ASSERT_EQ(document.diagnostics.size(), 1u);
    EXPECT_EQ(document.diagnostics[0].status, Status::MofErrorInvalidIncludeFile);
}

TEST(FileReader, FindsFilesBesideTheIncludingOne) {
    const support::TemporaryFolder folder;
    const std::filesystem::path& root = folder.path();
    std::filesystem::create_directories(root / "sub");
    std::ofstream(root / "main.mof") << "#include(\"sub\\\\b.mof\")";
    std::ofstream(root / "sub" / "b.mof") << "#include(\"c.mof\") class B {};";
    std::ofstream(root / "sub" / "c.mof") << "class C {};";
    const auto source = FileReader::open((root / "main.mof").string());
    ASSERT_TRUE(source.has_value());
    FileReader reader;
    ParseOptions options;
    options.reader = &reader;
    const Document document = parse(source->bytes, source->name, options);
    EXPECT_TRUE(document.ok());
    PROVES("MOF-031", EXPECT_EQ(document.items.size(), 2u));
    EXPECT_EQ(FileReader::open((root / "none.mof").string()).error().status,
              Status::MofInvalidFile);
    EXPECT_EQ(FileReader::open(root.string()).error().status, Status::MofInvalidFile);
}

}  // namespace
}  // namespace openwmi::mof
