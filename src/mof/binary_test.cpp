#include "mof/binary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mof/binary_format.h"
#include "mof/compiler.h"
#include "mof/recording_target.h"
#include "support/proves.h"

namespace openwmi::mof {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view everything = R"mof(#pragma autorecover
#pragma namespace("\\\\.\\root\\test")
#pragma classflags("updateonly", "safeupdate")
#pragma instanceflags("createonly")
Qualifier Mark : ToSubClass DisableOverride;
Qualifier Weight : sint32 = -3, Scope(class, property), Flavor(EnableOverride, ToSubclass);
[Description("one " "text") : Amended ToSubClass, Mark, Values{"a", "b"}, Size(0x10)]
class Base as $Base
{
    [key] string Id;
    [read : ToInstance] uint32 Numbers[3] = {1, 2, 3};
    sint64 Least = -9223372036854775808;
    real64 Half = -0.5e-3;
    char16 Letter = '\xD800';
    boolean Yes = TRUE; boolean No = FALSE; datetime Nothing = NULL;
    object Any; Base Inner; Base ref Other;
    [Static] uint32 Do([in, ID(0)] string What, [out] Base Where[]);
    void Nothing2();
};
class Derived : Base { };
instance of Derived as $First {
    Id = "ä\0b"; Other = $Second; Inner = instance of Base { Inner = instance of Base { Id = "in"; }; };
};
[Mark] instance of Derived as $Second { [Mark] Id = "two"; Numbers = {}; };
#pragma deleteclass("Gone", nofail)
#pragma deleteinstance("Base.Id='x'", fail)
)mof";

Document parsed(std::string_view text, std::string name = "a/test.mof") {
    ParseOptions options;
    options.fragments = true;
    Document document = parse(text, std::move(name), options);
    for (const auto& each : document.diagnostics) {
        EXPECT_NE(each.severity, base::Severity::Error) << document.render(each);
    }
    return document;
}

Document read(std::string_view bytes, std::string name = "test.bmof") {
    ParseOptions options;
    options.fragments = true;
    return read_binary(bytes, std::move(name), options);
}

// A header that fits this payload.
std::string sealed(const std::string& payload) {
    const auto fixed = [](std::uint64_t value, int size) {
        std::string bytes;
        for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
        return bytes;
    };
    return std::string(binary::magic) + fixed(1, 4) + fixed(0, 4) + fixed(payload.size(), 8) +
           fixed(binary::checksum(payload), 8) + payload;
}

TEST(BinaryMof, KeepsEverythingThatATextSays) {
    const Document text = parsed(everything);
    const std::string bytes = write_binary(text);
    const Document again = read(bytes);
    ASSERT_TRUE(again.ok()) << again.render(again.diagnostics.front());
    EXPECT_EQ(again.autorecover, true);
    EXPECT_EQ(again.items.size(), text.items.size());
    PROVES("OD-062", EXPECT_EQ(recorded(again), recorded(text)));
    EXPECT_THAT(recorded(again), HasSubstr("Mark : ToSubClass DisableOverride"));
}

TEST(BinaryMof, FailsOnTheLineThatTheTextFailsOn) {
    for (const char* wrong : {"class A {};\n\nclass B\n  : Missing\n{};\n",
                              "\r\n\r\nclass A { [key] string Id; };\rinstance of A\n{ No = 1;\n};",
                              "class A { [key] uint8 Id; };\ninstance of A { Id = 1000; };"}) {
        const Document text = parse(wrong, "test.mof");
        ASSERT_TRUE(text.ok());
        CheckTarget first;
        const Report expected = compile(text, first);
        CheckTarget second;
        const Document binary = read(write_binary(text));
        const Report report = compile(binary, second);
        ASSERT_FALSE(report.ok());
        EXPECT_EQ(report.error.status, expected.error.status);
        EXPECT_EQ(report.error.message, expected.error.message);
        EXPECT_EQ(report.object_number, expected.object_number);
        EXPECT_EQ(report.first_line, expected.first_line) << wrong;
        EXPECT_EQ(report.last_line, expected.last_line) << wrong;
        EXPECT_EQ(report.file, "test.bmof(test.mof)");
        EXPECT_EQ(report.classes, expected.classes);
        EXPECT_EQ(report.diagnostics.size(), expected.diagnostics.size());
    }
}

class OneInclude final : public SourceReader {
  public:
    Result<Source> read(std::string_view, std::string_view, const Limits&) override {
        return Source{"/home/someone/mofs/more/b.mof", "\n\n\nclass B : Missing {};"};
    }
};

TEST(BinaryMof, HoldsWhatItIncludesAndNoFoldersOfItsMaker) {
    OneInclude reader;
    ParseOptions options;
    options.reader = &reader;
    const Document text =
        parse("class A {};\n#include(\"more/b.mof\")\n", "/home/someone/mofs/a.mof", options);
    const std::string bytes = write_binary(text);
    EXPECT_EQ(bytes.find("someone"), std::string::npos);
    const Document binary = read(bytes, "a.bmof");
    CheckTarget target;
    const Report report = compile(binary, target);
    EXPECT_EQ(report.file, "more/b.mof");
    EXPECT_EQ(report.first_line, 4u);
    EXPECT_THAT(binary.render(report.diagnostics.front()), HasSubstr("more/b.mof:4:1: error"));
}

