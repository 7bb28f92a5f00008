#include "cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/thread_executor.h"
#include "cli/exit_code.h"
#include "cli/recorded_terminal.h"
#include "http/server.h"
#include "mof/binary.h"
#include "mof/test_elf.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// The tool where no service is.
class ProgramTest : public testing::Test {
  protected:
    int openwmi(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"/usr/bin/openwmi"});
        arguments.insert(arguments.end(), {"--socket", (folder / "none").string()});
        return run(arguments);
    }
    int run(const std::vector<std::string>& arguments) {
        recorded = {};
        const auto terminal = recorded.terminal();
        return cli::run(arguments, &terminal);
    }
    std::string file(const std::string& content) {
        return folder.write("test.mof", content).string();
    }
    support::TemporaryFolder folder;
    RecordedTerminal recorded;
};

TEST_F(ProgramTest, ExplainsItself) {
    EXPECT_EQ(run({"openwmi", "--help"}), ok);
    for (const char* verb :
         {"mofcomp", "check-query", "query",  "watch",      "live",    "list",        "show",
          "explain", "test",        "lint",   "delete",     "enable",  "disable",     "observe",
          "call",    "recover",     "status", "completion", "history", "dead-letters"}) {
        EXPECT_THAT(recorded.out, HasSubstr(verb));
        RecordedTerminal one;
        const auto terminal = one.terminal();
        EXPECT_EQ(cli::run({"openwmi", verb, "--help"}, &terminal), ok);
        EXPECT_THAT(one.out, HasSubstr("Usage: openwmi " + std::string(verb)));
        EXPECT_THAT(one.out, HasSubstr("--json"));
    }
}

TEST_F(ProgramTest, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(run({"openwmi"}), usage);
    EXPECT_EQ(run({"openwmi", "lst"}), usage);
    EXPECT_THAT(recorded.notes, HasSubstr("did you mean list?"));
    EXPECT_EQ(run({"openwmi", "dead-letters", "lst"}), usage);
    EXPECT_THAT(recorded.notes, HasSubstr("no verb 'lst'; did you mean list? (openwmi dead-letters "
                                          "--help lists them)"));
    EXPECT_EQ(run({"openwmi", "list", "--what"}), usage);
    EXPECT_EQ(run({"openwmi", "show"}), usage);
    EXPECT_EQ(run({"openwmi", "watch", "SELECT * FROM X", "--for", "soon"}), usage);
    EXPECT_EQ(run({"openwmi", "list", "--color", "blue"}), usage);
    EXPECT_EQ(run({"openwmi", "history", "--limit", "0"}), usage);
    EXPECT_EQ(run({"openwmi", "history", "--limit", "-1"}), usage);
    EXPECT_THAT(recorded.notes, HasSubstr("--limit: '-1' is no whole number from 1 on"));
    EXPECT_EQ(run({"openwmi", "explain", "x", "--trees", "-1"}), usage);
    EXPECT_EQ(run({"openwmi", "record", "X", "--count", "-1"}), usage);
}

TEST_F(ProgramTest, SaysThatNoServiceIsThere) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"list"},
                                               {"status"},
                                               {"live"},
                                               {"show", "x"},
                                               {"explain", "x"},
                                               {"lint", "--service"},
                                               {"history"},
                                               {"dead-letters", "list"},
                                               {"dead-letters", "show", "1"},
                                               {"dead-letters", "retry", "all"},
                                               {"dead-letters", "purge", "1"},
                                               {"delete", "x"},
                                               {"enable", "x"},
                                               {"call", "X", "Y", "a=1"},
                                               {"query", "SELECT * FROM X"},
                                               {"watch", "SELECT * FROM X"}}) {
        EXPECT_EQ(openwmi(arguments), unreachable) << arguments.front();
        EXPECT_THAT(recorded.notes, HasSubstr("Is it running?"));
        EXPECT_EQ(recorded.out, "");
    }
}

