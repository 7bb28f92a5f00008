#include "command_line/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openwmi.hpp>

#include "support/proves.h"
#include "support/wmi.h"

namespace openwmi::consumers {
namespace {

using ::testing::ElementsAre;

class Commands : public ::testing::Test {
  protected:
    Commands() {
        objects_.compile(
            "class Thing { [key] string Id; string Text; string Program; };"
            "instance of Thing { Id = \"t\"; Text = \"a b; 'c'\"; Program = \"/bin/true\"; };");
        event_ = objects_.last_instance();
        objects_.compile_file(MOF_FOLDER "/command_line/command_line.mof");
        class_ = objects_.find_class("CommandLineEventConsumer", "root\\subscription");
        consumer_ = spawn_instance(class_.get());
        put_property(consumer_.get(), L"Name", std::string("c"));
    }
    void set(const wchar_t* name, const char* text) {
        put_property(consumer_.get(), name, std::string(text));
    }
    Command command() { return command_for(consumer_.get(), event_.get()).command; }
    HRESULT failure() {
        try {
            command();
        } catch (const error& e) {
            return e.code();
        }
        return S_OK;
    }

    support::WmiObjects objects_;
    com_ptr<IWbemClassObject> event_;
    com_ptr<IWbemClassObject> class_;
    com_ptr<IWbemClassObject> consumer_;
};

TEST_F(Commands, TheClassHasTheDocumentedPropertiesAndDefaults) {
    struct Property {
        const wchar_t* name;
        CIMTYPE type;
        const char* value;  // null: no default
    };
    constexpr Property properties[] = {
        {L"CommandLineTemplate", CIM_STRING, nullptr},
        {L"CreateNewConsole", CIM_BOOLEAN, "False"},
        {L"CreateNewProcessGroup", CIM_BOOLEAN, "True"},
        {L"CreateSeparateWowVdm", CIM_BOOLEAN, "False"},
        {L"CreateSharedWowVdm", CIM_BOOLEAN, "False"},
        {L"DesktopName", CIM_STRING, nullptr},
        {L"ExecutablePath", CIM_STRING, nullptr},
        {L"FillAttribute", CIM_UINT32, nullptr},
        {L"FillAttributes", CIM_UINT32, nullptr},
        {L"ForceOffFeedback", CIM_BOOLEAN, "False"},
        {L"ForceOnFeedback", CIM_BOOLEAN, "False"},
        {L"KillTimeout", CIM_UINT32, "0"},
        {L"Name", CIM_STRING, nullptr},
        {L"Priority", CIM_SINT32, "32"},
        {L"RunInteractively", CIM_BOOLEAN, "False"},
        {L"ShowWindowCommand", CIM_UINT32, nullptr},
        {L"UseDefaultErrorMode", CIM_BOOLEAN, "False"},
        {L"WindowTitle", CIM_STRING, nullptr},
        {L"WorkingDirectory", CIM_STRING, nullptr},
        {L"XCoordinate", CIM_UINT32, nullptr},
        {L"YCoordinate", CIM_UINT32, nullptr},
        {L"XNumCharacters", CIM_UINT32, nullptr},
        {L"YNumCharacters", CIM_UINT32, nullptr},
        {L"XSize", CIM_UINT32, nullptr},
        {L"YSize", CIM_UINT32, nullptr},
    };
    for (const Property& property : properties) {
        variant value;
        CIMTYPE type = CIM_EMPTY;
        PROVES("CON-036",
               ASSERT_EQ(class_->Get(property.name, 0, value.put(), &type, nullptr), S_OK)
                   << to_utf8(property.name));
        PROVES("CON-057", EXPECT_EQ(type, property.type) << to_utf8(property.name));
        if (property.value) {
            PROVES("CON-036", EXPECT_EQ(value.as<std::string>(), property.value)
                                  << to_utf8(property.name));
        } else {
            EXPECT_TRUE(value.is_null()) << to_utf8(property.name);
        }
    }
}

TEST_F(Commands, ExecutablePathIsTheProgramAndTheTemplateItsWords) {
    set(L"ExecutablePath", "/usr/bin/env");
    set(L"CommandLineTemplate", "other %Text% end");
    PROVES("CON-037", EXPECT_EQ(command().program, "/usr/bin/env"));
    PROVES("CON-037", EXPECT_THAT(command().words, ElementsAre("other", "a b; 'c'", "end")));
}

TEST_F(Commands, WithoutExecutablePathTheFirstWordIsTheProgram) {
    set(L"CommandLineTemplate", "\"/opt/my tools/prog\" -x");
    PROVES("CON-038", EXPECT_EQ(command().program, "/opt/my tools/prog"));
    PROVES("CON-038", EXPECT_THAT(command().words, ElementsAre("/opt/my tools/prog", "-x")));
    set(L"CommandLineTemplate", "sh -c true");
    EXPECT_THAT(command().program, ::testing::EndsWith("/bin/sh"));
    set(L"CommandLineTemplate", "there-is-no-such-program");
    EXPECT_EQ(failure(), WBEM_E_NOT_FOUND);
}

TEST_F(Commands, WithoutTemplateExecutablePathIsTheCommandLine) {
    set(L"ExecutablePath", "/opt/my tools/prog");
    PROVES("CON-039", EXPECT_EQ(command().program, "/opt/my tools/prog"));
    PROVES("CON-039", EXPECT_THAT(command().words, ElementsAre("/opt/my tools/prog")));
}

TEST_F(Commands, TheEventChoosesTheProgramOnlyWithoutExecutablePath) {
    set(L"CommandLineTemplate", "%Program% x");
    PROVES("CON-059", EXPECT_EQ(command().program, "/bin/true"));
    set(L"ExecutablePath", "/usr/bin/env");
    PROVES("CON-059", EXPECT_EQ(command().program, "/usr/bin/env"));
}

TEST_F(Commands, PartialPathsBelongToTheWorkingDirectory) {
    set(L"ExecutablePath", "prog");
    EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER);
    set(L"WorkingDirectory", "/opt/tools");
    PROVES("CON-058", EXPECT_EQ(command().program, "/opt/tools/prog"));
    set(L"WorkingDirectory", "tools");
    EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER);
}

TEST_F(Commands, PrioritiesAreNiceValues) {
    const std::pair<std::int32_t, int> cases[] = {{0x20, 0}, {0x40, 19}, {0x80, -10}, {0x100, -20}};
    set(L"ExecutablePath", "/bin/true");
    for (const auto& [priority, nice] : cases) {
        put_property(consumer_.get(), L"Priority", priority);
        PROVES("CON-041", EXPECT_EQ(command().nice, nice) << priority);
    }
    put_property(consumer_.get(), L"Priority", std::int32_t{5});
    EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER);
}

TEST_F(Commands, ADefinitionWithoutProgramFails) {
    EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER);
    set(L"CommandLineTemplate", " ");
    EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER);
}

TEST_F(Commands, AdjacentMofStringsAreJoinedWithNothingBetween) {
    objects_.compile(
        "#pragma namespace(\"root\\\\subscription\")\n"
        "instance of CommandLineEventConsumer { Name = \"j\"; "
        "CommandLineTemplate = \"/bin/a\" \"b c\"; };");
    EXPECT_THAT(command_for(objects_.last_instance().get(), event_.get()).command.words,
                ElementsAre("/bin/ab", "c"));
}

}  // namespace
}  // namespace openwmi::consumers
