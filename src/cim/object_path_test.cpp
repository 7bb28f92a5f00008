#include "cim/object_path.h"

#include <gtest/gtest.h>

#include <random>

#include "support/proves.h"

namespace openwmi::cim {
namespace {

ObjectPath must(std::string_view text) {
    auto parsed = ObjectPath::parse(text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    return parsed ? *std::move(parsed) : ObjectPath();
}

TEST(ObjectPathTest, ReadsEveryForm) {
    const auto full = must(R"(\\Server\root\cimv2:Win32_Process.Handle="4")");
    PROVES("COM-175", EXPECT_EQ(full.server, "Server"));
    PROVES("COM-175", EXPECT_EQ(full.name_space, NamespacePath::literal(R"(root\cimv2)")));
    PROVES("COM-175", EXPECT_EQ(full.class_name, Name("Win32_Process")));
    ASSERT_EQ(full.keys.size(), 1u);
    PROVES("COM-175", EXPECT_EQ(full.keys[0].name, Name("Handle")));
    PROVES("COM-175", EXPECT_EQ(full.keys[0].value, Value("4")));

    const auto relative = must(R"(Win32_Process.Handle="4")");
    PROVES("COM-175", EXPECT_FALSE(relative.server || relative.name_space));
    const auto short_form = must(R"(Win32_Process="4")");
    PROVES("COM-175", EXPECT_TRUE(short_form.keys.at(0).name.empty()));
    const auto two_keys = must(R"(C.B=2,A="1")");
    PROVES("COM-175", EXPECT_EQ(two_keys.keys.size(), 2u));
    PROVES("COM-175", EXPECT_TRUE(must("Win32_WMISetting=@").singleton));
    PROVES("COM-175", EXPECT_TRUE(must("Win32_Process").is_class()));
    PROVES("COM-175", EXPECT_TRUE(must(R"(root\cimv2:Win32_Process)").is_class()));
    EXPECT_TRUE(must(R"(\\.\root\cimv2)").class_name.empty());
    EXPECT_EQ(must(R"(root\cimv2)").name_space, NamespacePath::literal(R"(root\cimv2)"));
    EXPECT_EQ(must("root").class_name, Name("root"));
}

TEST(ObjectPathTest, ReadsValues) {
    struct Case {
        const char* literal;
        Value value;
    };
    for (const auto& [literal, value] : {
             Case{R"("two words")", "two words"},
             Case{R"('single "double"')", R"(single "double")"},
             Case{R"("a \"quoted\" word")", R"(a "quoted" word)"},
             Case{R"("C:\\Temp\\x")", R"(C:\Temp\x)"},
             Case{R"("C:\Temp")", R"(C:\Temp)"},
             Case{R"('it\'s')", "it's"},
             Case{R"("")", ""},
             Case{"0x1F", 31},
             Case{"0XffffFFFF", std::int64_t{4294967295}},
             Case{"-2147483648", std::int64_t{-2147483648}},
             Case{"+7", 7},
             Case{"true", true},
             Case{"FALSE", false},
         }) {
        const auto path = ObjectPath::parse(fmt::format("C.K={}", literal));
        PROVES("COM-176", ASSERT_TRUE(path) << literal);
        PROVES("COM-176", EXPECT_EQ(path->keys.at(0).value, value) << literal);
    }
}

TEST(ObjectPathTest, IntegersBeyond32BitsAreQuoted) {
    PROVES("COM-177", EXPECT_TRUE(ObjectPath::parse("C.K=0xFFFFFFFF")));
    PROVES("COM-177", EXPECT_FALSE(ObjectPath::parse("C.K=0x100000000")));
    PROVES("COM-178", EXPECT_FALSE(ObjectPath::parse("C.K=4294967296")));
    PROVES("COM-178", EXPECT_FALSE(ObjectPath::parse("C.K=-2147483649")));
    PROVES("COM-178", EXPECT_FALSE(ObjectPath::parse("C.K=99999999999999999999999999")));
    PROVES("COM-178", EXPECT_TRUE(ObjectPath::parse("C.K=\"4294967296\"")));
}

TEST(ObjectPathTest, BothSlashesSeparate) {
    const auto path = must("//server/root/cimv2:C.K=\"a/b:c\"");
    PROVES("COM-176", EXPECT_EQ(path.server, "server"));
    PROVES("COM-176", EXPECT_EQ(path.name_space, NamespacePath::literal("root\\cimv2")));
    EXPECT_EQ(path.keys.at(0).value, Value("a/b:c"));
    EXPECT_EQ(must("\\\\[::1]\\root:C").server, "[::1]");
    EXPECT_EQ(must("\\\\my%20host\\root\\my%20names:C").name_space->last(), Name("my names"));
    EXPECT_EQ(must("\\\\.\\root:C").server, ".");
}

TEST(ObjectPathTest, ReferencesAreQuotedPaths) {
    const auto path =
        must(R"(__FilterToConsumerBinding.Consumer="LogFileEventConsumer.Name=\"L\",Filter.x='1'",)"
             R"(Filter="\\\\.\\root\\subscription:__EventFilter.Name=\"F\"")");
    ASSERT_EQ(path.keys.size(), 2u);
    EXPECT_EQ(path.keys[1].value, Value(R"(\\.\root\subscription:__EventFilter.Name="F")"));
    const auto inner = must(path.keys[1].value.get<std::string>());
    EXPECT_EQ(inner.keys.at(0).value, Value("F"));
}

TEST(ObjectPathTest, WritesWhatItReads) {
    for (const char* text : {
             R"(\\Server\root\cimv2:C.K="v",L=5,M=TRUE)",
             R"(root\cimv2:C="v")",
             R"(C=@)",
             R"(C)",
             R"(\\.\root\cimv2)",
             R"(C.K="a \"b\" \\ c")",
             R"(Größe.Schlüssel="ü")",
         }) {
        EXPECT_EQ(must(text).text(), text);
        EXPECT_EQ(must(must(text).text()).text(), text);
    }
    ObjectPath large = ObjectPath::of_class("C");
    large.keys.push_back({"K", Value(std::uint64_t{18446744073709551615u})});
    EXPECT_EQ(large.text(), "C.K=\"18446744073709551615\"");
    EXPECT_EQ(must("\\\\S\\root:C.K=1").relative_text(), "C.K=1");
}

TEST(ObjectPathTest, SaysWhatIsWrongAndWhere) {
    struct Case {
        const char* text;
        const char* message;
    };
    for (const auto& [text, message] : {
             Case{"C. K=1", "expected a key's name at byte 3, found ' '"},
             Case{"C.K =1", "expected '=' after the key's name at byte 4, found ' '"},
             Case{"C.K= 1",
                  "expected a quoted text, an integer, TRUE or FALSE at byte 5, found ' '"},
             Case{"C.K=1 ", "expected the end of the path at byte 6, found ' '"},
             Case{"C.K=abc",
                  "expected a quoted text, an integer, TRUE or FALSE at byte 5, found 'a'"},
             Case{"C.K=", "expected a key's value, found the end"},
             Case{"C.", "expected a key's name, found the end"},
             Case{"C.K=\"x", "the quote at byte 5 is never closed"},
             Case{"C.K=\"x\\\"", "the quote at byte 5 is never closed"},
             Case{"C.K=1,K=2", "the key K is given twice"},
             Case{"C.K=1,", "expected a key's name, found the end"},
             Case{"C=@x", "expected the end of the path at byte 4, found 'x'"},
             Case{"C.K=-", "expected a digit, found the end"},
             Case{"C.K=0x", "expected a digit, found the end"},
             Case{"1C", "expected a class name at byte 1, found '1'"},
             Case{"C#", "expected '.' or '=' after the class name at byte 2, found '#'"},
             Case{"root\\cimv2:", "expected a class name, found the end"},
             Case{"root\\cimv2: C", "expected a class name at byte 12, found ' '"},
         }) {
        const auto path = ObjectPath::parse(text);
        PROVES("COM-176", ASSERT_FALSE(path) << text);
        EXPECT_EQ(path.error().status, Status::InvalidObjectPath);
        EXPECT_EQ(path.error().message,
                  fmt::format("\"{}\" is not an object path: {}", text, message));
    }
}

TEST(ObjectPathTest, RefusesOtherNonsense) {
    for (const char* text : {"", ":", ":C", "\\\\", "\\\\server", "\\\\server:C", "cimv2\\x:C",
                             "C.K=\"\xFF\"", "=\"v\"", "\"C\"", "root\\a b:C"}) {
        const auto path = ObjectPath::parse(text);
        ASSERT_FALSE(path) << text;
        EXPECT_EQ(path.error().status, Status::InvalidObjectPath) << text;
    }
}

// Texts made of the grammar's own characters: what is accepted must mean the same when it is
// written and read again.
TEST(ObjectPathTest, RandomTextEitherFailsOrSurvivesTheRoundTrip) {
    constexpr std::string_view alphabet = "\\/.:=,'\"@%[]-+019xAFcroot \xC3\xBC";
    std::mt19937 random(20260101);
    int accepted = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 ? "C.K=" : "\\\\s\\root:C=";
        for (auto length = random() % 12; length > 0; --length) {
            text.push_back(alphabet[random() % alphabet.size()]);
        }
        const auto path = ObjectPath::parse(text);
        if (!path) continue;
        ++accepted;
        const auto again = ObjectPath::parse(path->text());
        ASSERT_TRUE(again) << text << " became " << path->text();
        EXPECT_EQ(again->text(), path->text()) << text;
    }
    EXPECT_GT(accepted, 100);
}

