#include "json/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "cim/class.h"
#include "cim/instance.h"
#include "cim/system_property.h"

namespace openwmi::json {
namespace {

using cim::CimType;
using cim::Type;
using cim::Value;

class FewClasses final : public cim::Schema {
  public:
    cim::ClassPtr add(cim::ClassDeclaration declaration) {
        auto superclass = find_class(declaration.superclass);
        auto cls = cim::Class::derive(std::move(declaration), superclass);
        EXPECT_TRUE(cls) << (cls ? "" : cls.error().message);
        classes_[(*cls)->name()] = *cls;
        return *cls;
    }
    cim::ClassPtr find_class(const cim::Name& name) const override {
        const auto found = classes_.find(name);
        return found == classes_.end() ? cim::find_system_class(name) : found->second;
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name&) const override { return {}; }

  private:
    std::map<cim::Name, cim::ClassPtr> classes_;
};

constexpr CimType every_type[] = {
    CimType::Sint8,   CimType::Uint8,    CimType::Sint16,    CimType::Uint16,
    CimType::Sint32,  CimType::Uint32,   CimType::Sint64,    CimType::Uint64,
    CimType::Real32,  CimType::Real64,   CimType::String,    CimType::Char16,
    CimType::Boolean, CimType::Datetime, CimType::Reference, CimType::Object};

std::string property_name(Type type) {
    return std::string(cim::keyword(type.element)) + (type.array ? "s" : "");
}

cim::Property property(std::string name, Type type, const char* class_name = "") {
    cim::Property result;
    result.name = std::move(name);
    result.type = type;
    result.class_name = class_name;
    return result;
}

class JsonTest : public testing::Test {
  protected:
    JsonTest() {
        cim::ClassDeclaration sensor;
        sensor.name = "Sensor";
        sensor.properties = {property("Id", {CimType::String}),
                             property("Temp", {CimType::Sint32})};
        sensor.properties[0].qualifiers.put(
            {"key", Type{CimType::Boolean}, true, {true, true, false}});
        sensor.properties[1].default_value = 20;
        sensor_ = schema_.add(sensor);

        cim::ClassDeclaration all;
        all.name = "All";
        for (const auto type : every_type) {
            all.properties.push_back(property(property_name({type}), {type}));
            all.properties.push_back(property(property_name({type, true}), {type, true}));
        }
        all_ = schema_.add(all);

        cim::ClassDeclaration holder;
        holder.name = "Holder";
        holder.properties = {property("One", {CimType::Object}, "Sensor"),
                             property("Any", {CimType::Object}),
                             property("Many", {CimType::Object, true}, "Sensor")};
        schema_.add(holder);
    }

    cim::InstancePtr sensor(const char* id, int temp, cim::OriginPtr origin = nullptr) const {
        cim::InstanceBuilder builder(sensor_);
        EXPECT_TRUE(builder.set("Id", id));
        EXPECT_TRUE(builder.set("Temp", temp));
        builder.set_origin(std::move(origin));
        return builder.build();
    }
    // An instance of All with one property set.
    cim::InstancePtr with(Type type, Value value) const {
        cim::InstanceBuilder builder(all_);
        const auto set = builder.set(cim::Name(property_name(type)), std::move(value));
        EXPECT_TRUE(set) << (set ? "" : set.error().message);
        return builder.build();
    }
    cim::InstancePtr must_read(std::string_view text, const ReadOptions& options = {}) const {
        auto instance = read_instance(text, schema_, options);
        EXPECT_TRUE(instance) << text << ": " << (instance ? "" : instance.error().message);
        return instance ? *instance : nullptr;
    }

