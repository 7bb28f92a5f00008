#include "nt_event_log/entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <openwmi.hpp>

#include "nt_event_log/syslog.h"
#include "support/proves.h"
#include "support/wmi.h"

namespace openwmi::consumers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Entries : public ::testing::Test {
  protected:
    Entries() {
        objects_.compile(
            "class Part { string Id; uint8 Raw[]; };"
            "class Thing { [key] string Id; uint8 Raw[]; string Sid; uint8 BinarySid[]; Part "
            "Inner; "
            "};"
            "instance of Thing { Id = \"t\"; Raw = {1, 2, 255}; Sid = \"S-1-5-32-544\";"
            " BinarySid = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};"
            " Inner = instance of Part { Id = \"i\"; Raw = {9}; }; };");
        event_ = objects_.last_instance();
        objects_.compile_file(MOF_FOLDER "/nt_event_log/nt_event_log.mof");
        class_ = objects_.find_class("NTEventLogEventConsumer", "root\\subscription");
        consumer_ = spawn_instance(class_.get());
        put_property(consumer_.get(), L"EventID", std::uint32_t{0xC000000A});
        set(L"SourceName", "WinMgmt");
    }
    void set(const wchar_t* name, const char* text) {
        put_property(consumer_.get(), name, std::string(text));
    }
    EntryOutcome entry() { return entry_for(consumer_.get(), event_.get(), {}); }
    HRESULT failure() {
        try {
            entry();
        } catch (const error& e) {
            text_ = e.what();
            return e.code();
        }
        return S_OK;
    }

    support::WmiObjects objects_;
    com_ptr<IWbemClassObject> event_;
    com_ptr<IWbemClassObject> class_;
    com_ptr<IWbemClassObject> consumer_;
    std::string text_;
};

TEST_F(Entries, TheClassHasTheDocumentedPropertiesAndDefaults) {
    constexpr CIMTYPE strings = CIMTYPE{CIM_STRING} | CIMTYPE{CIM_FLAG_ARRAY};
    const std::pair<const wchar_t*, CIMTYPE> properties[] = {
        {L"Category", CIM_UINT16},
        {L"EventID", CIM_UINT32},
        {L"EventType", CIM_UINT32},
        {L"InsertionStringTemplates", strings},
        {L"Name", CIM_STRING},
        {L"NameOfRawDataProperty", CIM_STRING},
        {L"NameOfUserSidProperty", CIM_STRING},
        {L"NumberOfInsertionStrings", CIM_UINT32},
        {L"SourceName", CIM_STRING},
        {L"UNCServerName", CIM_STRING}};
    for (const auto& [name, expected] : properties) {
        CIMTYPE type = CIM_EMPTY;
        PROVES("CON-021", ASSERT_EQ(class_->Get(name, 0, variant().put(), &type, nullptr), S_OK));
        PROVES("CON-021", EXPECT_EQ(type, expected) << to_utf8(name));
    }
    const std::pair<const wchar_t*, std::optional<std::string>> defaults[] = {
        {L"EventType", "1"},
        {L"NumberOfInsertionStrings", "0"},
        {L"EventID", std::nullopt},
        {L"InsertionStringTemplates", ""}};
    for (const auto& [name, value] : defaults) {
        const auto found = get_property<std::vector<std::string>>(class_.get(), name);
        PROVES("CON-021", EXPECT_EQ(found.has_value(), value.has_value()) << to_utf8(name));
        if (value) PROVES("CON-021", EXPECT_THAT(*found, ElementsAre(*value)));
    }
}

TEST_F(Entries, NeedAnEventIdAndASource) {
    EXPECT_EQ(entry().record.event_id, 0xC000000A);
    EXPECT_EQ(entry().record.source, "WinMgmt");
    put_property(consumer_.get(), L"EventID", std::optional<std::uint32_t>());
    PROVES("CON-021", EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER));
    put_property(consumer_.get(), L"EventID", std::uint32_t{1});
    set(L"SourceName", "C:App");
    PROVES("CON-023", EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER));
    EXPECT_THAT(text_, HasSubstr("colon"));
    put_property(consumer_.get(), L"SourceName", std::optional<std::string>());
    EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER);
}

TEST_F(Entries, HaveTheTypesOfWindows) {
    const std::pair<std::uint32_t, const char*> types[] = {
        {0, "success"},     {1, "error"},         {2, "warning"},
        {4, "information"}, {8, "audit success"}, {16, "audit failure"}};
    for (const auto& [type, name] : types) {
        put_property(consumer_.get(), L"EventType", type);
        const std::string expected = std::string("\"EventType\":\"") + name + '"';
        PROVES("CON-022", EXPECT_THAT(line_of(entry().record), HasSubstr(expected)));
    }
    put_property(consumer_.get(), L"EventType", std::uint32_t{5});
    PROVES("CON-022", EXPECT_THROW(line_of(entry().record), error));
}

