#include "xml/xml.h"

#include <gmock/gmock.h>

#include "cim/schema.h"
#include "cim/test_classes.h"

namespace openwmi::xml {
namespace {

using cim::CimType;
using cim::Value;

std::string written(const cim::Object& object, Dialect dialect = Dialect::Wmi) {
    auto text = write(object, dialect);
    EXPECT_TRUE(text) << (text ? "" : text.error().message);
    return text.value_or("");
}
cim::ObjectPtr reread(std::string_view text) {
    auto object = read(text);
    EXPECT_TRUE(object) << (object ? "" : object.error().message) << "\n" << text;
    return object.value_or(nullptr);
}
std::string refusal(std::string_view text) {
    const auto object = read(text);
    EXPECT_FALSE(object) << text;
    return object ? "" : std::string(symbol(object.error().status)) + ": " + object.error().message;
}

class XmlTest : public ::testing::TestWithParam<Dialect> {};
INSTANTIATE_TEST_SUITE_P(Dialects, XmlTest, ::testing::Values(Dialect::Cim, Dialect::Wmi),
                         [](const auto& dialect) {
                             return dialect.param == Dialect::Cim ? "Cim" : "Wmi";
                         });

TEST_P(XmlTest, AnInstanceOfEveryTypeComesBack) {
    const auto cls = cim::test::everything();
    cim::InstanceBuilder builder(*cim::test::instance_of_everything(cls));
    ASSERT_TRUE(builder.set(cim::Name("many_char16"), Value(cim::Unsigneds{65, ' ', '\r', '<'})));
    ASSERT_TRUE(builder.set(cim::Name("a_string"), Value("  <a & \"b\">\r\n\t ")));
    const auto instance = builder.build();
    const auto back = reread(written(*instance, GetParam()));
    ASSERT_TRUE(back && back->as_instance());
    EXPECT_TRUE(cim::same_content(*instance, *back)) << written(*instance, GetParam());
    EXPECT_EQ(written(*back, GetParam()), written(*instance, GetParam()));
}

TEST_P(XmlTest, NullIsNotEmpty) {
    const auto cls = cim::test::make_class(
        "C",
        {cim::test::property("None", CimType::String),
         cim::test::property("Empty", CimType::String), cim::test::array("NoList", CimType::Sint32),
         cim::test::array("List", CimType::Sint32), cim::test::property("Blank", CimType::String)});
    const auto instance = cim::test::make_instance(
        cls, {{"Empty", Value("")}, {"List", Value(cim::Integers{})}, {"Blank", Value("  ")}});
    const auto back = reread(written(*instance, GetParam()));
    EXPECT_TRUE(cim::same_content(*instance, *back));
    const auto& read_back = *back->as_instance();
    EXPECT_TRUE(read_back.find(cim::Name("None"))->is_null());
    EXPECT_EQ(*read_back.find(cim::Name("Empty")), Value(""));
    EXPECT_EQ(*read_back.find(cim::Name("Blank")), Value("  "));
}

cim::ClassPtr drive() {
    auto id = cim::test::key("Id", CimType::String);
    cim::Method check;
    check.name = "Check";
    check.return_type = {CimType::Uint32, false};
    cim::Parameter depth;
    depth.name = "Depth";
    depth.type = {CimType::Uint8, false};
    depth.qualifiers = cim::test::qualifiers({{"in"}});
    check.parameters = {depth};
    auto declaration = cim::test::declared(
        "Device", "", {id, cim::test::property("Speed", CimType::Uint32, Value(5U))},
        cim::test::qualifiers(
            {{"Description", Value("a \"thing\""), {.to_instance = true, .to_subclass = true}}}));
    declaration.methods = {check};
    return cim::test::subclass(
        cim::test::derive(declaration), "Drive",
        {cim::test::property("Speed", CimType::Uint32, Value(7U)),
         cim::test::property("Parent", CimType::Reference)},
        cim::test::qualifiers({{"Amended", Value("x"), {.to_subclass = true, .amended = true}}}));
}

TEST_P(XmlTest, AClassComesBack) {
    const auto cls = drive();
    const std::string text = written(*cls, GetParam());
    const auto back = reread(text);
    ASSERT_TRUE(back && back->as_class());
    // What an ancestor said before it was said again, the text of a class does not tell.
    EXPECT_EQ(back->class_of().declaration(), cls->declaration()) << text;
    EXPECT_EQ(written(*back, GetParam()), text);
}

TEST(XmlFormat, IsThatOfTheSpecification) {
    const auto cls = cim::test::make_class(
        "C", {cim::test::key("K", CimType::Sint32), cim::test::array("L", CimType::String),
              cim::test::property("R", CimType::Reference)});
    const auto instance = cim::test::make_instance(
        cls, {{"K", Value(5)}, {"L", Value(cim::Strings{"a<b"})}, {"R", Value("C.K=1")}});
    EXPECT_EQ(written(*instance, Dialect::Cim),
              "<INSTANCE CLASSNAME=\"C\">"
              "<PROPERTY NAME=\"K\" CLASSORIGIN=\"C\" TYPE=\"sint32\">"
              "<QUALIFIER NAME=\"key\" TYPE=\"boolean\" PROPAGATED=\"true\" OVERRIDABLE=\"false\">"
              "<VALUE>TRUE</VALUE></QUALIFIER><VALUE>5</VALUE></PROPERTY>"
              "<PROPERTY.ARRAY NAME=\"L\" CLASSORIGIN=\"C\" TYPE=\"string\"><VALUE.ARRAY>"
              "<VALUE>a&lt;b</VALUE></VALUE.ARRAY></PROPERTY.ARRAY>"
              "<PROPERTY.REFERENCE NAME=\"R\" CLASSORIGIN=\"C\"><VALUE.REFERENCE>"
              "<INSTANCENAME CLASSNAME=\"C\"><KEYBINDING NAME=\"K\">"
              "<KEYVALUE VALUETYPE=\"numeric\">1</KEYVALUE></KEYBINDING></INSTANCENAME>"
              "</VALUE.REFERENCE></PROPERTY.REFERENCE></INSTANCE>");
}

TEST(XmlFormat, EveryKindOfReferenceComesBack) {
    const auto cls = cim::test::make_class("C", {cim::test::property("R", CimType::Reference)});
    for (const char* path :
         {"D", "D.K=1", "D.A=\"x\",B=TRUE", "D=\"only\"", "D=@", R"(root\cimv2:D)",
          R"(root\cimv2:D.K="v")", R"(\\Server\root\cimv2:D)", R"(\\.\root:D.K="a\"b\\c")"}) {
        const auto instance = cim::test::make_instance(cls, {{"R", Value(path)}});
        const auto back = reread(written(*instance, Dialect::Cim));
        EXPECT_EQ(*back->as_instance()->find(cim::Name("R")), Value(path));
    }
    const auto lost = cim::test::make_instance(cls, {{"R", Value("no path!")}});
    EXPECT_EQ(write(*lost, Dialect::Cim).error().status, Status::InvalidObjectPath);
}

TEST(XmlFormat, TheWmiDialectKeepsTheAncestors) {
    const auto instance = cim::test::make_instance(drive(), {{"Id", Value("C:")}});
    const auto back = reread(written(*instance, Dialect::Wmi));
    EXPECT_TRUE(back->class_of().is_a(cim::Name("Device")));
    EXPECT_EQ(back->class_of().properties()[0].origin, cim::Name("Device"));
    EXPECT_EQ(back->as_instance()->path()->relative_text(), "Drive.Id=\"C:\"");
    const auto flat = reread(written(*instance, Dialect::Cim));
    EXPECT_EQ(flat->as_instance()->path()->relative_text(), "Drive.Id=\"C:\"");
}

TEST(XmlFormat, ASystemClassIsTheOneThatEverybodyHas) {
    const auto filter = cim::find_system_class(cim::Name("__EventFilter"));
    const auto instance = cim::test::make_instance(filter, {{"Name", Value("n")}});
    const auto back = reread(written(*instance));
    EXPECT_EQ(&back->class_of(), filter.get());
    EXPECT_TRUE(cim::same_content(*instance, *back));
}

TEST(XmlFormat, WhatXmlCannotHoldIsRefused) {
    const auto cls = cim::test::make_class("C", {cim::test::property("S", CimType::String),
                                                 cim::test::property("H", CimType::Char16)});
    for (const Value& value : {Value("a\x01"), Value("\xEF\xBF\xBF")}) {
        const auto instance = cim::test::make_instance(cls, {{"S", value}});
        EXPECT_EQ(write(*instance, Dialect::Wmi).error().status, Status::InvalidObject);
    }
    const auto half = cim::test::make_instance(cls, {{"H", Value(0xD800U)}});
    EXPECT_EQ(write(*half, Dialect::Wmi).error().status, Status::InvalidObject);
}

TEST(XmlFormat, BadTextIsRefusedWithItsPlace) {
    EXPECT_THAT(refusal(""), ::testing::HasSubstr("WBEM_E_INVALID_SYNTAX"));
    EXPECT_THAT(refusal("<INSTANCE"), ::testing::HasSubstr("this is no XML"));
    EXPECT_THAT(refusal("<THING/>"), ::testing::HasSubstr("CLASS or INSTANCE is expected"));
    EXPECT_THAT(refusal("<INSTANCE/>"), ::testing::HasSubstr("CLASSNAME is missing"));
    const auto with = [](std::string_view body) {
        return fmt::format("<INSTANCE CLASSNAME=\"C\">{}</INSTANCE>", body);
    };
    for (const auto& [body, message] : {
             std::pair{"stray", "text stands between"},
             std::pair{"<PROPERTY NAME=\"A\" TYPE=\"sint32\"><VALUE>x</VALUE></PROPERTY>",
                       "no integer that fits"},
             std::pair{"<PROPERTY NAME=\"A\" TYPE=\"uint64\"><VALUE>-1</VALUE></PROPERTY>",
                       "no integer that fits"},
             std::pair{"<PROPERTY NAME=\"A\" TYPE=\"nothing\"/>", "no CIM type"},
             std::pair{"<PROPERTY NAME=\"A\" TYPE=\"string\"><VALUE/><VALUE/></PROPERTY>", ""},
             std::pair{"<PROPERTY NAME=\"A\" TYPE=\"string\"><VALUE.ARRAY/></PROPERTY>",
                       "does not fit"},
             std::pair{"<PROPERTY TYPE=\"string\"/>", "NAME is missing"},
             std::pair{"<OTHER/>", "PROPERTY or QUALIFIER is expected"},
             std::pair{"<PROPERTY.REFERENCE NAME=\"A\"><VALUE.REFERENCE><X/></VALUE.REFERENCE>"
                       "</PROPERTY.REFERENCE>",
                       "no part of a path"},
         }) {
        EXPECT_THAT(refusal(with(body)), ::testing::HasSubstr(message)) << body;
    }
    EXPECT_EQ(read("<A/>", {.max_bytes = 3}).error().status, Status::InvalidSyntax);
}

TEST(XmlFormat, EntitiesAndDepthAreBounded) {
    const auto with_entity = read(
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><INSTANCE CLASSNAME=\"C\">"
        "<PROPERTY NAME=\"A\" TYPE=\"string\"><VALUE>&e;</VALUE></PROPERTY></INSTANCE>");
    ASSERT_TRUE(with_entity);
    EXPECT_EQ(*(*with_entity)->as_instance()->find(cim::Name("A")), Value("&e;"));
    std::string deep;
    for (int i = 0; i < 1000; ++i) {
        deep += "<INSTANCE CLASSNAME=\"C\"><PROPERTY.OBJECT NAME=\"O\"><VALUE.OBJECT>";
    }
    EXPECT_THAT(refusal(deep), ::testing::HasSubstr("this is no XML"));
    for (int i = 0; i < 1000; ++i) deep += "</VALUE.OBJECT></PROPERTY.OBJECT></INSTANCE>";
    EXPECT_THAT(refusal(deep), ::testing::HasSubstr("nested"));
    std::string tags;
    for (int i = 0; i < 100000; ++i) tags += "<INSTANCE CLASSNAME=\"C\">";
    for (int i = 0; i < 100000; ++i) tags += "</INSTANCE>";
    EXPECT_THAT(refusal(tags), ::testing::HasSubstr("PROPERTY or QUALIFIER"));
}

}  // namespace
}  // namespace openwmi::xml
