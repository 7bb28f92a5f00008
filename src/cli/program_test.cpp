#include "cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/recorded_terminal.h"
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
    for (const char* verb : {"mofcomp", "check-query", "query", "watch", "live", "list", "show",
                             "delete", "enable", "disable", "status", "completion"}) {
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
                                               {"delete", "x"},
                                               {"enable", "x"},
                                               {"query", "SELECT * FROM X"},
                                               {"watch", "SELECT * FROM X"}}) {
        EXPECT_EQ(openwmi(arguments), unreachable) << arguments.front();
        EXPECT_THAT(recorded.notes, HasSubstr("Is it running?"));
        EXPECT_EQ(recorded.out, "");
    }
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
    EXPECT_THAT(recorded.notes, HasSubstr(bad + ":3:1: error: "));
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
    EXPECT_EQ(openwmi({"mofcomp", "-B:x.bmf", good}), 2);
    EXPECT_THAT(recorded.notes, HasSubstr("not written in this release"));
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
