// Run by tests/examples/run.cmake, with OPENWMI_CLASSES_PATH naming the built examples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <openwmi.hpp>
#include <sstream>

#include "support/temporary_folder.h"
#include "support/wmi.h"

namespace openwmi {
namespace {

constexpr const wchar_t* heartbeat = L"{F963ECCF-01C2-479B-BA7B-C9A09FB96C0B}";
constexpr const wchar_t* dump = L"{F632F0AB-F1DC-4E7F-B8FC-63736348D9FD}";

std::string content_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}
constexpr const wchar_t* calculator = L"{3C1B5E6A-6A0F-4C37-9D2E-0B7A51C3F8D4}";

class Examples : public ::testing::Test {
  protected:
    Examples() { CoInitializeEx(nullptr, COINIT_MULTITHREADED); }
    ~Examples() override { CoUninitialize(); }

    static com_ptr<IWbemProviderInit> create(const wchar_t* clsid_text, IWbemServices* services) {
        CLSID clsid{};
        throw_if_failed(CLSIDFromString(clsid_text, &clsid));
        com_ptr<IWbemProviderInit> provider;
        throw_if_failed(CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER,
                                         IID_IWbemProviderInit, provider.put_void()));
        const auto sink = make<support::InitSink>();
        throw_if_failed(
            provider->Initialize(nullptr, 0, nullptr, nullptr, services, nullptr, sink.get()));
        EXPECT_EQ(sink->status, WBEM_S_INITIALIZED);
        return provider;
    }

    support::TemporaryFolder folder_;
    support::WmiObjects objects_;
};

TEST_F(Examples, TheProviderRaisesHeartbeats) {
    if (!std::getenv("OPENWMI_CLASSES_PATH")) GTEST_SKIP() << "the examples are not built here";
    objects_.compile_file(EXAMPLES "/event_provider/heartbeat.mof");
    const auto services = objects_.services("root\\cimv2");
    const auto sink = make<support::CollectingSink>();
    auto provider = create(heartbeat, services.get());
    ASSERT_EQ(provider.query<IWbemEventProvider>()->ProvideEvents(sink.get(), 0), WBEM_S_NO_ERROR);
    EXPECT_TRUE(sink->wait_for(1, [](IWbemClassObject* event) {
        return get_property<std::uint32_t>(event, L"Count") == 1u &&
               get_property<std::string>(event, L"Machine").has_value();
    }));
    provider = nullptr;
}

TEST_F(Examples, TheConsumerWritesEvents) {
    if (!std::getenv("OPENWMI_CLASSES_PATH")) GTEST_SKIP() << "the examples are not built here";
    objects_.compile_file(EXAMPLES "/event_consumer/dump.mof");
    objects_.compile(
        "#pragma namespace(\"root\\\\subscription\")\n"
        "instance of Example_DumpEventConsumer { Name = \"d\"; Path = \"" +
        (folder_ / "events").string() + "\"; };");
    const auto logical = objects_.last_instance();
    const auto provider = create(dump, nullptr).query<IWbemEventConsumerProvider>();
    com_ptr<IWbemUnboundObjectSink> sink;
    ASSERT_EQ(provider->FindConsumer(logical.get(), sink.put()), WBEM_S_NO_ERROR);
    objects_.compile("class Thing { [key] string Id; }; instance of Thing { Id = \"t\"; };");
    const auto event = objects_.last_instance();
    IWbemClassObject* events[] = {event.get(), event.get()};
    EXPECT_EQ(sink->IndicateToConsumer(logical.get(), 2, events), WBEM_S_NO_ERROR)
        << take_error_text();
    const std::string text = content_of(folder_ / "events");
    EXPECT_NE(text.find("instance of Thing"), text.rfind("instance of Thing"));

    put_property(logical.get(), L"Path", (folder_ / "missing/events").string());
    EXPECT_EQ(sink->IndicateToConsumer(logical.get(), 1, events), WBEM_E_FAILED);
    EXPECT_THAT(take_error_text(), ::testing::HasSubstr("missing/events"));
}

