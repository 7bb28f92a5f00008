// ActiveScriptEventConsumer and its settings in a whole service, with the shipped MOF and library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "bridge/mof_compiler.h"
#include "support/proves.h"
#include "support/temporary_folder.h"
#include "support/test_service.h"

namespace openwmi {
namespace {

using support::text_of;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr CLSID active_script = {
    0xB6A3B0D6, 0x52A4, 0x4C0E, {0x8B, 0x3B, 0x1C, 0x7F, 0x0E, 0x7A, 0x9D, 0x15}};
constexpr CLSID setting_alias = {
    0xE4C9B7A2, 0x3D41, 0x4B06, {0x9C, 0x55, 0x8F, 0x20, 0xD6, 0xE1, 0xA3, 0x73}};
constexpr CLSID engine = {
    0x1F0B6A58, 0x6D0B, 0x4E0C, {0x8A, 0x57, 0x22, 0xB1, 0x90, 0x4F, 0x63, 0xD0}};
constexpr CLSID no_engine = {
    0x1F0B6A58, 0x6D0B, 0x4E0C, {0x8A, 0x57, 0x22, 0xB1, 0x90, 0x4F, 0x63, 0xD1}};

class ActiveScripts : public ::testing::Test {
  protected:
    ActiveScripts() {
        compilers_.emplace(bridge::MofCompilerRegistration::open(*service_.service,
                                                                 service_.executor,
                                                                 security::Identity::of_service())
                               .value());
        EXPECT_EQ(CoCreateInstance(CLSID_MofCompiler, nullptr, CLSCTX_INPROC_SERVER,
                                   IID_PPV_ARGS(compiler_.put())),
                  S_OK);
        service_.plugins.add(active_script, ACTIVE_SCRIPT);
        service_.plugins.add(setting_alias, ACTIVE_SCRIPT);
        service_.plugins.add(engine, TEST_SCRIPT_ENGINE);
        service_.plugins.add(no_engine, TEST_SCRIPT_ENGINE);
        compile_file(ACTIVE_SCRIPT_MOF);
        compile(R"(
class Thing { [key] string Id; };
instance of __EventFilter { Name = "things"; QueryLanguage = "WQL";
  Query = "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Thing'"; };
)");
        EXPECT_EQ(
            subscription_->ExecNotificationQuery(
                bstr("WQL").get(), bstr("SELECT * FROM __ConsumerFailureEvent").get(),
                WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, nullptr, failures_.put()),
            WBEM_S_NO_ERROR)
            << take_error_text();
    }