TEST_F(ProgramTest, WantsParametersWithTheirNames) {
    for (const char* parameter : {"5", "=5", ""}) {
        EXPECT_EQ(openwmi({"call", "X", "Y", parameter}), usage) << parameter;
        EXPECT_THAT(recorded.notes, HasSubstr("NAME=VALUE"));
    }
    EXPECT_EQ(openwmi({"call", "X", "Y", "a=1", "A=2"}), usage);
    EXPECT_THAT(recorded.notes, HasSubstr("given twice"));
    EXPECT_EQ(openwmi({"call", "X"}), usage);
}

TEST_F(ProgramTest, ChecksAQueryWithoutAService) {
    EXPECT_EQ(openwmi({"check-query",
                       "select * from __InstanceCreationEvent within 5 where "
                       "TargetInstance isa 'X'"}),
              ok);
    EXPECT_THAT(recorded.out, HasSubstr("SELECT * FROM __InstanceCreationEvent WITHIN 5"));
    EXPECT_EQ(openwmi({"check-query", "references of {X='a'} where classdefsonly"}), ok);
    EXPECT_THAT(recorded.out, HasSubstr("REFERENCES OF {X='a'} WHERE ClassDefsOnly"));
    EXPECT_THAT(recorded.notes, HasSubstr("the classes of the associations of X=\"a\""));
    EXPECT_EQ(openwmi({"check-query", "associators of {X} where SchemaOnly ClassDefsOnly"}),
              problems_found);
    EXPECT_EQ(openwmi({"check-query", "select * from meta_class where __this isa 'X'"}), ok);
    EXPECT_THAT(recorded.notes, HasSubstr("a schema query"));
    EXPECT_EQ(openwmi({"check-query", "select Name from meta_class"}), problems_found);
    EXPECT_EQ(openwmi({"check-query", "SELECT * FORM X"}), problems_found);
    EXPECT_THAT(recorded.notes, HasSubstr("query:1:10"));
    EXPECT_THAT(recorded.notes, HasSubstr("^"));
    EXPECT_EQ(openwmi({"check-query", "SELECT Nothing FROM __InstanceCreationEvent"}),
              problems_found);
    EXPECT_EQ(openwmi({"check-query", "--json", "SELECT * FORM X"}), problems_found);
    EXPECT_EQ(nlohmann::json::parse(recorded.out)["diagnostics"][0]["column"], 10);
}

TEST_F(ProgramTest, FindsMistakesInAQueryBeforeItAsks) {
    EXPECT_EQ(openwmi({"query", "SELECT * FORM X"}), failed);
    EXPECT_THAT(recorded.notes, HasSubstr("^"));
    EXPECT_EQ(openwmi({"watch", "SELECT * FORM X"}), failed);
}

TEST_F(ProgramTest, ChecksAMofWithoutAService) {
    const auto good = file("class X { [key] string Id; };");
    PROVES("MOF-067", EXPECT_EQ(openwmi({"mofcomp", "-check", good}), 0));
    EXPECT_THAT(recorded.out, HasSubstr("1 class and 0 instances"));
    PROVES("MOF-067", EXPECT_EQ(openwmi({"mofcomp", "-check", "-N:root", good}), usage));
    const auto bad = file("class X {\n  string Id\n};\n");
    EXPECT_EQ(openwmi({"mofcomp", "-check", bad}), 3);
    EXPECT_THAT(recorded.notes, HasSubstr(bad + ":2:12: error: "));
    EXPECT_THAT(recorded.notes, HasSubstr("^"));
    EXPECT_EQ(openwmi({"mofcomp", "--check", "--json", bad}), 3);
    EXPECT_EQ(nlohmann::json::parse(recorded.out)["ok"], false);
}

