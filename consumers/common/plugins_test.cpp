// The consumers as the service sees them: created through their registration files, called through
// their interfaces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openwmi_consumer_preview.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <openwmi.hpp>
#include <sstream>

#include "support/proves.h"
#include "support/temporary_folder.h"
#include "support/wmi.h"

namespace openwmi::consumers {
namespace {

using ::testing::HasSubstr;

constexpr CLSID log_file = {
    0xE0158F6A, 0x5A98, 0x4AC7, {0x89, 0xA6, 0x4E, 0x8B, 0xF1, 0x05, 0xEB, 0x7D}};
constexpr CLSID command_line = {
    0x3FD7058F, 0xB730, 0x42CB, {0xB2, 0xF1, 0xAC, 0x70, 0x3B, 0xD5, 0xE3, 0x14}};
constexpr CLSID event_log = {
    0x9D7C1B6B, 0x0C5B, 0x4D4E, {0x93, 0xA5, 0x7F, 0x1E, 0x6C, 0x6A, 0x2B, 0x41}};
constexpr CLSID active_script = {
    0xB6A3B0D6, 0x52A4, 0x4C0E, {0x8B, 0x3B, 0x1C, 0x7F, 0x0E, 0x7A, 0x9D, 0x15}};
const std::vector<std::uint8_t> nobody = {1, 2, 0, 0, 0, 0, 0, 22, 1, 0, 0, 0, 0xfe, 0xff, 0, 0};
const std::vector<std::uint8_t> administrators = {1,  2, 0, 0, 0,    0, 0, 5,
                                                  32, 0, 0, 0, 0x20, 2, 0, 0};

class Plugins : public ::testing::Test {
  protected:
    Plugins() {
        setenv("OPENWMI_CLASSES_PATH", CLASSES_FOLDER, 1);
        setenv("OPENWMI_EVENT_LOGS", (folder_ / "logs").c_str(), 1);
        setenv("OPENWMI_SYSLOG", (folder_ / "syslog").c_str(), 1);
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        for (const std::string name :
             {"log_file", "command_line", "nt_event_log", "active_script"}) {
            objects_.compile_file(MOF_FOLDER "/" + name + "/" + name + ".mof");
        }
        objects_.compile(
            "class Thing { [key] string Id; string Text; };"
            "instance of Thing { Id = \"t\"; Text = \"hello\"; };");
        event_ = objects_.last_instance();
    }
    ~Plugins() override {
        for (const char* name : {"OPENWMI_CLASSES_PATH", "OPENWMI_EVENT_LOGS", "OPENWMI_SYSLOG"}) {
            unsetenv(name);
        }
        CoUninitialize();
    }

    com_ptr<IWbemEventConsumerProvider> create(const CLSID& clsid) {
        com_ptr<IWbemProviderInit> init;
        throw_if_failed(CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER,
                                         IID_IWbemProviderInit, init.put_void()));
        const auto sink = make<support::InitSink>();
        const auto services = objects_.services("root\\subscription");
        throw_if_failed(
            init->Initialize(nullptr, 0, nullptr, nullptr, services.get(), nullptr, sink.get()));
        EXPECT_EQ(sink->status, WBEM_S_INITIALIZED);
        return init.query<IWbemEventConsumerProvider>();
    }
    com_ptr<IWbemClassObject> consumer(const char* class_name) {
        auto result = spawn_instance(objects_.find_class(class_name, "root\\subscription").get());
        put_property(result.get(), L"Name", std::string("test"));
        put_property(result.get(), L"CreatorSID", administrators);
        return result;
    }
    HRESULT deliver(const CLSID& clsid, IWbemClassObject* logical, LONG count = 1) {
        com_ptr<IWbemUnboundObjectSink> sink;
        throw_if_failed(create(clsid)->FindConsumer(logical, sink.put()));
        std::vector<IWbemClassObject*> events(static_cast<std::size_t>(count), event_.get());
        const HRESULT hr = sink->IndicateToConsumer(logical, count, events.data());
        text_ = take_error_text();
        return hr;
    }
    // What it would do with the event.
    HRESULT preview(const CLSID& clsid, IWbemClassObject* logical) {
        com_ptr<IWbemUnboundObjectSink> sink;
        throw_if_failed(create(clsid)->FindConsumer(logical, sink.put()));
        bstr text;
        const auto previewer = sink.query<IOpenWmiConsumerPreview>();
        const HRESULT hr = previewer->Preview(logical, event_.get(), text.put());
        text_ = FAILED(hr) ? take_error_text() : text.utf8();
        return hr;
    }
    // What it says before is what it says then, word for word.
    void expect_the_same_refusal(const CLSID& clsid, IWbemClassObject* logical, HRESULT failure) {
        EXPECT_EQ(preview(clsid, logical), failure) << text_;
        const std::string why = text_;
        EXPECT_EQ(deliver(clsid, logical), failure) << text_;
        EXPECT_EQ(why, text_);
        EXPECT_NE(why, "");
    }
    std::string log(const char* name = "app.log") const {
        std::ifstream stream(folder_ / name);
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }

    support::TemporaryFolder folder_;
    support::WmiObjects objects_;
    com_ptr<IWbemClassObject> event_;
    std::string text_;
};

TEST_F(Plugins, TheLogFileClassHasTheDocumentedProperties) {
    const auto definition = objects_.find_class("LogFileEventConsumer", "root\\subscription");
    const std::pair<const wchar_t*, CIMTYPE> properties[] = {{L"Filename", CIM_STRING},
                                                             {L"IsUnicode", CIM_BOOLEAN},
                                                             {L"MaximumFileSize", CIM_UINT64},
                                                             {L"Name", CIM_STRING},
                                                             {L"Text", CIM_STRING}};
    for (const auto& [name, expected] : properties) {
        CIMTYPE type = CIM_EMPTY;
        PROVES("CON-014",
               ASSERT_EQ(definition->Get(name, 0, variant().put(), &type, nullptr), S_OK));
        PROVES("CON-014", EXPECT_EQ(type, expected) << to_utf8(name));
    }
    PROVES("CON-014",
           EXPECT_EQ(get_property<std::uint64_t>(definition.get(), L"MaximumFileSize"), 65535u));
}

TEST_F(Plugins, EventsBecomeLines) {
    const auto logical = consumer("LogFileEventConsumer");
    put_property(logical.get(), L"Filename", (folder_ / "app.log").string());
    put_property(logical.get(), L"Text", std::string("got %Text%"));
    EXPECT_EQ(deliver(log_file, logical.get(), 2), WBEM_S_NO_ERROR) << text_;
    EXPECT_EQ(log(), "got hello\ngot hello\n");
}

TEST_F(Plugins, WhatTheEventLacksIsRemarkedUpon) {
    const auto logical = consumer("LogFileEventConsumer");
    put_property(logical.get(), L"Filename", (folder_ / "app.log").string());
    put_property(logical.get(), L"Text", std::string("<%Lacking%>"));
    ::testing::internal::CaptureStderr();
    const HRESULT hr = deliver(log_file, logical.get());
    const std::string remarks = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(hr, WBEM_S_NO_ERROR) << text_;
    PROVES("OD-074", EXPECT_THAT(remarks, HasSubstr("Lacking")));
}

TEST_F(Plugins, ALineIsShownAndNotWritten) {
    const auto logical = consumer("LogFileEventConsumer");
    const auto path = (folder_ / "app.log").string();
    put_property(logical.get(), L"Filename", path);
    put_property(logical.get(), L"Text", std::string("got %Text%"));
    EXPECT_EQ(preview(log_file, logical.get()), WBEM_S_NO_ERROR);
    EXPECT_EQ(text_, "append to " + path + ": got hello");
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Plugins, ALogFileThatCouldNotBeWrittenIsRefusedBeforeAsWell) {
    const auto logical = consumer("LogFileEventConsumer");
    put_property(logical.get(), L"Text", std::string("x"));
    std::filesystem::create_directory(folder_ / "folder");
    folder_.write("file", "no folder");
    std::filesystem::create_symlink("elsewhere", folder_ / "link");
    ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
    const std::pair<const char*, HRESULT> files[] = {{"folder", WBEM_E_FAILED},
                                                     {"link", WBEM_E_FAILED},
                                                     {"pipe", WBEM_E_INVALID_PARAMETER},
                                                     {"missing/app.log", WBEM_E_NOT_FOUND},
                                                     {"file/app.log", WBEM_E_NOT_FOUND}};
    for (const auto& [name, failure] : files) {
        put_property(logical.get(), L"Filename", (folder_ / name).string());
        expect_the_same_refusal(log_file, logical.get(), failure);
    }
    put_property(logical.get(), L"Filename", std::string("relative.log"));
    expect_the_same_refusal(log_file, logical.get(), WBEM_E_INVALID_PARAMETER);
}

TEST_F(Plugins, AProgramThatCouldNotBeStartedIsRefusedBeforeAsWell) {
    std::filesystem::create_directory(folder_ / "folder");
    folder_.write("plain", "not a program");
    std::filesystem::create_symlink("elsewhere", folder_ / "link");
    const struct {
        const char* program;  // empty: one that there is
        const char* folder;
        HRESULT failure;
    } commands[] = {
        {"missing", "", WBEM_E_NOT_FOUND},       {"missing", "folder", WBEM_E_NOT_FOUND},
        {"plain/program", "", WBEM_E_NOT_FOUND}, {"link", "", WBEM_E_NOT_FOUND},
        {"plain", "", WBEM_E_ACCESS_DENIED},     {"folder", "", WBEM_E_ACCESS_DENIED},
        {"", "missing", WBEM_E_NOT_FOUND},       {"", "plain", WBEM_E_NOT_FOUND}};
    for (const auto& each : commands) {
        const auto logical = consumer("CommandLineEventConsumer");
        const std::string program = each.program;
        const std::string folder = each.folder;
        put_property(logical.get(), L"ExecutablePath",
                     program.empty() ? std::string("/bin/true") : (folder_ / program).string());
        if (!folder.empty()) {
            put_property(logical.get(), L"WorkingDirectory", (folder_ / folder).string());
        }
        expect_the_same_refusal(command_line, logical.get(), each.failure);
        EXPECT_THAT(text_, HasSubstr(" cannot be started"));
    }
}

TEST_F(Plugins, ACommandIsShownAndNotStarted) {
    const auto logical = consumer("CommandLineEventConsumer");
    const auto file = (folder_ / "made").string();
    put_property(logical.get(), L"CommandLineTemplate", "touch " + file + " \"a b\" %Text%");
    put_property(logical.get(), L"WorkingDirectory", std::string("/tmp"));
    EXPECT_EQ(preview(command_line, logical.get()), WBEM_S_NO_ERROR) << text_;
    EXPECT_EQ(text_,
              "start /usr/bin/touch as \"touch\" \"" + file + "\" \"a b\" \"hello\" in /tmp");
    put_property(logical.get(), L"CreatorSID", nobody);
    EXPECT_EQ(preview(command_line, logical.get()), WBEM_E_ACCESS_DENIED);
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Plugins, ARecordIsShownAndNotWritten) {
    const auto logical = consumer("NTEventLogEventConsumer");
    put_property(logical.get(), L"SourceName", std::string("App"));
    put_property(logical.get(), L"EventID", std::uint32_t{7});
    put_property(logical.get(), L"EventType", std::uint32_t{1});
    EXPECT_EQ(preview(event_log, logical.get()), WBEM_S_NO_ERROR) << text_;
    EXPECT_THAT(text_, HasSubstr("write into the event log of App: {"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "logs"));
}

TEST_F(Plugins, AScriptIsShownOnlyWhenThereIsAnEngineForIt) {
    const auto logical = consumer("ActiveScriptEventConsumer");
    put_property(logical.get(), L"ScriptingEngine", std::string("Any"));
    put_property(logical.get(), L"ScriptText", std::string("x = 1"));
    const HRESULT said = preview(active_script, logical.get());
    const std::string why = text_;
    EXPECT_TRUE(FAILED(said));
    EXPECT_EQ(said, deliver(active_script, logical.get()));
    EXPECT_EQ(why, text_);
}

TEST_F(Plugins, AFailureHasAText) {
    const auto logical = consumer("LogFileEventConsumer");
    put_property(logical.get(), L"Filename", (folder_ / "missing/app.log").string());
    put_property(logical.get(), L"Text", std::string("x"));
    EXPECT_EQ(deliver(log_file, logical.get()), WBEM_E_NOT_FOUND);
    EXPECT_THAT(text_, HasSubstr("missing/app.log"));
}

TEST_F(Plugins, ACreatorWhoCannotBeMappedWritesNothing) {
    const auto logical = consumer("LogFileEventConsumer");
    put_property(logical.get(), L"Filename", (folder_ / "app.log").string());
    const std::vector<std::uint8_t> guests = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x22, 2, 0, 0};
    put_property(logical.get(), L"CreatorSID", guests);
    EXPECT_EQ(deliver(log_file, logical.get()), WBEM_E_ACCESS_DENIED);
    put_property(logical.get(), L"CreatorSID", std::optional<std::string>());
    EXPECT_EQ(deliver(log_file, logical.get()), WBEM_E_ACCESS_DENIED);
}