    FewClasses schema_;
    cim::ClassPtr sensor_;
    cim::ClassPtr all_;
};

cim::OriginPtr somewhere() {
    return std::make_shared<const cim::Origin>(
        cim::Origin{"HOST", cim::NamespacePath::literal("root\\test")});
}

TEST_F(JsonTest, WritesAnInstanceInTheOrderOfItsClass) {
    EXPECT_EQ(write(*sensor("a", 90)), R"({"__CLASS":"Sensor","Id":"a","Temp":90})");
    EXPECT_EQ(write(*sensor("a", 90, somewhere())),
              R"({"__CLASS":"Sensor","__PATH":"\\\\HOST\\root\\test:Sensor.Id=\"a\"",)"
              R"("Id":"a","Temp":90})");
    EXPECT_EQ(write(*sensor("a", 90), {.layout = Layout::Indented}),
              "{\n  \"__CLASS\": \"Sensor\",\n  \"Id\": \"a\",\n  \"Temp\": 90\n}");
    const auto nothing = cim::InstanceBuilder(schema_.find_class("Holder")).build();
    EXPECT_EQ(write(*nothing), R"({"__CLASS":"Holder","One":null,"Any":null,"Many":null})");
    EXPECT_EQ(write(*nothing, {.nulls = Nulls::Omit}), R"({"__CLASS":"Holder"})");
    EXPECT_EQ(write(*sensor("a", 90)->with_projection({false, true})),
              R"({"__CLASS":"Sensor","Temp":90})");
}

TEST_F(JsonTest, WritesValues) {
    struct Case {
        CimType type;
        Value value;
        const char* json;
    };
    const double infinity = std::numeric_limits<double>::infinity();
    for (const auto& [type, value, json] : {
             Case{CimType::Sint8, -128, "-128"},
             Case{CimType::Uint64, std::uint64_t{9007199254740992u}, "9007199254740992"},
             Case{CimType::Uint64, std::uint64_t{9007199254740993u}, "\"9007199254740993\""},
             Case{CimType::Sint64, std::int64_t{-9007199254740992}, "-9007199254740992"},
             Case{CimType::Sint64, std::numeric_limits<std::int64_t>::min(),
                  "\"-9223372036854775808\""},
             Case{CimType::Real32, double{0.1F}, "0.1"},
             Case{CimType::Real64, 0.1, "0.1"},
             Case{CimType::Real64, -infinity, "\"-Infinity\""},
             Case{CimType::Real64, std::nan(""), "\"NaN\""},
             Case{CimType::Boolean, true, "true"},
             Case{CimType::Char16, 65u, "65"},
             Case{CimType::String, "a\"b\\c\n\t\r\x01ü", R"("a\"b\\c\n\t\r\u0001ü")"},
             Case{CimType::Datetime, "20260101000000.000000+000", "\"20260101000000.000000+000\""},
             Case{CimType::Sint32, Value(), "null"},
         }) {
        EXPECT_EQ(write(value, {type}), json);
    }
    EXPECT_EQ(write(cim::Booleans{true, false}, {CimType::Boolean, true}), "[true,false]");
    EXPECT_EQ(write(cim::Strings{}, {CimType::String, true}), "[]");
    EXPECT_EQ(write(cim::Integers{1, -2}, {CimType::Sint8, true}, {.layout = Layout::Indented}),
              "[\n  1,\n  -2\n]");
}

TEST_F(JsonTest, EveryTypeSurvivesTheRoundTrip) {
    const auto embedded = cim::ObjectPtr(sensor("x", 1));
    struct Case {
        Type type;
        Value value;
    };
    const std::vector<Case> cases = {
        {{CimType::Sint8}, -128},
        {{CimType::Uint8}, 255u},
        {{CimType::Sint16}, -32768},
        {{CimType::Uint16}, 65535u},
        {{CimType::Sint32}, std::int64_t{-2147483648}},
        {{CimType::Uint32}, 4294967295u},
        {{CimType::Sint64}, std::numeric_limits<std::int64_t>::min()},
        {{CimType::Sint64}, std::numeric_limits<std::int64_t>::max()},
        {{CimType::Uint64}, std::numeric_limits<std::uint64_t>::max()},
        {{CimType::Uint64}, std::uint64_t{1} << 53},
        {{CimType::Real32}, double{3.4028235e38F}},
        {{CimType::Real32}, double{1e-45F}},
        {{CimType::Real64}, 0.1},
        {{CimType::Real64}, 1.7976931348623157e308},
        {{CimType::Real64}, -0.0},
        {{CimType::Real64}, std::numeric_limits<double>::infinity()},
        {{CimType::String}, "\"quoted\" \\ / \x7F \U0001F600"},
        {{CimType::Char16}, 0xD800u},
        {{CimType::Boolean}, false},
        {{CimType::Datetime}, "00000001000000.000000:000"},
        {{CimType::Reference}, "C.K=\"v\""},
        {{CimType::Object}, embedded},
        {{CimType::Sint8, true}, cim::Integers{-1, 0, 1}},
        {{CimType::Uint8, true}, cim::Unsigneds{0, 255}},
        {{CimType::Sint16, true}, cim::Integers{}},
        {{CimType::Uint16, true}, cim::Unsigneds{1}},
        {{CimType::Sint32, true}, cim::Integers{5}},
        {{CimType::Uint32, true}, cim::Unsigneds{5}},
        {{CimType::Sint64, true}, cim::Integers{std::numeric_limits<std::int64_t>::min(), 3}},
        {{CimType::Uint64, true}, cim::Unsigneds{std::numeric_limits<std::uint64_t>::max(), 3}},
        {{CimType::Real32, true}, cim::Reals{0.5, 1}},
        {{CimType::Real64, true}, cim::Reals{1e300}},
        {{CimType::String, true}, cim::Strings{"", "a,b"}},
        {{CimType::Char16, true}, cim::Unsigneds{65, 66}},
        {{CimType::Boolean, true}, cim::Booleans{true, false}},
        {{CimType::Datetime, true}, cim::Strings{"20260101000000.000000+000"}},
        {{CimType::Reference, true}, cim::Strings{"C=@"}},
        {{CimType::Object, true}, cim::Objects{embedded, embedded}},
    };
    for (const auto& [type, value] : cases) {
        for (const auto layout : {Layout::Compact, Layout::Indented}) {
            const auto text = write(*with(type, value), {.layout = layout});
            const auto again = must_read(text);
            ASSERT_TRUE(again);
            EXPECT_EQ(*again->find(property_name(type)), value) << text;
            EXPECT_EQ(write(*again, {.layout = layout}), text);
        }
    }
}

TEST_F(JsonTest, ReadsWhatAPersonWrites) {
    const auto instance = must_read(R"( { "temp" : 9e1, "ID": "a", "__class": "SENSOR" } )");
    ASSERT_TRUE(instance);
    EXPECT_EQ(*instance->find("Temp"), Value(90));
    EXPECT_EQ(*instance->find("Id"), Value("a"));

    const auto defaults = must_read(R"({"__CLASS":"Sensor"})");
    EXPECT_EQ(*defaults->find("Temp"), Value(20));
    EXPECT_TRUE(must_read(R"({"__CLASS":"Sensor","Temp":null})")->find("Temp")->is_null());

    const auto wide =
        must_read(R"({"__CLASS":"All","uint64":"0x10","sint64":5,"uint64s":[1,"2"],"char16":"A"})");
    EXPECT_EQ(*wide->find("uint64"), Value(16u));
    EXPECT_EQ(*wide->find("uint64s"), Value(cim::Unsigneds{1, 2}));
    EXPECT_EQ(*wide->find("char16"), Value(65u));
    EXPECT_EQ(*must_read(R"({"__CLASS":"All","uint64":18446744073709551615})")->find("uint64"),
              Value(std::numeric_limits<std::uint64_t>::max()));
}

TEST_F(JsonTest, EmbeddedObjectsMayLeaveTheirDeclaredClassOut) {
    const auto holder = must_read(
        R"({"__CLASS":"Holder","One":{"Id":"a"},"Any":{"__CLASS":"Sensor"},"Many":[{},{"Temp":1}]})");
    ASSERT_TRUE(holder);
    const auto one = holder->find("One")->get<cim::ObjectPtr>();
    EXPECT_EQ(one->class_of().name(), cim::Name("Sensor"));
    EXPECT_EQ(holder->find("Many")->array_size(), 2u);
}

TEST_F(JsonTest, WhereAnObjectLivesIsKeptOnlyWhenAsked) {
    const auto text = write(*sensor("a", 90, somewhere()));
    EXPECT_EQ(must_read(text)->origin(), nullptr);
    const auto kept = must_read(text, {.origins = Origins::Keep});
    ASSERT_TRUE(kept->origin());
    EXPECT_EQ(kept->origin()->server, "HOST");
    EXPECT_EQ(write(*kept), text);
    EXPECT_FALSE(
        read_instance(R"({"__CLASS":"Sensor","__PATH":"x"})", schema_, {.origins = Origins::Keep}));
}

TEST_F(JsonTest, AnEventCarriesItsObjects) {
    cim::InstanceBuilder builder(cim::find_system_class("__InstanceModificationEvent"));
    ASSERT_TRUE(builder.set("TargetInstance", sensor("a", 90)));
    ASSERT_TRUE(builder.set("PreviousInstance", sensor("a", 70)));
    ASSERT_TRUE(builder.set("TIME_CREATED", Value(std::uint64_t{134'116'992'000'000'000})));
    const auto text = write(*builder.build());
    EXPECT_EQ(text, R"({"__CLASS":"__InstanceModificationEvent","SECURITY_DESCRIPTOR":null,)"
                    R"("TIME_CREATED":"134116992000000000",)"
                    R"("TargetInstance":{"__CLASS":"Sensor","Id":"a","Temp":90},)"
                    R"("PreviousInstance":{"__CLASS":"Sensor","Id":"a","Temp":70}})");
    EXPECT_EQ(write(*must_read(text)), text);
}

TEST_F(JsonTest, WritesAClass) {
    EXPECT_EQ(write(*sensor_),
              R"({"__GENUS":1,"__CLASS":"Sensor","__SUPERCLASS":null,"properties":[)"
              R"({"name":"Id","type":"string","origin":"Sensor","qualifiers":[)"
              R"({"name":"key","type":"boolean","value":true,)"
              R"("flavor":["ToInstance","ToSubclass","DisableOverride"]}]},)"
              R"({"name":"Temp","type":"sint32","default":20,"origin":"Sensor"}],"methods":[]})");
}

TEST_F(JsonTest, EveryClassSurvivesTheRoundTrip) {
    cim::ClassDeclaration hot;
    hot.name = "HotSensor";
    hot.superclass = "Sensor";
    hot.qualifiers.put({"Description", Type{CimType::String}, "Hot", {true, true, true, true}});
    hot.qualifiers.put({"Limits", Type{CimType::Sint32, true}, cim::Integers{1, 2}, {}});
    hot.properties = {property("Temp", {CimType::Sint32}),
                      property("Spare", {CimType::Object, true}, "Sensor")};
    hot.properties[0].default_value = 90;
    auto classes = std::vector{sensor_, all_, schema_.add(hot)};
    for (const auto& system_class : cim::system_classes()) classes.push_back(system_class.cls);
    for (const auto& cls : classes) {
        const auto text = write(*cls);
        const auto again = read_class(text, schema_);
        ASSERT_TRUE(again) << text << ": " << again.error().message;
        EXPECT_EQ(write(**again), text);
        EXPECT_EQ((*again)->layout()->hash(), cls->layout()->hash());
    }
}

TEST_F(JsonTest, AnEventCarriesAClass) {
    cim::InstanceBuilder builder(cim::find_system_class("__ClassCreationEvent"));
    ASSERT_TRUE(builder.set("TargetClass", sensor_));
    const auto text = write(*builder.build());
    const auto again = must_read(text);
    EXPECT_EQ(write(*again), text);
    EXPECT_EQ(again->find("TargetClass")->get<cim::ObjectPtr>()->kind(), cim::Object::Kind::Class);
}

TEST_F(JsonTest, SaysWhatIsWrongWithAClass) {
    struct Case {
        const char* text;
        const char* message;
    };
    for (const auto& [text, message] : {
             Case{"{}", "at /: expected \"__CLASS\", found no such member"},
             Case{R"({"__CLASS":"C","__GENUS":2})",
                  "at /__GENUS: expected the 1 of a class, found 2"},
             Case{R"({"__CLASS":"C","x":2})", "at /x: a class definition has no such member here"},
             Case{R"({"__CLASS":"C","__SUPERCLASS":"D"})",
                  "at /__SUPERCLASS: there is no class \"D\""},
             Case{R"({"__CLASS":"C","properties":[{"name":"A","type":"int"}]})",
                  "at /properties/0/type: \"int\" is no CIM type"},
             Case{R"({"__CLASS":"C","properties":{}})",
                  "at /properties: expected an array, found an object"},
             Case{R"({"__CLASS":"C","properties":[{"name":"A","type":"string","default":1}]})",
                  "at /properties/0/default: expected string, found 1"},
             Case{R"({"__CLASS":"C","qualifiers":[{"name":"A","type":"string","flavor":["x"]}]})",
                  "at /qualifiers/0/flavor/0: expected ToInstance, ToSubclass, DisableOverride or "
                  "Amended, found the string \"x\""},
             Case{R"({"__CLASS":"C","methods":[{"name":"M","returns":"void","parameters":[1]}]})",
                  "at /methods/0/parameters/0: expected an object, found 1"},
         }) {
        const auto result = read_class(text, schema_);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().message, message);
    }
    EXPECT_FALSE(read_class(R"({"__CLASS":"1C"})", schema_));
}

TEST_F(JsonTest, SaysWhatIsWrongAndWhere) {
    struct Case {
        const char* text;
        Status status;
        const char* message;
    };
    for (const auto& [text, status, message] : {
             Case{"[]", Status::TypeMismatch, "at /: expected an object, found an array"},
             Case{"{}", Status::InvalidClass, "at /: expected \"__CLASS\", found no such member"},
             Case{R"({"__CLASS":1})", Status::TypeMismatch,
                  "at /__CLASS: expected a class name, found 1"},
             Case{R"({"__CLASS":"No"})", Status::InvalidClass, "at /: there is no class \"No\""},
             Case{R"({"__CLASS":"Sensor","Tmp":1})", Status::InvalidProperty,
                  "at /Tmp: the class Sensor has no such property"},
             Case{R"({"__CLASS":"Sensor","__X":1})", Status::InvalidProperty,
                  "at /__X: the class Sensor has no such property"},
             Case{R"({"__CLASS":"Sensor","Temp":"hot"})", Status::TypeMismatch,
                  "at /Temp: expected sint32, found the string \"hot\""},
             Case{R"({"__CLASS":"Sensor","Temp":1.5})", Status::TypeMismatch,
                  "at /Temp: expected sint32, found 1.5"},
             Case{R"({"__CLASS":"Sensor","Temp":true})", Status::TypeMismatch,
                  "at /Temp: expected sint32, found true"},
             Case{R"({"__CLASS":"Sensor","Id":5})", Status::TypeMismatch,
                  "at /Id: expected string, found 5"},
             Case{R"({"__CLASS":"Sensor","Temp":1,"temp":2})", Status::InvalidParameter,
                  "at /temp: the property is given twice"},
             Case{R"({"__CLASS":"Holder","Many":[{},{"Temp":{}}]})", Status::TypeMismatch,
                  "at /Many/1/Temp: expected sint32, found an object"},
             Case{R"({"__CLASS":"Holder","Any":{}})", Status::InvalidClass,
                  "at /Any: expected \"__CLASS\", found no such member"},
             Case{R"({"__CLASS":"All","sint8s":[1,null]})", Status::TypeMismatch,
                  "at /sint8s/1: expected sint8, found null"},
             Case{R"({"__CLASS":"All","sint8s":1})", Status::TypeMismatch,
                  "at /sint8s: expected an array of sint8, found 1"},
             Case{R"({"__CLASS":"All","boolean":1})", Status::TypeMismatch,
                  "at /boolean: expected true or false, found 1"},
             Case{R"({"__CLASS":"All","char16":"AB"})", Status::TypeMismatch,
                  "at /char16: expected one UTF-16 unit, found the string \"AB\""},
             Case{R"({"__CLASS":"All","uint64":1e300})", Status::TypeMismatch,
                  "at /uint64: expected uint64, found 1e+300"},
             Case{R"({"__CLASS":"Sensor","Temp":1,"Temp":2})", Status::InvalidParameter,
                  "the member \"Temp\" is given twice"},
             Case{R"({"__GENUS":1,"__CLASS":"Sensor","properties":[]})", Status::TypeMismatch,
                  "at /__GENUS: expected the 2 of an instance, found 1"},
         }) {
        const auto result = read_instance(text, schema_);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().message, message) << text;
        EXPECT_EQ(result.error().status, status) << text;
    }
}

TEST_F(JsonTest, PassesOnWhatThePropertyRefuses) {
    for (const auto& [text, status] :
         {std::pair{R"({"__CLASS":"All","sint8":128})", Status::ValueOutOfRange},
          std::pair{R"({"__CLASS":"All","uint8s":[0,256]})", Status::ValueOutOfRange},
          std::pair{R"({"__CLASS":"All","datetime":"yesterday"})", Status::TypeMismatch},
          std::pair{R"({"__CLASS":"Holder","One":{"__CLASS":"Holder"}})", Status::TypeMismatch}}) {
        const auto result = read_instance(text, schema_);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().status, status) << result.error().message;
        EXPECT_TRUE(result.error().message.starts_with("at /")) << result.error().message;
    }
}

TEST_F(JsonTest, RefusesWhatIsNoJson) {
    for (const char* text : {"", "{", "{]", "nul", "{\"a\":1,}", "{} {}", "\"\xFF\"", "{'a':1}",
                             "{\"__CLASS\":\"\xC3\"}", "01"}) {
        const auto result = read_instance(text, schema_);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().status, Status::InvalidParameter);
        EXPECT_TRUE(result.error().message.starts_with("this is no JSON: parse error"))
            << result.error().message;
    }
}

// A good text with some bytes changed is read or refused, never worse.
TEST_F(JsonTest, DamagedTextIsReadOrRefused) {
    const auto good = write(*with({CimType::Object, true}, cim::Objects{sensor("x", 1), sensor_}));
    std::mt19937 random(20260101);
    int refused = 0;
    for (int i = 0; i < 2'000; ++i) {
        auto text = good;
        for (auto changes = 1 + random() % 3; changes > 0; --changes) {
            text[random() % text.size()] = good[random() % good.size()];
        }
        const auto result = read_instance(text, schema_);
        if (!result) ++refused;
        EXPECT_TRUE(result || !result.error().message.empty());
    }
    EXPECT_GT(refused, 1'000);
}

TEST_F(JsonTest, HasLimits) {
    const std::string deep(100'000, '[');
    EXPECT_EQ(read_instance(deep, schema_).error().status, Status::InvalidParameter);
    const auto closed = deep + std::string(100'000, ']');
    EXPECT_EQ(read_instance(closed, schema_).error().message,
              "the text is nested more than 160 levels deep");
    EXPECT_EQ(read_instance("{\"__CLASS\":\"Sensor\"}", schema_, {.max_bytes = 19}).error().message,
              "the JSON text has 20 bytes, at most 19 are taken");

    // As many objects within objects as an object may hold, and one more.
    const auto nested = [](int depth) {
        std::string text;
        for (int i = 1; i < depth; ++i) text += R"({"__CLASS":"Holder","Any":)";
        text += R"({"__CLASS":"Sensor"})";
        return text + std::string(static_cast<std::size_t>(depth - 1), '}');
    };
    EXPECT_TRUE(read_instance(nested(64), schema_));
    EXPECT_EQ(read_instance(nested(65), schema_).error().status, Status::QuotaViolation);
}

}  // namespace
}  // namespace openwmi::json