TEST_F(ProgramTest, EndsAsMofcompDoes) {
    const auto good = file("#pragma autorecover\nclass X { [key] string Id; };");
    PROVES("MOF-073", EXPECT_EQ(openwmi({"mofcomp", good}), 1) << "no service");
    PROVES("MOF-073", EXPECT_EQ(openwmi({"mofcomp", "-nonsense", good}), 2));
    PROVES("MOF-073", EXPECT_EQ(openwmi({"mofcomp", "-class:sometimes", good}), 2));
    PROVES("MOF-073", EXPECT_EQ(openwmi({"mofcomp", file("class X {")}), 3));
    EXPECT_EQ(openwmi({"mofcomp", (folder / "missing.mof").string()}), 1);
    const auto wrong = file("class X { [key] string Id; };\nclass Y : X { sint32 Id; };");
    PROVES("MOF-073", EXPECT_EQ(openwmi({"mofcomp", "-check", wrong}), 1) << "well-formed");
}

TEST_F(ProgramTest, EndsAsMofcompDoesWithAService) {
    const base::MachineClock clock;
    base::ThreadExecutor requests(clock, {.name = "requests", .elastic = true});
    const auto socket = folder / "socket";
    std::mutex mutex;
    std::string report;
    const auto server = http::Server::start(
        {.socket = socket, .requests = &requests, .notice = [](std::string_view) {}, .limits = {}},
        [&](const http::Request&, const http::ReplyPtr& reply) {
            const std::lock_guard lock(mutex);
            reply->send(200, report);
        });
    ASSERT_TRUE(server) << to_text(server.error());
    const auto good = file("#pragma autorecover\nclass X { [key] string Id; };");
    const auto ends = [&](std::string_view answer, std::vector<std::string> switches = {}) {
        {
            const std::lock_guard lock(mutex);
            report = answer;
        }
        switches.insert(switches.begin(), {"openwmi", "mofcomp"});
        switches.insert(switches.end(), {good, "--socket", socket.string()});
        return run(switches);
    };
    PROVES("MOF-073", EXPECT_EQ(ends(R"({"ok": true, "phase": "done"})"), 0));
    PROVES("MOF-073", EXPECT_EQ(ends(R"({"ok": false, "phase": "parse"})"), 3));
    const auto refused = [](Status status) {
        return nlohmann::json{{"ok", false},
                              {"phase", "store"},
                              {"error", {{"code", static_cast<std::uint32_t>(status)}}}}
            .dump();
    };
    PROVES("MOF-073", EXPECT_EQ(ends(refused(Status::UpdateTypeMismatch)), 1));
    PROVES("MOF-073", EXPECT_EQ(ends(refused(Status::AlreadyExists)), 1));
    PROVES("MOF-073", EXPECT_EQ(ends(refused(Status::AlreadyExists), {"-class:createonly"}), 0x19));
}

TEST_F(ProgramTest, IsMofcompUnderThatName) {
    const auto good = file("class X { [key] string Id; };");
    EXPECT_EQ(run({"/usr/bin/mofcomp", "-CHECK", good}), 0);
    EXPECT_EQ(run({"mofcomp"}), 2);
}

TEST_F(ProgramTest, WarnsOfAMissingAutorecover) {
    const auto without = file("class X { [key] string Id; };");
    openwmi({"mofcomp", without});
    PROVES("MOF-077",
           EXPECT_THAT(recorded.notes, HasSubstr("does not contain #PRAGMA AUTORECOVER")));
    openwmi({"mofcomp", file("#pragma autorecover\nclass X { [key] string Id; };")});
    PROVES("MOF-077", EXPECT_THAT(recorded.notes, Not(HasSubstr("AUTORECOVER"))));
}

TEST_F(ProgramTest, PartsAMofForALocale) {
    const auto source = file("[Description(\"text\") : Amended] class X { [key] string Id; };");
    const auto mof = (folder / "a.mof").string();
    const auto mfl = (folder / "a.mfl").string();
    PROVES("MOF-072",
           EXPECT_EQ(
               openwmi({"mofcomp", "-AMENDMENT:MS_409", "-MOF:" + mof, "-MFL:" + mfl, source}), 0));
    EXPECT_TRUE(std::filesystem::exists(mof));
    EXPECT_TRUE(std::filesystem::exists(mfl));
    EXPECT_EQ(openwmi({"mofcomp", "-AMENDMENT:MS_409", source}), usage);
    EXPECT_THAT(recorded.notes, HasSubstr("-MFL:FILE"));
}