TEST(ObjectPathTest, HasALimit) {
    const auto of_units = [](std::size_t units) {
        return "C.K=\"" + std::string(units - 6, 'x') + "\"";
    };
    EXPECT_TRUE(ObjectPath::parse(of_units(8192)));
    EXPECT_FALSE(ObjectPath::parse(of_units(8193)));
}

TEST(ObjectPathTest, AServerThatNeedsEscapesComesBack) {
    for (const char* text :
         {R"(\\a%20b\root:C)", R"(\\%5Bx\root:C)", R"(\\[fe80::1]\root:C)", R"(\\100%25\root:C)"}) {
        EXPECT_EQ(must(text).text(), text);
    }
    EXPECT_EQ(must(R"(\\a%20b\root:C)").server, "a b");
}

TEST(ObjectPathTest, ANamespaceAloneComesBackAsOne) {
    const auto path = must("\\root");
    EXPECT_TRUE(path.class_name.empty());
    EXPECT_EQ(must(path.text()).name_space, NamespacePath::root());
    EXPECT_FALSE(parse_path("/"));
    EXPECT_FALSE(parse_path("/:C"));
}

TEST(ObjectPathTest, ScopesStandInLoosePathsOnly) {
    const char* text = R"(ns\x:Box.Name="a/b"\Disk=1/Volume.Id=2)";
    const auto parts = parse_path(text);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->namespaces, (std::vector<Name>{Name("ns"), Name("x")}));
    ASSERT_EQ(parts->scopes.size(), 2U);
    EXPECT_EQ(parts->scopes[0].text(), R"(Box.Name="a/b")");
    EXPECT_EQ(parts->object->text(), "Volume.Id=2");
    EXPECT_FALSE(ObjectPath::parse(text));
    EXPECT_FALSE(ObjectPath::parse("Box=1/Disk=2"));
    EXPECT_FALSE(ObjectPath::parse(R"(\\server\)"));
    EXPECT_TRUE(parse_path(R"(\\server\)")->namespaces.empty());
    EXPECT_EQ(parse_path("x", LoneName::Namespace)->namespaces.size(), 1U);
}

}  // namespace
}  // namespace openwmi::cim