TEST_F(Plugins, ACreatorWritesWithHisOwnRights) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
    const auto logical = consumer("LogFileEventConsumer");
    put_property(logical.get(), L"Filename", (folder_ / "app.log").string());
    put_property(logical.get(), L"Text", std::string("x"));
    const std::vector<std::uint8_t> daemon = {1, 2, 0, 0, 0, 0, 0, 22, 1, 0, 0, 0, 1, 0, 0, 0};
    put_property(logical.get(), L"CreatorSID", daemon);
    PROVES("CON-015", EXPECT_EQ(deliver(log_file, logical.get()), WBEM_E_ACCESS_DENIED));
    EXPECT_EQ(log(), "");
    put_property(logical.get(), L"CreatorSID", administrators);
    EXPECT_EQ(deliver(log_file, logical.get()), WBEM_S_NO_ERROR) << "the rights did not come back";
}

TEST_F(Plugins, EventsStartPrograms) {
    ASSERT_EQ(std::system(("mkfifo " + (folder_ / "result").string()).c_str()), 0);
    const auto logical = consumer("CommandLineEventConsumer");
    put_property(logical.get(), L"CommandLineTemplate",
                 "/bin/sh -c \"echo $1 > $0\" " + (folder_ / "result").string() + " %Text%");
    put_property(logical.get(), L"RunInteractively", true);
    PROVES("CON-062", EXPECT_EQ(deliver(command_line, logical.get()), WBEM_S_NO_ERROR) << text_);
    std::string line;
    std::getline(std::ifstream(folder_ / "result"), line);
    PROVES("CON-062", EXPECT_EQ(line, "hello"));
}