TEST_F(ProgramTest, PartsAMofThatSaysSoItself) {
    const auto source = file(
        "#pragma amendment(\"MS_409\")\n"
        "[Description(\"text\") : Amended] class X { [key] string Id; };");
    const auto mof = (folder / "a.mof").string();
    const auto mfl = (folder / "a.mfl").string();
    PROVES("MOF-069", EXPECT_EQ(openwmi({"mofcomp", "-MOF:" + mof, "-MFL:" + mfl, source}), 0));
    EXPECT_TRUE(std::filesystem::exists(mfl));
    EXPECT_EQ(openwmi({"mofcomp", source}), usage) << "nobody says where to";
    EXPECT_EQ(openwmi({"mofcomp", "-MOF:" + mof, source}), usage);
    EXPECT_EQ(openwmi({"mofcomp", "-MOF:" + mof, "-MFL:" + mfl, file("class X { };")}), usage);
}

TEST_F(ProgramTest, MakesABinaryMofAndReadsIt) {
    const auto binary = (folder / "x.bmof").string();
    const auto source = file("class X { [key] string Id; };\ninstance of X { Id = 5; };");
    EXPECT_EQ(openwmi({"mofcomp", "-B:" + binary, source}), 1);
    EXPECT_THAT(recorded.notes, HasSubstr("test.mof:2:"));
    EXPECT_FALSE(std::filesystem::exists(binary));
    const auto good = file("class X { [key] string Id; };\ninstance of X { Id = \"a\"; };");
    PROVES("MOF-071", EXPECT_EQ(openwmi({"mofcomp", "-B:" + binary, good}), 0)
                          << "no service is needed: nothing is stored");
    EXPECT_THAT(recorded.out, HasSubstr("the repository is untouched"));
    EXPECT_EQ(openwmi({"mofcomp", "-check", binary}), 0);
    EXPECT_THAT(recorded.out, HasSubstr("1 class and 1 instance"));
    EXPECT_EQ(openwmi({"mofcomp", "-AMENDMENT:MS_409", "-MOF:a", "-MFL:b", binary}), 1);
    EXPECT_THAT(recorded.notes, HasSubstr("no text to be parted"));
    EXPECT_EQ(openwmi({"mofcomp", "-check", file("FOMB....")}), 3);
    EXPECT_THAT(recorded.notes, HasSubstr("Microsoft's format"));
}

TEST_F(ProgramTest, ChecksABinaryMofForDrivers) {
    const auto binary = (folder / "x.bmof").string();
    const auto source = file("[WMI] class X { [key] string Id; };");
    PROVES("MOF-071", EXPECT_EQ(openwmi({"mofcomp", "-WMI", source}), 2) << "-WMI needs -B");
    EXPECT_EQ(openwmi({"mofcomp", "-WMI", "-B:" + binary, source}), 1);
    EXPECT_THAT(recorded.notes, HasSubstr("class X needs the qualifier guid"));
    EXPECT_TRUE(std::filesystem::exists(binary)) << "the check runs after it is made";
    EXPECT_EQ(openwmi({"mofcomp", "-WMI", "-B:" + binary, file("class X { };")}), 0);
}

TEST_F(ProgramTest, TakesABinaryMofOutOfALibrary) {
    const auto library = folder.write("lib.so", "\177ELF, or so it says").string();
    PROVES("MOF-079", EXPECT_EQ(openwmi({"mofcomp", "-L:MS_409", library}), 2) << "-L needs -ER");
    EXPECT_EQ(openwmi({"mofcomp", "-ER:Sensors", "-L:english", library}), 2);
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"mofcomp", "-ER:Sensors", library}, {"mofcomp", "-ER", "Sensors", library}}) {
        EXPECT_EQ(openwmi(arguments), 1);
        EXPECT_THAT(recorded.notes, HasSubstr("lib.so: this ELF file is damaged"));
    }
}