TEST(BinaryMof, IsReadWhereverAMofFileIs) {
    const std::string bytes = write_binary(parsed("class A { };"));
    EXPECT_EQ(read_document(bytes, "x").items.size(), 1u);
    EXPECT_EQ(read_document("class A { };", "x").items.size(), 1u);
    EXPECT_TRUE(is_binary(bytes));
    EXPECT_FALSE(is_binary("class A { };"));
}

std::string refusal(const std::string& bytes) {
    const Document document = read(bytes);
    EXPECT_FALSE(document.ok());
    EXPECT_TRUE(document.items.empty());
    return document.ok() ? "" : document.diagnostics.front().message;
}

TEST(BinaryMof, SaysWhatIsWrongWithIt) {
    const std::string good = write_binary(parsed(everything));
    EXPECT_THAT(refusal(std::string("FOMB\1\0\0\0", 8)), HasSubstr("Microsoft's format"));
    EXPECT_EQ(read("FOMB").diagnostics.front().status, Status::NotSupported);
    EXPECT_THAT(refusal("class A {};"), HasSubstr("no binary MOF"));
    EXPECT_THAT(refusal(good.substr(0, 20)), HasSubstr("ends in its header"));
    EXPECT_THAT(refusal(good.substr(0, good.size() - 1)), HasSubstr("bytes were written"));
    std::string newer = good;
    newer[8] = 2;
    EXPECT_THAT(refusal(newer), HasSubstr("version 2; 1 is understood"));
    std::string flipped = good;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    EXPECT_THAT(refusal(flipped), HasSubstr("checksum"));
    EXPECT_EQ(read(flipped).diagnostics.front().status, Status::MofInvalidFile);
    EXPECT_THAT(refusal(sealed("")), HasSubstr("ends in the middle"));
}

// Whatever the payload becomes, it is read or refused, and what is read can be compiled.
TEST(BinaryMof, SurvivesEveryChangeOfOneByte) {
    const std::string payload = write_binary(parsed(everything)).substr(binary::header_size);
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const int change : {1, 0x80, 0xff}) {
            std::string damaged = payload;
            damaged[at] = static_cast<char>(damaged[at] ^ change);
            const Document document = read(sealed(damaged));
            if (!document.ok()) continue;
            ++accepted;
            recorded(document);
        }
        EXPECT_FALSE(read(sealed(payload.substr(0, at))).ok());
    }
    EXPECT_GT(accepted, 0u);
}

// The strings and items of a payload by hand: all that a list of one instance needs.
std::string nested(std::size_t depth) {
    const std::string name("\1X", 2);
    std::string payload("\2\0", 2);  // two strings: "" and X
    payload += name;
    payload += std::string("\0\0", 2);            // no autorecover, no amendment
    payload += std::string("\1\0", 2);            // one file
    payload += std::string("\1\0\0\0\1", 5);      // one item, of file 0, on line 0: an instance
    const std::string instance("\0\0\0\1\0", 5);  // place, qualifiers, class X, no alias
    payload += instance;
    for (std::size_t i = 0; i < depth; ++i) {
        payload += std::string("\1\0\0\0\1\1\0\12", 8);  // one assignment X = instance
        payload += instance;
    }
    payload.push_back('\0');
    return payload;
}

TEST(BinaryMof, NestsAsDeepAsATextMay) {
    EXPECT_TRUE(read(sealed(nested(64))).ok()) << refusal(sealed(nested(64)));
    EXPECT_THAT(refusal(sealed(nested(65))), HasSubstr("too deep"));
    EXPECT_THAT(refusal(sealed(nested(1'000'000))), HasSubstr("too deep"));
}

TEST(BinaryMof, CostsNoMoreThanATextMay) {
    ParseOptions options;
    options.limits.tokens = 20;
    EXPECT_THAT(read_binary(write_binary(parsed(everything)), "x", options).diagnostics[0].message,
                HasSubstr("more than a MOF file may"));
    options = {};
    options.limits.total_bytes = 100;
    EXPECT_FALSE(read_binary(write_binary(parsed(everything)), "x", options).ok());
    // One text of 16 KiB, said fifty times: a file of 16 KiB.
    std::string list = "class A { string S[] = {";
    const std::string long_text = '"' + std::string(1 << 14, 'x') + '"';
    for (int i = 0; i < 50; ++i) list += long_text + ',';
    list += long_text + "}; };";
    options = {};
    options.limits.total_bytes = std::size_t{1} << 17;
    const std::string bytes = write_binary(parse(list, "x"));
    EXPECT_LT(bytes.size(), std::size_t{1} << 15);
    EXPECT_FALSE(read_binary(bytes, "x", options).ok());
    options.limits.total_bytes = std::size_t{1} << 20;
    EXPECT_TRUE(read_binary(bytes, "x", options).ok());
}

}  // namespace
}  // namespace openwmi::mof