TEST_F(Examples, TheCalculatorAnswersMethodCalls) {
    if (!std::getenv("OPENWMI_CLASSES_PATH")) GTEST_SKIP() << "the examples are not built here";
    objects_.compile_file(EXAMPLES "/method_provider/calculator.mof");
    const auto services = objects_.services("root\\cimv2");
    const auto provider = create(calculator, services.get()).query<IWbemServices>();
    const auto cls = objects_.find_class("Example_Calculator", "root\\cimv2");
    const auto call = [&](const char* path, const char* method, const com_ptr<IWbemClassObject>& in,
                          const com_ptr<support::CollectingSink>& sink) {
        return provider->ExecMethodAsync(bstr(std::string_view(path)).get(),
                                         bstr(std::string_view(method)).get(), 0, nullptr, in.get(),
                                         sink.get());
    };
    const auto parameters = [&](const wchar_t* method) {
        com_ptr<IWbemClassObject> signature;
        throw_if_failed(cls->GetMethod(method, 0, signature.put(), nullptr));
        return spawn_instance(signature.get());
    };
    const auto values = parameters(L"Add");
    put_property(values.get(), L"Values", std::vector<std::int64_t>{1, 2, 39});
    const auto sum = make<support::CollectingSink>();
    ASSERT_EQ(call("Example_Calculator", "add", values, sum), WBEM_S_NO_ERROR) << take_error_text();
    ASSERT_EQ(sum->objects().size(), 1u);
    EXPECT_EQ(get_property<std::int64_t>(sum->objects()[0].get(), L"Sum"), 42);
    EXPECT_EQ(get_property<std::uint32_t>(sum->objects()[0].get(), L"ReturnValue"), 0u);
    EXPECT_EQ(sum->statuses(), std::vector<HRESULT>{WBEM_S_NO_ERROR});

    const auto seven = parameters(L"Remember");
    put_property(seven.get(), L"Value", std::int64_t{7});
    for (const std::optional<std::int64_t> previous : {std::optional<std::int64_t>(), {7}}) {
        const auto sink = make<support::CollectingSink>();
        ASSERT_EQ(call("Example_Calculator.Name=\"desk\"", "Remember", seven, sink),
                  WBEM_S_NO_ERROR);
        EXPECT_EQ(get_property<std::int64_t>(sink->objects().at(0).get(), L"Previous"), previous);
    }
    const auto failing = make<support::CollectingSink>();
    EXPECT_EQ(call("Example_Calculator", "Add", parameters(L"Add"), failing),
              WBEM_E_INVALID_METHOD_PARAMETERS);
    EXPECT_THAT(take_error_text(), ::testing::HasSubstr("Values is NULL"));
    EXPECT_EQ(call("Example_Calculator", "Divide", nullptr, failing), WBEM_E_NOT_FOUND);
    EXPECT_TRUE(failing->statuses().empty());
}

TEST_F(Examples, ShippedMofCompiles) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SHIPPED_MOF)) {
        EXPECT_NO_THROW(objects_.compile_file(entry.path())) << entry.path();
        ++files;
    }
    EXPECT_GE(files, 3u);
    EXPECT_NO_THROW(objects_.compile_file(EXAMPLES "/subscription/process_starts.mof"));
}

TEST_F(Examples, NotifyAppendsALine) {
    const std::string command =
        std::string(NOTIFY) + " '" + (folder_ / "out").string() + "' 'a b' c";
    EXPECT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(std::system(command.c_str()), 0);
    EXPECT_THAT(content_of(folder_ / "out"),
                ::testing::MatchesRegex("[0-9T:+-]+ a b c\n[0-9T:+-]+ a b c\n"));
    EXPECT_NE(std::system((std::string(NOTIFY) + " 2>/dev/null").c_str()), 0);
}

}  // namespace
}  // namespace openwmi