TEST_F(ProgramTest, TakesTheLocalizedDescriptionsOutOfALibrary) {
    const auto binary = [](const char* class_name) {
        return mof::write_binary(mof::parse(fmt::format("class {} {{ }};", class_name), "x.mof"));
    };
    const auto library =
        folder
            .write("lib.so", mof::elf({{".openwmi.mof.Sensors", 0, binary("Neutral")},
                                       {".openwmi.mof.Sensors.ms_409", 0, binary("English")}},
                                      true))
            .string();
    const auto out = (folder / "out.bmof").string();
    const auto content = [&] {
        std::ifstream stream(out, std::ios::binary);
        return std::string{std::istreambuf_iterator<char>(stream), {}};
    };
    PROVES("MOF-079", EXPECT_EQ(openwmi({"mofcomp", "-ER", "Sensors", "-B:" + out, library}), 0));
    PROVES("MOF-079", EXPECT_THAT(content(), HasSubstr("Neutral")));
    EXPECT_EQ(openwmi({"mofcomp", "-ER:Sensors", "-L:MS_409", "-B:" + out, library}), 0);
    PROVES("MOF-079", EXPECT_THAT(content(), HasSubstr("English")));
    EXPECT_EQ(openwmi({"mofcomp", "-ER:Sensors", "-L:MS_407", "-B:" + out, library}), 1);
    EXPECT_THAT(recorded.notes, HasSubstr("not the one of MS_407"));
}

TEST_F(ProgramTest, ConnectsToNoOtherComputer) {
    const auto good = file("#pragma autorecover\nclass X { [key] string Id; };");
    PROVES("MOF-070", EXPECT_EQ(openwmi({"mofcomp", "-N:\\\\elsewhere.example\\root\\default",
                                         "-U:D\\jo", "-P:secret", good}),
                                1));
    PROVES("MOF-070",
           EXPECT_THAT(recorded.notes, HasSubstr("'elsewhere.example' is another computer")));
    EXPECT_THAT(recorded.notes, Not(HasSubstr("secret")));
    EXPECT_EQ(openwmi({"mofcomp", "-N:\\\\.\\root\\default", good}), 1);
    EXPECT_THAT(recorded.notes, HasSubstr("Is it running?"));
}

TEST_F(ProgramTest, RefusesSwitchesThatContradictEachOther) {
    const auto good = file("class X { [key] string Id; };");
    for (const auto& switches :
         std::vector<std::vector<std::string>>{{"-class:createonly", "-class:updateonly"},
                                               {"-class:safeupdate", "-class:forceupdate"},
                                               {"-instance:forceupdate"},
                                               {"-instance:createonly", "-instance:updateonly"},
                                               {"-N:not\\\\a:namespace"},
                                               {"-U:D\\jo", "-A:NTLMDOMAIN:D"},
                                               {"-ER:X", "-autorecover"},
                                               {"-check", "-B:x"},
                                               {"-check", "-class:createonly"},
                                               {"-check", "-U:jo"}}) {
        auto arguments = switches;
        arguments.insert(arguments.begin(), "mofcomp");
        arguments.push_back(good);
        PROVES("MOF-069", EXPECT_EQ(openwmi(arguments), 2) << testing::PrintToString(switches));
    }
    EXPECT_EQ(openwmi({"mofcomp", "-class:updateonly", "-class:forceupdate", good}), 1)
        << "these two go together; there is no service";
}

TEST_F(ProgramTest, SaysWhatSwitchesDoNotDo) {
    const auto good = file("class X { [key] string Id; };");
    openwmi({"mofcomp", "-autorecover", "-N:root\\cimv2", good});
    EXPECT_THAT(recorded.notes, HasSubstr("are not remembered"));
    openwmi({"mofcomp", "-U:jo", good});
    EXPECT_THAT(recorded.notes, HasSubstr("of no use on this computer"));
}