TEST_F(Plugins, ProgramsLearnTheirColors) {
    const auto logical = consumer("CommandLineEventConsumer");
    int programs = 0;
    const auto colors = [&](std::optional<std::uint32_t> one, std::optional<std::uint32_t> many) {
        // A pipe for each program: the one before may not have let go of its own yet.
        const std::string pipe = (folder_ / ("result" + std::to_string(++programs))).string();
        EXPECT_EQ(mkfifo(pipe.c_str(), 0600), 0);
        put_property(logical.get(), L"CommandLineTemplate",
                     "/bin/sh -c \"echo ${COLORFGBG-none} > $0\" " + pipe);
        put_property(logical.get(), L"FillAttribute", one);
        put_property(logical.get(), L"FillAttributes", many);
        EXPECT_EQ(deliver(command_line, logical.get()), WBEM_S_NO_ERROR) << text_;
        std::string line;
        std::getline(std::ifstream(pipe), line);
        return line;
    };
    setenv("COLORFGBG", "0;15", 1);  // of the terminal that the service was started from
    EXPECT_EQ(colors({}, {}), "none");
    unsetenv("COLORFGBG");
    PROVES("OD-072", EXPECT_EQ(colors(0x4f, {}), "15;1"));    // white on red
    PROVES("OD-072", EXPECT_EQ(colors({}, 0x1e), "11;4"));    // yellow on blue
    PROVES("OD-072", EXPECT_EQ(colors(0x4f, 0x1e), "11;4"));  // FillAttributes decides
    PROVES("OD-072", EXPECT_EQ(colors(0x4f, 0), "0;0"));
    for (std::uint32_t bit = 0; bit < 4; ++bit) {
        constexpr const char* numbers[] = {"4", "2", "1", "8"};  // blue, green, red, bright
        const std::string number = numbers[bit];
        PROVES("CON-044", EXPECT_EQ(colors({}, 1u << bit), number + ";0"));
        PROVES("CON-044", EXPECT_EQ(colors({}, 0x10u << bit), "0;" + number));
    }
}

