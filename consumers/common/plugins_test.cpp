// The consumers as the service sees them: created through their registration files, called through
// their interfaces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
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
const std::vector<std::uint8_t> administrators = {1,  2, 0, 0, 0,    0, 0, 5,
                                                  32, 0, 0, 0, 0x20, 2, 0, 0};

class Plugins : public ::testing::Test {
  protected:
    Plugins() {
        setenv("OPENWMI_CLASSES_PATH", CLASSES_FOLDER, 1);
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        objects_.compile_file(MOF_FOLDER "/log_file/log_file.mof");
        objects_.compile_file(MOF_FOLDER "/command_line/command_line.mof");
        objects_.compile(
            "class Thing { [key] string Id; string Text; };"
            "instance of Thing { Id = \"t\"; Text = \"hello\"; };");
        event_ = objects_.last_instance();
    }
    ~Plugins() override {
        unsetenv("OPENWMI_CLASSES_PATH");
        CoUninitialize();
    }

    com_ptr<IWbemEventConsumerProvider> create(const CLSID& clsid) {
        com_ptr<IWbemProviderInit> init;
        throw_if_failed(CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER,
                                         IID_IWbemProviderInit, init.put_void()));
        const auto sink = make<support::InitSink>();
        throw_if_failed(
            init->Initialize(nullptr, 0, nullptr, nullptr, nullptr, nullptr, sink.get()));
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
    std::string log() const {
        std::ifstream stream(folder_ / "app.log");
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
    const std::vector<std::uint8_t> nobody = {1, 2, 0, 0, 0,    0,    0, 22,
                                              1, 0, 0, 0, 0xfe, 0xff, 0, 0};
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

TEST_F(Plugins, ConsumersOfOtherClassesAreNotFound) {
    com_ptr<IWbemUnboundObjectSink> sink;
    EXPECT_EQ(
        create(log_file)->FindConsumer(consumer("CommandLineEventConsumer").get(), sink.put()),
        WBEM_E_NOT_FOUND);
    EXPECT_FALSE(sink);
}

}  // namespace
}  // namespace openwmi::consumers