TEST_F(ProgramTest, CompletesInEachShell) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        EXPECT_EQ(openwmi({"completion", shell}), ok);
        EXPECT_THAT(recorded.out, HasSubstr("check-query")) << shell;
        EXPECT_THAT(recorded.out, HasSubstr("openwmi list --names")) << shell;
    }
    EXPECT_EQ(openwmi({"completion", "cmd.exe"}), usage);
}

constexpr const char* sensor_test = R"(namespace root\test
mof
  class Sensor { [key] string Id; sint32 Temp; };
subscribe hot
  SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA "Sensor" AND TargetInstance.Temp > 80
put Sensor.Id="a" {Temp=70}
advance 60s
put Sensor.Id="a" {Temp=90}
expect hot
  TargetInstance=Sensor{Id="a",Temp=90}
)";

TEST_F(ProgramTest, TestsSubscriptionsWithoutAService) {
    const auto good = folder.write("good.test", sensor_test).string();
    EXPECT_EQ(openwmi({"test", good}), ok);
    EXPECT_EQ(recorded.out, "TAP version 14\n1..1\nok 1 - " + good + ":9 expect hot\n");
    const auto bad =
        folder.write("bad.test", sensor_test + std::string("expect hot 1 events\n")).string();
    const auto junit = (folder / "out.xml").string();
    EXPECT_EQ(openwmi({"test", good, bad, "--junit", junit}), problems_found);
    EXPECT_THAT(recorded.out, HasSubstr("1..3\n"));
    EXPECT_THAT(recorded.out, HasSubstr("not ok 3 - " + bad + ":11 expect hot 1 events"));
    EXPECT_THAT(recorded.out, HasSubstr("expected: \"hot: 1 events\""));
    std::stringstream xml;
    xml << std::ifstream(junit).rdbuf();
    EXPECT_THAT(xml.str(),
                HasSubstr("<testsuite name=\"" + bad + "\" tests=\"2\" failures=\"1\">"));
    EXPECT_EQ(openwmi({"test", bad, "--json"}), problems_found);
    const auto json = nlohmann::json::parse(recorded.out);
    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["checks"][1]["outcome"], "failed");
    EXPECT_EQ(openwmi({"test", folder.write("x.test", "frobnicate\n").string()}), problems_found);
    EXPECT_THAT(recorded.out, HasSubstr("is no verb"));
    EXPECT_EQ(openwmi({"test", (folder / "none.test").string()}), not_found);
    EXPECT_EQ(openwmi({"test", folder.path().string()}), not_found);
    EXPECT_THAT(recorded.notes, HasSubstr("it is a folder"));
}

