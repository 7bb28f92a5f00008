#include "mof/writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/text.h"
#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "support/proves.h"

namespace openwmi::mof {
namespace {

const cim::NamespacePath name_space = cim::NamespacePath::literal("root\\default");

// Keeps the last instance put.
class Keeper final : public Target {
  public:
    CheckTarget classes;
    cim::InstancePtr instance;
    Result<bool> namespace_exists(const cim::NamespacePath&) override { return true; }
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& ns, const cim::Name& n) override {
        return classes.find_class(ns, n);
    }
    Result<> put_class(const cim::NamespacePath& ns, const cim::ClassDeclaration& declaration,
                       PutFlags flags) override {
        return classes.put_class(ns, declaration, flags);
    }
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& ns, const cim::InstancePtr& i,
                                         PutFlags flags) override {
        instance = i;
        return classes.put_instance(ns, i, flags);
    }
    Result<> delete_class(const cim::NamespacePath&, const cim::Name&) override { return {}; }
    Result<> delete_instance(const cim::NamespacePath&, const cim::ObjectPath&) override {
        return {};
    }
};

void compile_into(Keeper& target, const std::string& text) {
    ParseOptions options;
    options.strict = true;  // what is written passes the strictest reader
    const Document document = parse(text, "text.mof", options);
    for (const auto& d : document.diagnostics) ADD_FAILURE() << text << document.render(d);
    const Report report = compile(document, target);
    ASSERT_TRUE(report.ok()) << text << summary(report);
}

const char* const rich_class = R"(
[Description("back\\slash \"quoted\" \t\n\x0001 \x00e9 \x6f22") : ToInstance ToSubClass Amended,
 Number(-5), Real(2.0), Off(FALSE), List{"a", "b\\"}, Empty{}, Numbers{1, 2},
 Settled("x") : ToSubClass DisableOverride]
class Rich
{
    [key] string Id;
    boolean Flag = TRUE;
    sint8 A = -128; uint8 B = 255; sint16 C = -32768; uint16 D = 65535;
    sint32 E = -2147483648; uint32 F = 4294967295;
    sint64 G = -9223372036854775808; uint64 H = "18446744073709551615";
    real32 I = 1.5; real64 J = -1.2778E+02; real64 K = 1e300; real64 L = 5;
    string M = "line1\nline2"; datetime N = "19940107140332.000000-300";
    char16 O = 'A'; char16 P = '\''; char16 Q = '\x4133';
    object ref R; Rich ref S = "Rich.Id=\"a\\\\b\"";
    string Bounded[3] = {"x", "y"}; uint64 Many[] = {1, 2}; boolean Flags[] = {TRUE, FALSE};
    object Anything; object Things[]; Rich Inner;
    [implemented] uint32 Do([in] sint32 Level = 3, [in, out] string Text[], [out] Rich ref Made);
    void Stop();
};)";

TEST(Writer, AClassReadAgainIsTheSame) {
    Keeper first;
    compile_into(first, rich_class);
    const cim::ClassPtr cls = first.find_class(name_space, "Rich").value();
    const std::string text = write(*cls);
    Keeper second;
    compile_into(second, text);
    const cim::ClassPtr again = second.find_class(name_space, "Rich").value();
    EXPECT_EQ(write(*again), text);
    EXPECT_EQ(again->layout()->hash(), cls->layout()->hash());
    EXPECT_EQ(again->qualifiers(), cls->qualifiers());
    ASSERT_EQ(again->properties().size(), cls->properties().size());
    for (std::size_t i = 0; i < cls->properties().size(); ++i) {
        const cim::Property& property = cls->properties()[i];
        const cim::Property& read = again->properties()[i];
        EXPECT_EQ(read.default_value, property.default_value) << property.name.text();
        EXPECT_EQ(read.qualifiers, property.qualifiers) << property.name.text();
        EXPECT_EQ(read.type, property.type) << property.name.text();
        EXPECT_EQ(read.class_name, property.class_name) << property.name.text();
    }
    ASSERT_EQ(again->methods().size(), 2u);
    const auto& written = cls->find_method("Do")->parameters;
    const auto& read = again->find_method("Do")->parameters;
    ASSERT_EQ(read.size(), written.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
        EXPECT_EQ(read[i].qualifiers, written[i].qualifiers) << i;
        EXPECT_EQ(read[i].default_value, written[i].default_value) << i;
    }
}