    void compile_file(const std::filesystem::path& file) {
        std::wstring path = file.wstring();
        EXPECT_EQ(compiler_->CompileFile(path.data(), nullptr, nullptr, nullptr, nullptr, 0, 0, 0,
                                         nullptr),
                  WBEM_S_NO_ERROR)
            << take_error_text();
    }
    void compile(const std::string& text) {
        compile_file(folder_.write(
            "test.mof",
            "#pragma autorecover\n#pragma namespace(\"\\\\\\\\.\\\\root\\\\subscription\")\n" +
                text));
    }
    void register_engines() {
        compile(R"(
instance of OpenWMI_ScriptEngine { Name = "Test.Script"; CLSID = "{1F0B6A58-6D0B-4E0C-8A57-22B1904F63D0}"; };
instance of OpenWMI_ScriptEngine { Name = "Other"; CLSID = "{1F0B6A58-6D0B-4E0C-8A57-22B1904F63D1}"; };
instance of OpenWMI_ScriptEngine { Name = "Gone"; CLSID = "{1F0B6A58-6D0B-4E0C-8A57-22B1904F63D2}"; };
instance of OpenWMI_ScriptEngine { Name = "Odd"; CLSID = "engine"; };
)");
    }
    // What the failure event of a consumer with these properties says; empty: it did not fail.
    std::string failure(const std::string& properties) {
        compile("instance of ActiveScriptEventConsumer as $C { Name = \"script\"; " + properties +
                " };\ninstance of __FilterToConsumerBinding {"
                " Filter = \"__EventFilter.Name=\\\"things\\\"\"; Consumer = $C; };");
        compile("instance of Thing { Id = \"t" + std::to_string(++things_) + "\"; };");
        service_.executor.drain();
        const auto found = support::read_all(failures_.get());
        return found.empty() ? "" : text_of(found.at(0), L"ErrorDescription");
    }
    static std::string mof(const std::string& engine_name, const std::string& text) {
        return "ScriptingEngine = \"" + engine_name + "\"; ScriptText = \"" + text + "\";";
    }
    std::string written() const {
        std::ostringstream text;
        text << std::ifstream(result_).rdbuf();
        return text.str();
    }
    com::Ptr<IWbemClassObject> setting(const com::Ptr<IWbemServices>& services) {
        com::Ptr<IWbemClassObject> found;
        hr_ = services->GetObject(path_.get(), 0, nullptr, found.put(), nullptr);
        text_ = take_error_text();
        return found;
    }
    std::size_t settings(const com::Ptr<IWbemServices>& services) {
        com::Ptr<IEnumWbemClassObject> all;
        EXPECT_EQ(services->CreateInstanceEnum(bstr("ScriptingStandardConsumerSetting").get(), 0,
                                               nullptr, all.put()),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        return support::read_all(all.get()).size();
    }

    support::TestService service_;
    std::optional<bridge::MofCompilerRegistration> compilers_;
    com::Ptr<IMofCompiler> compiler_;
    const com::Ptr<IWbemServices> subscription_ = service_.connect("root\\subscription");
    const com::Ptr<IWbemServices> cimv2_ = service_.connect("root\\cimv2");
    com::Ptr<IEnumWbemClassObject> failures_;
    support::TemporaryFolder folder_;
    const std::string result_ = folder_ / "result";
    const bstr path_{"ScriptingStandardConsumerSetting=@"};
    int things_ = 0;
    HRESULT hr_ = S_OK;
    std::string text_;
};

TEST_F(ActiveScripts, RunByTheEngineOfThatName) {
    register_engines();
    PROVES("OD-075", EXPECT_EQ(failure(mof("Test.Script", "write " + result_)), ""));
    PROVES("CON-049", EXPECT_THAT(written(), AllOf(HasSubstr("__InstanceCreationEvent"),
                                                   HasSubstr("Id = \"t1\""))));
    PROVES("OD-075", EXPECT_EQ(failure(mof("TEST.script", "write " + result_)), ""));
    EXPECT_THAT(written(), HasSubstr("Id = \"t2\""));

    const auto script = folder_.write("script", "\xef\xbb\xbfwrite " + result_);
    const std::string by_file = "ScriptingEngine = \"Test.Script\"; ScriptFileName = \"";
    PROVES("CON-048", EXPECT_EQ(failure(by_file + script.string() + "\";"), ""));
    EXPECT_THAT(written(), HasSubstr("Id = \"t3\""));
}

TEST_F(ActiveScripts, WithoutTheirEngineFail) {
    PROVES("OD-075", EXPECT_THAT(failure(mof("VBScript", "x")),
                                 AllOf(HasSubstr("no script engine 'VBScript'"),
                                       HasSubstr("none is registered"))));
    register_engines();
    const std::pair<const char*, const char*> engines[] = {
        {"VBScript", "no script engine 'VBScript'; registered are: Gone, Odd, Other, Test.Script"},
        {"Te\\\"st", "no script engine 'Te\"st'"},
        {"Other", "script engine 'Other' cannot be used"},
        {"Gone", "{1F0B6A58-6D0B-4E0C-8A57-22B1904F63D2}"},
        {"Odd", "'engine', which is no CLSID"}};
    for (const auto& [name, text] : engines) {
        const std::string found = failure(mof(name, "x"));
        PROVES("OD-075", EXPECT_THAT(found, HasSubstr(text)));
        PROVES("CON-051", EXPECT_THAT(found, HasSubstr(text)));
    }
}

TEST_F(ActiveScripts, FailWithTheTextOfTheirEngine) {
    register_engines();
    const std::string text = failure(mof("Test.Script", "fail no paper"));
    PROVES("OD-075", EXPECT_THAT(text, EndsWith(": no paper")));
    PROVES("CON-051", EXPECT_THAT(text, EndsWith(": no paper")));
    PROVES("CON-051", EXPECT_THAT(failure(mof("Test.Script", "fial")), EndsWith("word 'fial'")));
    EXPECT_THAT(failure(mof("Test.Script", "silent")), HasSubstr("does not say why"));
    PROVES("CON-050", EXPECT_THAT(failure(mof("Test.Script", "loop") + " KillTimeout = 3;"),
                                  EndsWith("ended after 3000 ms")));
    EXPECT_THAT(failure(mof("Test.Script", "loop") + " KillTimeout = 4294967295;"),
                EndsWith("ended after 4294967295 ms"));
    PROVES("CON-050", EXPECT_THAT(failure(mof("Test.Script", "loop")), EndsWith("no limit")));
}

TEST_F(ActiveScripts, HaveTheDocumentedProperties) {
    using Typed = std::pair<CIMTYPE, std::string>;  // and its text
    const auto property = [](const com::Ptr<IWbemClassObject>& cls, const wchar_t* name) {
        CIMTYPE type = CIM_EMPTY;
        EXPECT_EQ(cls->Get(name, 0, com::Variant().put(), &type, nullptr), WBEM_S_NO_ERROR);
        return Typed(type, text_of(cls, name));
    };
    com::Ptr<IWbemClassObject> cls;
    ASSERT_EQ(subscription_->GetObject(bstr("ActiveScriptEventConsumer").get(), 0, nullptr,
                                       cls.put(), nullptr),
              WBEM_S_NO_ERROR);
    for (const wchar_t* name : {L"Name", L"ScriptingEngine", L"ScriptFileName", L"ScriptText"}) {
        PROVES("CON-047", EXPECT_EQ(property(cls, name), Typed(CIM_STRING, "NULL")));
    }
    PROVES("CON-047", EXPECT_EQ(property(cls, L"KillTimeout"), Typed(CIM_UINT32, "0")));

    const auto instance = setting(subscription_);
    PROVES("CON-055", ASSERT_EQ(hr_, WBEM_S_NO_ERROR) << text_);
    for (const wchar_t* name : {L"Caption", L"Description", L"SettingID"}) {
        PROVES("CON-055", EXPECT_EQ(property(instance, name), Typed(CIM_STRING, "NULL")));
    }
    PROVES("CON-055", EXPECT_EQ(property(instance, L"MaximumScripts"), Typed(CIM_UINT32, "300")));
    PROVES("CON-055", EXPECT_EQ(property(instance, L"Timeout"), Typed(CIM_UINT32, "0")));
}

TEST_F(ActiveScripts, HaveSettingsThatCimv2Shows) {
    const auto original = setting(subscription_);
    ASSERT_EQ(hr_, WBEM_S_NO_ERROR) << text_;
    support::put(original, L"MaximumScripts", 7);
    support::put(original, L"Caption", "ours");
    ASSERT_EQ(subscription_->PutInstance(original.get(), 0, nullptr, nullptr), WBEM_S_NO_ERROR)
        << take_error_text();
    const auto shown = setting(cimv2_);
    PROVES("OD-071", ASSERT_EQ(hr_, WBEM_S_NO_ERROR) << text_);
    PROVES("OD-071", EXPECT_EQ(text_of(shown, L"MaximumScripts"), "7"));
    PROVES("OD-071", EXPECT_EQ(text_of(shown, L"Caption"), "ours"));
    PROVES("CON-056", EXPECT_EQ(settings(cimv2_), 1u));
    PROVES("CON-056", EXPECT_EQ(settings(subscription_), 1u));

    support::put(shown, L"MaximumScripts", 8);
    PROVES("OD-071",
           EXPECT_EQ(cimv2_->PutInstance(shown.get(), 0, nullptr, nullptr), WBEM_E_READ_ONLY));
    EXPECT_THAT(take_error_text(), HasSubstr("change that of root\\subscription"));
    PROVES("OD-071",
           EXPECT_EQ(cimv2_->DeleteInstance(path_.get(), 0, nullptr, nullptr), WBEM_E_READ_ONLY));
    EXPECT_THAT(take_error_text(), HasSubstr("can only be read"));
    EXPECT_EQ(text_of(setting(subscription_), L"MaximumScripts"), "7");

    ASSERT_EQ(subscription_->DeleteInstance(path_.get(), 0, nullptr, nullptr), WBEM_S_NO_ERROR);
    PROVES("OD-071", EXPECT_EQ(settings(cimv2_), 0u));
    setting(cimv2_);
    PROVES("OD-071", EXPECT_EQ(hr_, WBEM_E_NOT_FOUND));
}

}  // namespace
}  // namespace openwmi
