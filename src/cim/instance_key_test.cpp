#include <gtest/gtest.h>

#include "cim/class.h"
#include "cim/object_path.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

Property property(const char* name, CimType type) {
    Property result;
    result.name = name;
    result.type = {type};
    return result;
}

Property key(const char* name, CimType type) {
    auto result = property(name, type);
    result.qualifiers.put({"key", Type{CimType::Boolean}, true, {true, true, false}});
    return result;
}

ClassPtr make_class(const char* name, std::vector<Property> properties, bool singleton = false) {
    ClassDeclaration declaration;
    declaration.name = name;
    declaration.properties = std::move(properties);
    if (singleton) {
        declaration.qualifiers.put(
            {"singleton", Type{CimType::Boolean}, true, {true, true, false}});
    }
    auto cls = Class::derive(std::move(declaration), nullptr);
    EXPECT_TRUE(cls) << (cls ? "" : cls.error().message);
    return *cls;
}

Result<std::string> key_of(std::string_view path, const ClassPtr& cls) {
    return instance_key(WMI_TRY(ObjectPath::parse(path)), *cls);
}

TEST(InstanceKeyTest, EqualPathsHaveEqualKeys) {
    const auto two = make_class("C", {key("A", CimType::String), key("B", CimType::Uint32),
                                      property("P", CimType::String)});
    const auto expected = key_of(R"(C.A="Größe",B=10)", two);
    ASSERT_TRUE(expected) << expected.error().message;
    for (const char* same :
         {R"(C.B=10,A="Größe")", R"(c.a='GRÖßE',b=0xA)", R"(\\.\root\x:C.A="größe",B=+10)"}) {
        PROVES("COM-176", EXPECT_EQ(key_of(same, two), expected) << same);
    }
    EXPECT_NE(key_of(R"(C.A="Größe",B=11)", two), expected);
    EXPECT_EQ(*expected, "\"größe\",10");
}

TEST(InstanceKeyTest, TheShortFormIsTheOnlyKey) {
    const auto one = make_class("C", {key("K", CimType::String)});
    PROVES("COM-175", EXPECT_EQ(key_of(R"(C="v")", one), key_of(R"(C.K="V")", one)));
    const auto two = make_class("C", {key("A", CimType::String), key("B", CimType::Uint32)});
    PROVES("COM-175", EXPECT_FALSE(key_of(R"(C="v")", two)));
}

TEST(InstanceKeyTest, DifferentKeysNeverLookAlike) {
    const auto two = make_class("C", {key("A", CimType::String), key("B", CimType::String)});
    EXPECT_NE(key_of(R"(C.A="x\",\"y",B="z")", two), key_of(R"(C.A="x",B="y\",\"z")", two));
    EXPECT_NE(key_of(R"(C.A="x\\",B="y")", two), key_of(R"(C.A="x",B="\\y")", two));
}

TEST(InstanceKeyTest, CoercesToTheKeysType) {
    const auto text = make_class("C", {key("K", CimType::String)});
    EXPECT_EQ(key_of("C.K=4", text), key_of("C.K=\"4\"", text));
    const auto large = make_class("C", {key("K", CimType::Uint64)});
    PROVES("COM-178",
           EXPECT_EQ(*key_of("C.K=\"18446744073709551615\"", large), "18446744073709551615"));
    EXPECT_EQ(key_of("C.K=\"7\"", large), key_of("C.K=7", large));
    PROVES("COM-178", EXPECT_FALSE(key_of("C.K=\"0x7\"", large)));
    const auto flag = make_class("C", {key("K", CimType::Boolean)});
    PROVES("COM-176", EXPECT_EQ(key_of("C.K=true", flag), key_of("C.K=TRUE", flag)));
    const auto small = make_class("C", {key("K", CimType::Uint8)});
    EXPECT_FALSE(key_of("C.K=256", small));
    EXPECT_FALSE(key_of("C.K=-1", small));
    EXPECT_FALSE(key_of("C.K=\"x\"", small));
}

TEST(InstanceKeyTest, ReferencesCompareAsPaths) {
    const auto binding = make_class("C", {key("R", CimType::Reference)});
    const auto expected = key_of(R"(C.R="F.A=\"x\",B=1")", binding);
    ASSERT_TRUE(expected) << expected.error().message;
    EXPECT_EQ(key_of(R"(C.R="f.b=0x1,a='X'")", binding), expected);
    EXPECT_NE(key_of(R"(C.R="F.A=\"x\",B=2")", binding), expected);
    EXPECT_EQ(key_of(R"(C.R="\\\\.\\root\\x:F=@")", binding),
              key_of(R"(C.R="root/X:F=@")", binding));
}

TEST(InstanceKeyTest, Singletons) {
    const auto single = make_class("S", {property("P", CimType::String)}, true);
    const auto plain = make_class("C", {key("K", CimType::String)});
    PROVES("COM-175", EXPECT_EQ(*key_of("S=@", single), "@"));
    EXPECT_FALSE(key_of("C=@", plain));
    EXPECT_FALSE(key_of("S=\"x\"", single));
}

TEST(InstanceKeyTest, SaysWhatIsWrong) {
    const auto two = make_class("C", {key("A", CimType::String), key("B", CimType::Uint32),
                                      property("P", CimType::String)});
    const auto keyless = make_class("N", {property("P", CimType::String)});
    struct Case {
        const char* path;
        ClassPtr cls;
        const char* message;
    };
    for (const auto& [path, cls, message] : {
             Case{"C", two, "C: this is the path of a class, not of an instance"},
             Case{"C.A=\"x\"", two, "C.A=\"x\": the key B is missing"},
             Case{"C.A=\"x\",B=1,P=\"y\"", two,
                  "C.A=\"x\",B=1,P=\"y\": P is no key of the class C"},
             Case{"C.A=\"x\",B=1,Q=2", two, "C.A=\"x\",B=1,Q=2: Q is no key of the class C"},
             Case{"N.P=\"x\"", keyless, "N.P=\"x\": the class N has no key"},
         }) {
        const auto result = key_of(path, cls);
        ASSERT_FALSE(result) << path;
        EXPECT_EQ(result.error().status, Status::InvalidObjectPath);
        EXPECT_EQ(result.error().message, message);
    }
}

}  // namespace
}  // namespace openwmi::cim
