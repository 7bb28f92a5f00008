#include "wql/evaluator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/proves.h"
#include "wql/binder.h"
#include "wql/parser.h"
#include "wql/sample_schema.h"

namespace openwmi::wql {
namespace {

class EvaluatorTest : public testing::Test {
  protected:
    BoundQuery bind(std::string_view text, BindFor purpose) {
        auto query = parse(text);
        EXPECT_TRUE(query) << text << (query ? "" : query.error().message);
        auto bound = wql::bind(std::move(query.value()), schema_, purpose);
        EXPECT_TRUE(bound) << text << "\n" << (bound ? "" : bound.error().message);
        return std::move(bound.value());
    }
    Truth event(std::string_view text, const cim::InstancePtr& instance) {
        return evaluate(bind(text, BindFor::Event), *instance);
    }
    Truth data(std::string_view text, const cim::InstancePtr& instance) {
        return evaluate(bind(text, BindFor::Data), *instance);
    }
    bool selects_class(std::string_view condition, const char* name) {
        const auto query =
            bind(fmt::format("SELECT * FROM meta_class WHERE {}", condition), BindFor::Data);
        return evaluate(query, *schema_.find_class(name)) == Truth::True;
    }
    // A condition on an instance of the class with a property of every type.
    Truth where(std::string_view condition,
                std::vector<std::pair<const char*, cim::Value>> values) {
        return data(fmt::format("SELECT * FROM Everything WHERE {}", condition),
                    schema_.make("Everything", std::move(values)));
    }
    cim::InstancePtr process(const char* name, const char* class_name = "Win32_Process") {
        return schema_.make(class_name, {{"Name", name}});
    }

