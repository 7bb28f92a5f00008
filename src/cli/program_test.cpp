#include "cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/recorded_terminal.h"
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
         {"mofcomp", "check-query", "query", "watch", "live", "list", "show", "delete", "enable",
          "disable", "call", "recover", "status", "completion", "history", "dead-letters"}) {
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
    EXPECT_EQ(run({"openwmi", "list", "--what"}), usage);
    EXPECT_EQ(run({"openwmi", "show"}), usage);
    EXPECT_EQ(run({"openwmi", "watch", "SELECT * FROM X", "--for", "soon"}), usage);
    EXPECT_EQ(run({"openwmi", "list", "--color", "blue"}), usage);
}

TEST_F(ProgramTest, SaysThatNoServiceIsThere) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"list"},
                                               {"status"},
                                               {"live"},
                                               {"show", "x"},
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

}  // namespace
}  // namespace openwmi::cli