TEST_F(ProgramTest, ATestRendersWhatTheStandardConsumersWouldWrite) {
    folder.write("log.mof", R"(
class Alarm : __ExtrinsicEvent { string Text; uint32 Level; };
class LogFileEventConsumer : __EventConsumer
    { [key] string Name; string Filename; [Template] string Text; };
class CommandLineEventConsumer : __EventConsumer
    { [key] string Name; string ExecutablePath; [Template] string CommandLineTemplate; };
instance of __Win32Provider as $P { Name = "Ours"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __EventConsumerProviderRegistration
    { Provider = $P; ConsumerClassNames = {"LogFileEventConsumer", "CommandLineEventConsumer"}; };
instance of __EventFilter as $F { Name = "loud"; QueryLanguage = "WQL"; Query = "SELECT * FROM Alarm"; };
instance of LogFileEventConsumer as $L { Name = "log"; Filename = "/dev/full"; Text = "%Text%: 100%%"; };
instance of CommandLineEventConsumer as $C { Name = "run"; CommandLineTemplate = "/bin/false -m %Text% %Level%"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $L; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };
)");
    const auto test = folder.write("render.test", R"(namespace root\test
compile "log.mof"
raise Alarm{Text="it burns",Level=5}
expect log 1 events
renders log
  Text="it burns: 100%"
expect run 1 events
renders run
  CommandLineTemplate="/bin/false -m \"it burns\" 5"
)");
    EXPECT_EQ(openwmi({"test", test.string()}), ok) << recorded.out;
}

TEST_F(ProgramTest, LintsMofWithoutAService) {
    const auto classes = folder.write("classes.mof", R"(
#pragma namespace("\\\\.\\root\\subscription")
class Taker : __EventConsumer { [key] string Name; };
class Alarm : __ExtrinsicEvent { string Text; uint32 Level; };
instance of Taker { Name = "t"; };
)");
    const auto lint = [&](const std::string& filters) {
        const auto file = folder.write(
            "lint.mof", "#pragma namespace(\"\\\\\\\\.\\\\root\\\\subscription\")\n" + filters);
        return openwmi({"lint", file.string(), "--classes", classes.string()});
    };
    const auto filter = [](const std::string& query) {
        return "instance of __EventFilter as $F { Name = \"f\"; QueryLanguage = \"WQL\"; Query = "
               "\"" +
               query +
               "\"; };\ninstance of __FilterToConsumerBinding { Filter = $F; Consumer = "
               "\"Taker.Name=\\\"t\\\"\"; };\n";
    };
    EXPECT_EQ(
        lint(filter("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Taker'")), ok)
        << recorded.out;
    EXPECT_EQ(recorded.out, "nothing found\n");
    const struct {
        std::string query;
        const char* says;
    } cases[] = {
        {"SELECT * FROM Alrm", "did you mean Alarm?"},
        {"SELECT * FROM Alarm WHERE Levl = 1", "did you mean Level?"},
        {"SELECT * FROM Alarm WHERE Level > 5 AND Level < 3", "[never-true]"},
        {"SELECT * FROM Alarm WHERE Text LIKE 'fire'", "[like-without-wildcard]"},
        {"SELECT * FROM Alarm WHERE Text = 'C:\\temp'", "[escape]"},
        {"SELECT * FORM Alarm", "[refused]"},
    };
    for (const auto& each : cases) {
        EXPECT_EQ(lint(filter(each.query)), problems_found) << each.query;
        EXPECT_THAT(recorded.out, HasSubstr(each.says)) << each.query;
    }
    EXPECT_EQ(lint("class X { [key] string Id }"), problems_found);
    EXPECT_THAT(recorded.out, HasSubstr("[mof]"));
    EXPECT_EQ(lint("instance of Unheard { Id = 1; };"), problems_found);
    EXPECT_THAT(recorded.out, HasSubstr("--classes names the MOF files"));
    EXPECT_EQ(openwmi({"lint"}), usage);
    EXPECT_EQ(openwmi({"lint", (folder / "none.mof").string(), "--classes", classes.string()}),
              failed);
}

constexpr const char* recording =
    R"({"classes":"class Alarm : __ExtrinsicEvent { string Text; uint32 Level; };"}
{"id":1,"time":"2026-01-31T12:00:00.000000Z","event":{"__CLASS":"Alarm","Level":1,"Text":"a"}}
{"id":2,"time":"2026-01-31T12:00:10.000000Z","event":{"__CLASS":"Alarm","Level":5,"Text":"b"}}
{"lost":7}
{"classes":"class Flood : Alarm { uint32 Depth; };"}
{"id":3,"time":"2026-01-31T12:00:20.000000Z","event":{"__CLASS":"Flood","Level":7,"Depth":2}}
{"id":4,"time":"2026-01-31T12:10:00.000000Z","event":{"__CLASS":"Alarm","Level":9,"Text":"c"}}
{"id":5,"time":"2026-01-31T12:10:00.000)";

TEST_F(ProgramTest, AsksAQueryAboutRecordedEvents) {
    const auto file = folder.write("events.ndjson", recording).string();
    EXPECT_EQ(openwmi({"replay", "--filter", "SELECT * FROM Alarm WHERE Level > 4", file}), ok)
        << recorded.notes;
    EXPECT_EQ(std::ranges::count(recorded.out, '\n'), 3);
    EXPECT_THAT(recorded.out, HasSubstr(R"("id":2,"time":"2026-01-31T12:00:10.000000Z")"));
    EXPECT_THAT(recorded.out, HasSubstr(R"("__CLASS":"Flood")"));
    EXPECT_THAT(recorded.notes, HasSubstr("would have fired 3 times for 4 events; 7 events are "
                                          "missing in the recording; 1 lines unread"));
    EXPECT_EQ(openwmi({"replay", "--filter", "SELECT * FROM Flood WHERE Depth = 3", file}), ok);
    EXPECT_EQ(recorded.out, "");
    EXPECT_EQ(openwmi({"replay", "--filter", "SELECT * FROM Storm", file}), ok);
    EXPECT_THAT(recorded.notes, HasSubstr("was never asked"));
    EXPECT_EQ(openwmi({"replay", "--filter", "SELECT * FROM Alarm WHERE Levl = 3", file}), failed);
    EXPECT_THAT(recorded.notes, HasSubstr("did you mean Level?"));
    EXPECT_EQ(openwmi({"replay", "--filter", "SELECT * FROM Alarm", (folder / "none").string()}),
              not_found);
}

TEST_F(ProgramTest, WhatIsNoRecordingIsNotReplayed) {
    const std::string storm = "SELECT * FROM Alarm";
    const auto mof = folder.write("a.mof", "class Alarm { };\n// no event\n").string();
    EXPECT_EQ(openwmi({"replay", "--filter", storm, mof}), failed);
    EXPECT_THAT(recorded.notes, HasSubstr("a.mof is no recording: none of its 2 lines"));
    EXPECT_EQ(openwmi({"replay", "--filter", storm, folder.path().string()}), not_found);
    EXPECT_EQ(openwmi({"replay", "--filter", storm, folder.write("none", "").string()}), ok);
    EXPECT_THAT(recorded.notes, HasSubstr("for 0 events"));
}

TEST_F(ProgramTest, AReplayNamesTheClassThatTheRecordingDoesNotHave) {
    const auto file = folder.write("events.ndjson",
                                   R"({"classes":"class Sensor { [key] string Id; };"}
{"id":1,"time":"2026-01-31T12:00:00.000000Z","event":{"__CLASS":"__InstanceCreationEvent","TargetInstance":{"__CLASS":"Sensor","Id":"a"}}})");
    const std::string query = "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA ";
    EXPECT_EQ(openwmi({"replay", "--filter", query + "'Senser'", file.string()}), ok);
    EXPECT_THAT(recorded.notes, HasSubstr("would have fired 0 times for 1 events"));
    EXPECT_THAT(recorded.notes, HasSubstr("the recording has no class Senser"));
    EXPECT_EQ(openwmi({"replay", "--filter", query + "'Sensor'", file.string()}), ok);
    EXPECT_THAT(recorded.notes, Not(HasSubstr("has no class")));
}

TEST_F(ProgramTest, WindowsOfARecordingEndWhenTheyWouldHave) {
    const auto file = folder.write("events.ndjson", recording).string();
    EXPECT_EQ(openwmi({"replay", "--filter",
                       "SELECT * FROM Alarm GROUP WITHIN 60 HAVING NumberOfEvents > 1", file}),
              ok)
        << recorded.notes;
    EXPECT_EQ(std::ranges::count(recorded.out, '\n'), 1) << recorded.out;
    EXPECT_THAT(recorded.out, HasSubstr(R"("time":"2026-01-31T12:01:00.000000Z")"));
    EXPECT_THAT(recorded.out, HasSubstr(R"("NumberOfEvents":3)"));
}

}  // namespace
}  // namespace openwmi::cli