    test::SampleSchema schema_;
};

TEST_F(EvaluatorTest, MandatorySamples) {
    const auto created = [&](cim::InstancePtr target) {
        return schema_.event("__InstanceCreationEvent", std::move(target));
    };
    const char* notepad =
        "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'Win32_Process' "
        "AND TargetInstance.Name = 'notepad.exe'";
    PROVES("WQL-100", EXPECT_EQ(event(notepad, created(process("NotePad.exe"))), Truth::True));
    PROVES("WQL-100", EXPECT_EQ(event(notepad, created(process("calc.exe"))), Truth::False));
    PROVES("WQL-100",
           EXPECT_EQ(event(notepad, created(process("notepad.exe", "CIM_Process"))), Truth::False));
    PROVES(
        "WQL-100",
        EXPECT_EQ(event(notepad, schema_.event("__InstanceDeletionEvent", process("notepad.exe"))),
                  Truth::False));

    const char* midnight =
        "SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA \"Win32_LocalTime\" "
        "AND TargetInstance.Hour = 0 AND TargetInstance.Minute = 0 AND TargetInstance.Second = 0";
    const auto at = [&](int hour, int minute) {
        return schema_.event(
            "__InstanceModificationEvent",
            schema_.make("Win32_LocalTime", {{"Hour", hour}, {"Minute", minute}, {"Second", 0}}));
    };
    PROVES("WQL-101", EXPECT_EQ(event(midnight, at(0, 0)), Truth::True));
    PROVES("WQL-101", EXPECT_EQ(event(midnight, at(0, 1)), Truth::False));

    const auto timer = schema_.make("__TimerEvent", {{"TimerId", "mytimer"}});
    PROVES("WQL-103",
           EXPECT_EQ(event("select * from __TimerEvent where TimerID=\"MyTimer\"", timer),
                     Truth::True));

    const char* run = R"(Select * from RegistryTreeChangeEvent where (Hive = "HKEY_LOCAL_MACHINE" )"
                      R"(and RootPath = "Software\\Microsoft\\Windows\\CurrentVersion\\Run"))";
    const auto tree =
        schema_.make("RegistryTreeChangeEvent",
                     {{"Hive", "hkey_local_machine"},
                      {"RootPath", R"(Software\Microsoft\Windows\CurrentVersion\Run)"}});
    PROVES("WQL-104", EXPECT_EQ(event(run, tree), Truth::True));

    const auto violation = schema_.make("SecurityViolationEvent", {{"Building", "24"}});
    PROVES("WQL-106",
           EXPECT_EQ(event("SELECT * FROM SecurityViolationEvent WHERE Building = 24;", violation),
                     Truth::True));
    PROVES("WQL-106",
           EXPECT_EQ(event("SELECT * FROM SecurityViolationEvent WHERE Building = 25", violation),
                     Truth::False));

    const auto printer = schema_.make("Win32_Printer", {{"Local", true},
                                                        {"Network", false},
                                                        {"DriverName", "hp LaserJet"},
                                                        {"PortName", "LPT1:"}});
    const char* local =
        R"(SELECT * FROM Win32_Printer WHERE Local="TRUE" AND Network ="False" AND )"
        R"(DriverName LIKE "%HP%" AND NOT PortName LIKE "%\\%")";
    PROVES("WQL-107", EXPECT_EQ(data(local, printer), Truth::True));
    const auto remote = schema_.make("Win32_Printer", {{"Local", true},
                                                       {"Network", false},
                                                       {"DriverName", "hp LaserJet"},
                                                       {"PortName", R"(\\host\port)"}});
    PROVES("WQL-111", EXPECT_EQ(data(local, remote), Truth::False));
}

TEST_F(EvaluatorTest, AThresholdIsCrossedOnce) {
    const char* query =
        "SELECT * FROM __InstanceModificationEvent WITHIN 10 WHERE TargetInstance ISA "
        "\"Win32_LogicalDisk\" AND TargetInstance.FreeSpace < 846000000 AND "
        "PreviousInstance.FreeSpace >= 846000000 AND (TargetInstance.DeviceID = \"C:\" OR "
        "TargetInstance.DeviceID = \"D:\")";
    const auto change = [&](std::uint64_t before, std::uint64_t after) {
        const auto disk = [&](std::uint64_t space) {
            return schema_.make("Win32_LogicalDisk", {{"DeviceID", "c:"}, {"FreeSpace", space}});
        };
        return event(query,
                     schema_.event("__InstanceModificationEvent", disk(after), disk(before)));
    };
    PROVES("WQL-110", EXPECT_EQ(change(846000000, 845999999), Truth::True));
    PROVES("WQL-110", EXPECT_EQ(change(845999999, 845000000), Truth::False));
    PROVES("WQL-040", EXPECT_EQ(change(900000000, 846000000), Truth::False));
}

TEST_F(EvaluatorTest, ClassesAndTheirSubclasses) {
    const auto sandboxed =
        schema_.event("__InstanceCreationEvent", process("a", "Sandboxed_Process"));
    const auto with = [&](std::string_view condition) {
        return event(fmt::format("SELECT * FROM __InstanceOperationEvent WHERE {}", condition),
                     sandboxed);
    };
    PROVES("WQL-032", EXPECT_EQ(with("TargetInstance ISA 'cim_process'"), Truth::True));
    PROVES("WQL-032", EXPECT_EQ(with("TargetInstance ISA 'Sandboxed_Process'"), Truth::True));
    PROVES("WQL-032", EXPECT_EQ(with("TargetInstance ISA 'Win32_Service'"), Truth::False));
    PROVES("WQL-041", EXPECT_EQ(with("TargetInstance.__CLASS = 'Win32_Process'"), Truth::False));
    PROVES("WQL-041", EXPECT_EQ(with("TargetInstance.__CLASS = 'sandboxed_process'"), Truth::True));
    PROVES("WQL-044",
           EXPECT_EQ(event("SELECT * FROM __InstanceOperationEvent", sandboxed), Truth::True));
    PROVES("WQL-044",
           EXPECT_EQ(event("SELECT * FROM RegistryEvent", schema_.make("RegistryTreeChangeEvent")),
                     Truth::True));
    PROVES("WQL-035", EXPECT_EQ(event("SELECT * FROM __Event", sandboxed), Truth::True));
    EXPECT_EQ(with("TargetInstance.__SUPERCLASS = 'Win32_Process'"), Truth::True);
    EXPECT_EQ(with("TargetInstance.__DYNASTY = 'CIM_Process'"), Truth::True);
    EXPECT_EQ(with("TargetInstance.__GENUS = 2"), Truth::True);

    const auto owner = schema_.make("Everything", {{"Part", process("a", "Sandboxed_Process")}});
    PROVES("WQL-033",
           EXPECT_EQ(data("SELECT * FROM Everything WHERE Part ISA 'CIM_Process'", owner),
                     Truth::True));
    PROVES("WQL-033",
           EXPECT_EQ(data("SELECT * FROM Everything WHERE Part ISA 'E'", owner), Truth::False));
    PROVES("WQL-072", EXPECT_EQ(data("SELECT * FROM CIM_Process WHERE __CLASS = \"Win32_Process\"",
                                     process("a")),
                                Truth::True));
    PROVES("WQL-072", EXPECT_EQ(data("SELECT * FROM CIM_Process WHERE __CLASS = \"CIM_Process\"",
                                     process("a")),
                                Truth::False));
}

TEST_F(EvaluatorTest, NullIsUnknownAndNothingElse) {
    const auto empty = [&](std::string_view condition) { return where(condition, {}); };
    PROVES("WQL-014", EXPECT_EQ(empty("Small = 0"), Truth::Unknown));
    PROVES("WQL-014", EXPECT_EQ(empty("Text = ''"), Truth::Unknown));
    EXPECT_EQ(empty("NOT Small = 0"), Truth::Unknown);
    EXPECT_EQ(empty("Small <> 0"), Truth::Unknown);
    EXPECT_EQ(empty("Text LIKE '%'"), Truth::Unknown);
    EXPECT_EQ(empty("Part ISA 'E'"), Truth::Unknown);
    EXPECT_EQ(empty("Small IS NULL AND Part IS NULL"), Truth::True);
    EXPECT_EQ(empty("Small IS NOT NULL"), Truth::False);
    EXPECT_EQ(empty("Small = 0 OR Flag IS NULL"), Truth::True);
    EXPECT_EQ(empty("Flag IS NULL OR Small = 0"), Truth::True);
    EXPECT_EQ(empty("Small = 0 AND Flag IS NOT NULL"), Truth::False);
    EXPECT_EQ(empty("Small = 0 AND Flag IS NULL"), Truth::Unknown);
    EXPECT_EQ(empty("Small = 0 OR Flag IS NOT NULL"), Truth::Unknown);
    EXPECT_EQ(empty("Part.Prop1 IS NULL"), Truth::True) << "within NULL everything is NULL";
    const auto part = schema_.make("E", {{"Prop1", 70011}});
    PROVES("WQL-073", EXPECT_EQ(where("Part.Nothing = 5", {{"Part", part}}), Truth::Unknown));
    PROVES("WQL-073", EXPECT_EQ(where("NOT Part.Nothing = 5", {{"Part", part}}), Truth::Unknown));
    PROVES("WQL-073", EXPECT_EQ(where("Part.Nothing IS NULL", {{"Part", part}}), Truth::Unknown));
    PROVES("WQL-073", EXPECT_EQ(where("Text.Nothing = 5", {{"Text", "a"}}), Truth::Unknown));
    PROVES("WQL-074", EXPECT_EQ(where("Part.Prop1 = 70011", {{"Part", part}}), Truth::True));
    EXPECT_EQ(where("Part.Prop1 = 'abc'", {{"Part", part}}), Truth::Unknown)
        << "a constant that does not suit";
}

TEST_F(EvaluatorTest, Strings) {
    for (const char* text : {"cat", "CAT", "cAt"}) {
        PROVES("WQL-009", EXPECT_EQ(where("Text = 'Cat'", {{"Text", text}}), Truth::True));
        PROVES("WQL-009", EXPECT_EQ(where("Text <> 'Cat'", {{"Text", text}}), Truth::False));
        PROVES("WQL-009", EXPECT_EQ(where("Text < 'CATS'", {{"Text", text}}), Truth::True));
        PROVES("WQL-009", EXPECT_EQ(where("Text >= 'DOG'", {{"Text", text}}), Truth::False));
    }
    EXPECT_EQ(where("Text = 24", {{"Text", "24"}}), Truth::True);
    EXPECT_EQ(where("Text = 24", {{"Text", "024"}}), Truth::False);
    EXPECT_EQ(where("Text = 1.50", {{"Text", "1.50"}}), Truth::True);
    EXPECT_EQ(where("Letter = 'x'", {{"Letter", unsigned{'X'}}}), Truth::True);
    EXPECT_EQ(where("Letter = 88", {{"Letter", unsigned{'X'}}}), Truth::True);
}

TEST_F(EvaluatorTest, NumbersAreExact) {
    const auto big = std::numeric_limits<std::uint64_t>::max();
    const auto low = std::numeric_limits<std::int64_t>::min();
    PROVES("WQL-099",
           EXPECT_EQ(where("Natural = 18446744073709551615", {{"Natural", big}}), Truth::True));
    PROVES("WQL-099", EXPECT_EQ(where("Natural = 18446744073709551615", {{"Natural", big - 1}}),
                                Truth::False));
    PROVES("WQL-099", EXPECT_EQ(where("Natural > '9'", {{"Natural", 10U}}), Truth::True));
    PROVES("WQL-099", EXPECT_EQ(where("Big < -9223372036854775807", {{"Big", low}}), Truth::True));
    EXPECT_EQ(where("Natural > -1", {{"Natural", 0U}}), Truth::True);
    EXPECT_EQ(where("Big < 18446744073709551615", {{"Big", -1}}), Truth::True);
    EXPECT_EQ(where("5 < Small", {{"Small", 6}}), Truth::True);
    EXPECT_EQ(where("5 >= Small", {{"Small", 6}}), Truth::False);
    EXPECT_EQ(where("Double = 9007199254740993", {{"Double", 9007199254740992.0}}), Truth::False);
    EXPECT_EQ(where("Double < 9007199254740993", {{"Double", 9007199254740992.0}}), Truth::True);
    EXPECT_EQ(where("Float = 0.1", {{"Float", 0.1}}), Truth::True) << "as the property rounds it";
    EXPECT_EQ(where("Double > 1", {{"Double", 1.5}}), Truth::True);
    EXPECT_EQ(where("Double = 1", {{"Double", std::nan("")}}), Truth::Unknown);
}

TEST_F(EvaluatorTest, Booleans) {
    PROVES("WQL-011", EXPECT_EQ(where("Flag = 1", {{"Flag", true}}), Truth::True));
    PROVES("WQL-011", EXPECT_EQ(where("Flag = 0", {{"Flag", true}}), Truth::False));
    PROVES("WQL-011", EXPECT_EQ(where("Flag <> 0", {{"Flag", true}}), Truth::True));
    PROVES("OD-017", EXPECT_EQ(where("Flag = -1", {{"Flag", true}}), Truth::True));
    PROVES("OD-017", EXPECT_EQ(where("Small = TRUE", {{"Small", 1}}), Truth::True));
    PROVES("OD-017", EXPECT_EQ(where("Small = TRUE", {{"Small", -1}}), Truth::True));
    PROVES("OD-017", EXPECT_EQ(where("Small = TRUE", {{"Small", 2}}), Truth::False));
    EXPECT_EQ(where("Small = FALSE", {{"Small", 0}}), Truth::True);
    PROVES("OD-082", EXPECT_EQ(where("Flag = 'FALSE'", {{"Flag", false}}), Truth::True));
}

TEST_F(EvaluatorTest, Datetimes) {
    const cim::Value noon("20260101120000.000000+000");
    PROVES("WQL-092", EXPECT_EQ(where("Moment = '20260101120000.000000+000'", {{"Moment", noon}}),
                                Truth::True));
    PROVES("WQL-092", EXPECT_EQ(where("Moment > '20260101115959.999999+000'", {{"Moment", noon}}),
                                Truth::True));
    PROVES("WQL-092", EXPECT_EQ(where("Moment < '20260101120000.000000+000'", {{"Moment", noon}}),
                                Truth::False));
    PROVES("WQL-092", EXPECT_EQ(where("Moment = '20260101130000.000000+060'", {{"Moment", noon}}),
                                Truth::True));
    PROVES("WQL-092", EXPECT_EQ(where("Moment > '20260101130000.000000+120'", {{"Moment", noon}}),
                                Truth::True));
    PROVES("WQL-093", EXPECT_EQ(where("Moment = '20260101120000.000000+***'", {{"Moment", noon}}),
                                Truth::False));
    PROVES("WQL-098", EXPECT_EQ(where("Moment > '00000001000000.000000:000'",
                                      {{"Moment", "00000002000000.000000:000"}}),
                                Truth::True));
    EXPECT_EQ(where("Moment > '00000001000000.000000:000'", {{"Moment", noon}}), Truth::Unknown)
        << "a point and an interval have no order";
}

TEST_F(EvaluatorTest, DatesWithoutAZoneAreOnTheClockOfTheValue) {
    const cim::Value evening("20260131180509.250000+060");
    const auto is = [&](std::string_view condition) {
        return where(condition, {{"Moment", evening}});
    };
    PROVES("WQL-095", EXPECT_EQ(is("Moment = '2026-01-31 18:05:09:250'"), Truth::True));
    PROVES("WQL-095", EXPECT_EQ(is("Moment > '01-31-2026 18:05:09:250'"), Truth::False));
    PROVES("WQL-096",
           EXPECT_EQ(is("Moment >= 'January 31, 2026' AND Moment < '2/1/2026'"), Truth::True));
    PROVES("WQL-097", EXPECT_EQ(is("Moment >= '6 PM' AND Moment < '18:06'"), Truth::True));
    PROVES("WQL-097", EXPECT_EQ(is("Moment < '4 PM'"), Truth::False));
    EXPECT_EQ(where("Moment > '6 PM'", {{"Moment", "00000002000000.000000:000"}}), Truth::Unknown);
    const auto refused = wql::bind(*parse("SELECT * FROM Everything WHERE Moment > '31/31/2026'"),
                                   schema_, BindFor::Data);
    PROVES("WQL-096", EXPECT_EQ(refused.error().status, Status::InvalidQuery));
}

TEST_F(EvaluatorTest, References) {
    const auto link = [&](const char* literal, const char* value) {
        return where(fmt::format("Link = {}", literal), {{"Link", value}});
    };
    const char* full = R"(\\HOST\root\cimv2:Win32_Directory.Name="c:\\scripts")";
    EXPECT_EQ(link(R"('win32_directory.name="C:\\\\scripts"')", full), Truth::True);
    EXPECT_EQ(link(R"('Win32_Directory.Name="c:\\\\other"')", full), Truth::False);
    EXPECT_EQ(link(R"('\\\\OTHER\\root\\cimv2:Win32_Directory.Name="c:\\\\scripts"')", full),
              Truth::False);
}

TEST_F(EvaluatorTest, TwoProperties) {
    const auto changed = [&](std::string_view condition, const char* before, const char* after) {
        return event(fmt::format("SELECT * FROM __InstanceModificationEvent WHERE {}", condition),
                     schema_.event("__InstanceModificationEvent",
                                   schema_.make("Win32_Service", {{"State", after}}),
                                   schema_.make("Win32_Service", {{"State", before}})));
    };
    const char* differs =
        "TargetInstance ISA 'Win32_Service' AND TargetInstance.State <> "
        "PreviousInstance.State";
    EXPECT_EQ(changed(differs, "Stopped", "Running"), Truth::True);
    EXPECT_EQ(changed(differs, "Stopped", "stopped"), Truth::False);
    EXPECT_EQ(changed("TargetInstance.State <> PreviousInstance.Name", "a", "b"), Truth::Unknown);
    EXPECT_EQ(changed("TargetInstance.State <> PreviousInstance.Started", "a", "b"),
              Truth::Unknown);
}

TEST_F(EvaluatorTest, SchemaQueries) {
    PROVES("WQL-029", EXPECT_TRUE(selects_class("__Class LIKE '%Win%'", "Win32_Process")));
    PROVES("WQL-029", EXPECT_FALSE(selects_class("__Class LIKE '%Win%'", "CIM_Process")));
    PROVES("WQL-034", EXPECT_TRUE(selects_class("__this ISA 'CIM_Process'", "Sandboxed_Process")));
    PROVES("WQL-034", EXPECT_TRUE(selects_class("__this ISA 'CIM_Process'", "CIM_Process")));
    PROVES("WQL-034", EXPECT_FALSE(selects_class("__this ISA 'CIM_Process'", "Win32_Service")));
    PROVES("WQL-076", EXPECT_TRUE(selects_class("__Class = 'win32_process'", "Win32_Process")));
    PROVES("WQL-076", EXPECT_FALSE(selects_class("__Class = 'CIM_Process'", "Win32_Process")));
    PROVES("WQL-077", EXPECT_TRUE(selects_class("__Superclass = 'CIM_Process'", "Win32_Process")));
    PROVES("WQL-077",
           EXPECT_FALSE(selects_class("__Superclass = 'CIM_Process'", "Sandboxed_Process")));
    PROVES("WQL-077", EXPECT_TRUE(selects_class("__Superclass IS NULL", "CIM_Process")));
    PROVES("WQL-077", EXPECT_FALSE(selects_class("__Superclass IS NULL", "Win32_Process")));
    PROVES("WQL-077", EXPECT_TRUE(selects_class("__Dynasty = 'CIM_Process'", "Sandboxed_Process")));
    PROVES("WQL-077", EXPECT_TRUE(selects_class("__Dynasty = 'CIM_Process'", "CIM_Process")));
    PROVES("WQL-078",
           EXPECT_TRUE(selects_class("NOT __class < \"Win32\" AND NOT __this ISA \"Win32_Service\"",
                                     "Win32_Process")));
    PROVES("WQL-078", EXPECT_FALSE(selects_class("NOT __class < \"Win32\"", "CIM_Process")));
}

TEST_F(EvaluatorTest, ClassesAsObjectsOfEvents) {
    const auto created = schema_.make("__ClassCreationEvent",
                                      {{"TargetClass", schema_.find_class("Win32_Process")}});
    EXPECT_EQ(
        event("SELECT * FROM __ClassCreationEvent WHERE TargetClass ISA 'CIM_Process'", created),
        Truth::True);
    EXPECT_EQ(event("SELECT * FROM __ClassCreationEvent WHERE TargetClass.__CLASS = 'CIM_Process'",
                    created),
              Truth::False);
    EXPECT_EQ(event("SELECT * FROM __ClassCreationEvent WHERE TargetClass.Name IS NULL", created),
              Truth::True)
        << "a class has its default values";
}

TEST_F(EvaluatorTest, ProjectionMasksTopLevelProperties) {
    const auto email = schema_.make("EmailEvent", {{"Sender", "boss"}, {"Importance", 3U}});
    const auto projected = project(bind("SELECT sender FROM EmailEvent", BindFor::Event), email);
    PROVES("WQL-036", EXPECT_EQ(projected->find("Sender"), cim::Value("boss")));
    PROVES("WQL-036", EXPECT_EQ(projected->find("Importance"), cim::Value()));
    PROVES("WQL-035",
           EXPECT_EQ(project(bind("SELECT * FROM EmailEvent", BindFor::Event), email), email));

    const auto mine =
        schema_.make("MyEvent", {{"E1", schema_.make("E", {{"Prop1", 1}, {"Prop2", 2}})},
                                 {"E2", schema_.make("E", {{"Prop1", 3}})}});
    for (const char* text : {"SELECT E1 FROM MyEvent", "SELECT E1.Prop1 FROM MyEvent"}) {
        const auto part = project(bind(text, BindFor::Event), mine);
        PROVES("WQL-037", EXPECT_EQ(part->find("E1"), mine->find("E1")) << text);
        PROVES("OD-015", EXPECT_EQ(part->find("E1"), mine->find("E1")) << text);
        PROVES("OD-016", EXPECT_EQ(part->find("E1"), mine->find("E1")) << text);
        EXPECT_EQ(part->find("E2"), cim::Value()) << text;
    }
    const auto all = project(
        bind("SELECT E1.Prop1, E1.Prop2, E2.Prop1, E2.Prop2 FROM MyEvent", BindFor::Event), mine);
    PROVES("WQL-039", EXPECT_EQ(all->find("E1"), mine->find("E1")));
    PROVES("WQL-039", EXPECT_EQ(all->find("E2"), mine->find("E2")));
    const auto system = project(bind("SELECT __CLASS FROM EmailEvent", BindFor::Event), email);
    EXPECT_EQ(system->find("Sender"), cim::Value());
    PROVES("WQL-071",
           EXPECT_EQ(project(bind("SELECT Name FROM CIM_Process", BindFor::Data), process("a"))
                         ->find("Priority"),
                     cim::Value()));
}

TEST_F(EvaluatorTest, GroupKeys) {
    const auto query = bind(
        "SELECT * FROM EmailEvent GROUP WITHIN 300 BY Sender, Importance HAVING "
        "NumberOfEvents >= 2",
        BindFor::Event);
    const auto key = [&](cim::Value sender, cim::Value importance) {
        return group_key(*query.group(),
                         *schema_.make("EmailEvent", {{"Sender", std::move(sender)},
                                                      {"Importance", std::move(importance)}}));
    };
    PROVES("WQL-061", EXPECT_EQ(key("boss", 1U), key("BOSS", 1U)));
    PROVES("WQL-061", EXPECT_NE(key("boss", 1U), key("boss", 2U)));
    PROVES("WQL-061", EXPECT_NE(key("boss", 1U), key("aunt", 1U)));
    EXPECT_NE(key("", 1U), key({}, 1U)) << "NULL is a value of its own";
    PROVES("WQL-064", EXPECT_TRUE(passes_having(*query.group(), 2)));
    PROVES("WQL-064", EXPECT_FALSE(passes_having(*query.group(), 1)));
}

}  // namespace
}  // namespace openwmi::wql