TEST(Writer, WritesOnlyWhatTheClassSaysItself) {
    Keeper target;
    compile_into(target,
                 "[Note(1) : ToSubClass] class A { [key] string Id; uint8 N = 1; void f(); };\n"
                 "class B : A { uint8 N = 2; };");
    EXPECT_EQ(write(*target.find_class(name_space, "B").value()),
              "class B : A\n{\n    uint8 N = 2;\n};\n");
}

TEST(Writer, AnInstanceReadAgainIsTheSame) {
    Keeper first;
    compile_into(first, std::string(rich_class) + R"(
        [Locale(1033)] instance of Rich
        {
            Id = "a\"b\\c"; Flag = NULL; G = "-1"; I = 0.1; J = 0.1; O = 10; M = "";
            Bounded = {}; Flags = {FALSE}; Anything = instance of Rich { Id = "in"; };
            Things = {instance of Rich { A = 1; }, instance of __EventFilter { Name = "n"; }};
            N = "00000000010000.000000:000";
        };)");
    const std::string text = write(*first.instance);
    Keeper second;
    compile_into(second, std::string(rich_class) + text);
    ASSERT_TRUE(second.instance);
    EXPECT_EQ(write(*second.instance), text);
    EXPECT_EQ(second.instance->qualifiers(), first.instance->qualifiers());
    const cim::Class& cls = first.instance->class_of();
    for (std::size_t i = 0; i < cls.properties().size(); ++i) {
        EXPECT_EQ(second.instance->get(i), first.instance->get(i))
            << cls.properties()[i].name.text();
        EXPECT_EQ(second.instance->is_default(i), first.instance->is_default(i))
            << cls.properties()[i].name.text();
    }
}

TEST(Writer, AnInstanceLooksLikeMof) {
    Keeper target;
    compile_into(target,
                 "class In { uint8 X; };\nclass A { [key] string Id; In E; uint64 H[]; };\n"
                 "instance of A { Id = \"x\"; E = instance of In { X = 1; }; H = {5}; };");
    EXPECT_EQ(write(*target.instance),
              "instance of A\n"
              "{\n"
              "    Id = \"x\";\n"
              "    E = instance of In\n"
              "    {\n"
              "        X = 1;\n"
              "    };\n"
              "    H = {\"5\"};\n"
              "};\n");
}

TEST(Writer, WritesValues) {
    const cim::Type real{cim::CimType::Real64, false};
    EXPECT_EQ(write_value({}, real), "NULL");
    EXPECT_EQ(write_value(5.0, real), "5.0");
    EXPECT_EQ(write_value(1e300, real), "1e+300");
    EXPECT_EQ(write_value(std::numeric_limits<double>::quiet_NaN(), real),
              "NULL /* not a number */");
    EXPECT_EQ(write_value("\x7f", {cim::CimType::String, false}), "\"\\x007F\"");
}

// Random text survives writing and reading.
TEST(Writer, AnyTextReadAgainIsTheSame) {
    const auto seed = std::random_device()();
    std::mt19937 random(seed);
    Keeper target;
    compile_into(target, "class A { [key] string Id; };");
    const cim::ClassPtr cls = target.find_class(name_space, "A").value();
    for (int round = 0; round < 200; ++round) {
        std::u16string text;
        for (auto length = random() % 20; length > 0; --length) {
            const auto unit =
                static_cast<char16_t>(random() % 3 == 0 ? random() % 0xd800 : random() % 0x80);
            text += unit;
        }
        cim::InstanceBuilder builder(cls);
        ASSERT_TRUE(builder.set("Id", base::utf16_to_utf8(text)).has_value());
        const cim::InstancePtr instance = builder.build();
        compile_into(target, write(*instance));
        EXPECT_EQ(target.instance->get(0), instance->get(0)) << "seed " << seed;
    }
}

}  // namespace
}  // namespace openwmi::mof