TEST_F(Entries, ExpandTheirInsertionStrings) {
    put_property(consumer_.get(), L"InsertionStringTemplates",
                 std::vector<std::string>{"<%Id%>", "%Inner.Id%", "%Lacking%"});
    EXPECT_THAT(entry().record.strings, IsEmpty());
    put_property(consumer_.get(), L"NumberOfInsertionStrings", std::uint32_t{3});
    PROVES("CON-027", EXPECT_THAT(entry().record.strings, ElementsAre("<t>", "i", "")));
    PROVES("CON-028", EXPECT_THAT(line_of(entry().record),
                                  HasSubstr(R"("SourceName":"WinMgmt","EventID":3221225482,)")));
    PROVES("CON-028", EXPECT_EQ(entry().record.strings.size(), 3u));
    PROVES("OD-074", EXPECT_THAT(entry().remarks, ElementsAre(HasSubstr("%Lacking%"))));
    put_property(consumer_.get(), L"NumberOfInsertionStrings", std::uint32_t{4});
    PROVES("CON-027", EXPECT_EQ(failure(), WBEM_E_INVALID_PARAMETER));
    EXPECT_THAT(text_, HasSubstr("is 4, but InsertionStringTemplates has 3"));
}

TEST_F(Entries, TakeBytesOfTheEvent) {
    EXPECT_THAT(entry().record.data, IsEmpty());
    set(L"NameOfRawDataProperty", "Raw");
    PROVES("CON-024", EXPECT_THAT(entry().record.data, ElementsAre(1, 2, 255)));
    set(L"NameOfRawDataProperty", "Inner.Raw");
    EXPECT_THAT(entry().record.data, ElementsAre(9));
    EXPECT_THAT(entry().remarks, IsEmpty());
    for (const char* other : {"Id", "Lacking", "Inner.Inner.Raw", "Id.Raw"}) {
        set(L"NameOfRawDataProperty", other);
        EXPECT_THAT(entry().record.data, IsEmpty());
        EXPECT_THAT(entry().remarks, ElementsAre(HasSubstr("uint8 array"))) << other;
    }
}

TEST_F(Entries, TakeTheUserFromTheEvent) {
    set(L"NameOfUserSidProperty", "Sid");
    PROVES("CON-025", EXPECT_EQ(entry().record.user_sid, "S-1-5-32-544"));
    set(L"NameOfUserSidProperty", "BinarySid");
    PROVES("CON-025", EXPECT_EQ(entry().record.user_sid, "S-1-5-18"));
    for (const char* other : {"Id", "Raw", "Lacking", "Inner"}) {
        set(L"NameOfUserSidProperty", other);
        EXPECT_EQ(entry().record.user_sid, "");
        EXPECT_THAT(entry().remarks, ElementsAre(HasSubstr("security identifier"))) << other;
    }
    for (const char* text : {"S-1-", "S-1-5-", "S-1-5-x", "S-1--5", "S-2-5"}) {
        put_property(event_.get(), L"Sid", std::string(text));
        set(L"NameOfUserSidProperty", "Sid");
        EXPECT_EQ(entry().record.user_sid, "") << text;
    }
}

TEST_F(Entries, AreWrittenOnThisComputerOnly) {
    char host[256] = {};
    ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
    for (const std::string& own : {std::string(), std::string("."), std::string("\\\\localhost"),
                                   "\\\\" + std::string(host)}) {
        set(L"UNCServerName", own.c_str());
        PROVES("CON-026", EXPECT_EQ(failure(), S_OK) << own);
    }
    set(L"UNCServerName", "\\\\elsewhere.example");
    PROVES("CON-026", EXPECT_EQ(failure(), WBEM_E_NOT_SUPPORTED));
    EXPECT_THAT(text_, HasSubstr("elsewhere.example"));
}

TEST_F(Entries, AreALineForSyslog) {
    EventRecord record = entry().record;
    record.source = "My App[1]";
    record.number = 7;
    record.strings = {"one\n<0>two", "\xe2\x82\xac"};
    const std::string tail = " My_App_1_: event 3221225482 (record 7): one <0>two; \xe2\x82\xac";
    const std::pair<std::uint32_t, const char*> priorities[] = {
        {0, "<30>"}, {1, "<27>"}, {2, "<28>"}, {4, "<30>"}, {8, "<85>"}, {16, "<84>"}};
    for (const auto& [type, priority] : priorities) {
        record.type = type;
        const std::string text = Syslog::datagram(record);
        EXPECT_THAT(text, ::testing::StartsWith(priority));
        EXPECT_THAT(text, ::testing::EndsWith(tail));
        EXPECT_EQ(text.size(), 4 + 15 + tail.size()) << "Jan  1 00:00:00";
    }
    record.strings = {std::string(8192, 'x')};
    const auto head = Syslog::datagram(record).find('x');
    EXPECT_EQ(Syslog::datagram(record).size(), 8192u);
    record.strings = {std::string(8191 - head, 'x') + "\xe2\x82\xac"};
    EXPECT_EQ(Syslog::datagram(record).size(), 8191u) << "characters stay whole";
}

}  // namespace
}  // namespace openwmi::consumers