TEST_F(Plugins, UnusedPropertiesAreOnlyRemarkedUpon) {
    const auto logical = consumer("CommandLineEventConsumer");
    put_property(logical.get(), L"CommandLineTemplate", std::string("true"));
    put_property(logical.get(), L"CreateNewConsole", true);
    put_property(logical.get(), L"DesktopName", std::string("desk"));
    ::testing::internal::CaptureStderr();
    const HRESULT hr = deliver(command_line, logical.get());
    const std::string remarks = ::testing::internal::GetCapturedStderr();
    PROVES("CON-042", EXPECT_EQ(hr, WBEM_S_NO_ERROR) << text_);
    PROVES("CON-042", EXPECT_THAT(remarks, HasSubstr("CreateNewConsole")));
    PROVES("CON-042", EXPECT_THAT(remarks, HasSubstr("DesktopName")));
}

TEST_F(Plugins, OnlyAdministratorsStartPrograms) {
    const auto logical = consumer("CommandLineEventConsumer");
    put_property(logical.get(), L"CommandLineTemplate", std::string("/bin/true"));
    put_property(logical.get(), L"CreatorSID", nobody);
    PROVES("CON-046", EXPECT_EQ(deliver(command_line, logical.get()), WBEM_E_ACCESS_DENIED));
    EXPECT_THAT(text_, HasSubstr("administrator"));
}

TEST_F(Plugins, AProgramThatDoesNotStartIsAFailure) {
    const auto logical = consumer("CommandLineEventConsumer");
    put_property(logical.get(), L"ExecutablePath", (folder_ / "missing").string());
    PROVES("CON-045", EXPECT_EQ(deliver(command_line, logical.get()), WBEM_E_NOT_FOUND));
    EXPECT_THAT(text_, HasSubstr("missing"));
}

// What a syslog daemon is to its machine: the socket that it reads.
class SyslogSocket {
  public:
    explicit SyslogSocket(const std::filesystem::path& path)
        : handle_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(bind(handle_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~SyslogSocket() { close(handle_); }
    SyslogSocket(const SyslogSocket&) = delete;
    SyslogSocket& operator=(const SyslogSocket&) = delete;

    std::string next() const {
        char text[1000];
        const ssize_t size = recv(handle_, text, sizeof text, MSG_DONTWAIT);
        return size < 0 ? "" : std::string(text, static_cast<std::size_t>(size));
    }

  private:
    const int handle_;
};

class EventLogs : public Plugins {
  protected:
    EventLogs() {
        put_property(logical_.get(), L"SourceName", std::string("My/App"));
        put_property(logical_.get(), L"EventID", std::uint32_t{0xC000000A});
        put_property(logical_.get(), L"NumberOfInsertionStrings", std::uint32_t{2});
        put_property(logical_.get(), L"InsertionStringTemplates",
                     std::vector<std::string>{"got %Text%", "%Lacking%"});
    }
    const com_ptr<IWbemClassObject> logical_ = consumer("NTEventLogEventConsumer");
};

TEST_F(EventLogs, AreWrittenAndToldToTheMachine) {
    const SyslogSocket syslog(folder_ / "syslog");
    ::testing::internal::CaptureStderr();
    PROVES("OD-076", EXPECT_EQ(deliver(event_log, logical_.get(), 2), WBEM_S_NO_ERROR) << text_);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                ::testing::AllOf(HasSubstr("%Lacking%"), ::testing::Not(HasSubstr("syslog"))));
    const std::string records = log("logs/My%2FApp.jsonl");
    for (const char* part :
         {R"("RecordNumber":2,)", R"("SourceName":"My/App","EventID":3221225482,)",
          R"("EventType":"error",)", R"("InsertionStrings":["got hello",""]})"}) {
        PROVES("OD-076", EXPECT_THAT(records, HasSubstr(part)));
    }
    PROVES("OD-076", EXPECT_THAT(syslog.next(), HasSubstr(" My_App: event 3221225482 (record 1): "
                                                          "got hello; ")));
    PROVES("OD-076", EXPECT_THAT(syslog.next(), HasSubstr("(record 2)")));
    EXPECT_EQ(syslog.next(), "");
}

TEST_F(EventLogs, AreWrittenOnAMachineWithoutALogOfItsOwn) {
    ::testing::internal::CaptureStderr();
    PROVES("OD-076", EXPECT_EQ(deliver(event_log, logical_.get(), 2), WBEM_S_NO_ERROR) << text_);
    const std::string remarks = ::testing::internal::GetCapturedStderr();
    const auto first = remarks.find("in the event log only");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(remarks.find("in the event log only", first + 1), std::string::npos) << "said once";
    EXPECT_THAT(log("logs/My%2FApp.jsonl"), HasSubstr(R"("RecordNumber":2,)"));
}

TEST_F(EventLogs, ThatCannotBeWrittenAreAFailure) {
    folder_.write("logs", "not a folder");
    PROVES("OD-076", EXPECT_EQ(deliver(event_log, logical_.get()), WBEM_E_NOT_FOUND));
    EXPECT_THAT(text_, HasSubstr("logs cannot be opened"));
    put_property(logical_.get(), L"UNCServerName", std::string("\\\\elsewhere"));
    PROVES("CON-026", EXPECT_EQ(deliver(event_log, logical_.get()), WBEM_E_NOT_SUPPORTED));
    put_property(logical_.get(), L"CreatorSID", std::optional<std::string>());
    EXPECT_EQ(deliver(event_log, logical_.get()), WBEM_E_ACCESS_DENIED);
}

TEST_F(Plugins, AScriptIsGivenOnce) {
    const auto logical = consumer("ActiveScriptEventConsumer");
    put_property(logical.get(), L"ScriptingEngine", std::string("Any"));
    PROVES("CON-048", EXPECT_EQ(deliver(active_script, logical.get()), WBEM_E_INVALID_PARAMETER));
    EXPECT_THAT(text_, HasSubstr("neither ScriptText nor ScriptFileName"));
    put_property(logical.get(), L"ScriptText", std::string());
    put_property(logical.get(), L"ScriptFileName", std::string("/tmp/script"));
    PROVES("CON-048", EXPECT_EQ(deliver(active_script, logical.get()), WBEM_E_INVALID_PARAMETER));
    EXPECT_THAT(text_, HasSubstr("both set"));
}

TEST_F(Plugins, AScriptFileIsReadWhole) {
    const auto logical = consumer("ActiveScriptEventConsumer");
    const std::pair<std::string, HRESULT> files[] = {
        {"script", WBEM_E_INVALID_PARAMETER},
        {(folder_ / "missing").string(), WBEM_E_NOT_FOUND},
        {folder_.path().string(), WBEM_E_FAILED},
        {folder_.write("large", std::string((1 << 20) + 1, ' ')).string(), WBEM_E_QUOTA_VIOLATION}};
    for (const auto& [file, failure] : files) {
        put_property(logical.get(), L"ScriptFileName", file);
        EXPECT_EQ(deliver(active_script, logical.get()), failure) << text_;
    }
}

TEST_F(Plugins, OnlyAdministratorsRunScripts) {
    const auto logical = consumer("ActiveScriptEventConsumer");
    put_property(logical.get(), L"ScriptText", std::string("x"));
    put_property(logical.get(), L"CreatorSID", nobody);
    PROVES("CON-053", EXPECT_EQ(deliver(active_script, logical.get()), WBEM_E_ACCESS_DENIED));
    EXPECT_THAT(text_, HasSubstr("administrator"));
}

TEST_F(Plugins, ConsumersOfOtherClassesAreNotFound) {
    com_ptr<IWbemUnboundObjectSink> sink;
    EXPECT_EQ(
        create(log_file)->FindConsumer(consumer("CommandLineEventConsumer").get(), sink.put()),
        WBEM_E_NOT_FOUND);
    EXPECT_FALSE(sink);
}

}  // namespace
}  // namespace openwmi::consumers
