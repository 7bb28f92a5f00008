#include "process/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "process/testing/fake_proc.h"
#include "support/proves.h"
#include "support/wmi.h"

namespace openwmi::process_source {
namespace {

using ::testing::HasSubstr;

// The kernel, played by the test. Thread-safe.
struct Kernel {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<KernelEvent> events;
    int opened = 0;
    int open = 0;

    void tell(const KernelEvent& event) {
        const std::lock_guard lock(mutex);
        events.push_back(event);
        changed.notify_all();
    }
    int open_now() {
        const std::lock_guard lock(mutex);
        return open;
    }
};

class KernelEvents final : public ProcessEvents {
  public:
    explicit KernelEvents(Kernel& kernel) : kernel_(kernel) {
        const std::lock_guard lock(kernel.mutex);
        ++kernel.opened;
        ++kernel.open;
    }
    ~KernelEvents() override {
        const std::lock_guard lock(kernel_.mutex);
        --kernel_.open;
    }
    std::optional<KernelEvent> next() override {
        std::unique_lock lock(kernel_.mutex);
        kernel_.changed.wait(lock, [&] { return interrupted_ || !kernel_.events.empty(); });
        if (interrupted_) return std::nullopt;
        const KernelEvent event = kernel_.events.front();
        kernel_.events.pop_front();
        return event;
    }
    void interrupt() override {
        const std::lock_guard lock(kernel_.mutex);
        interrupted_ = true;
        kernel_.changed.notify_all();
    }

  private:
    Kernel& kernel_;
    bool interrupted_ = false;
};

bool is(IWbemClassObject* object, const wchar_t* class_name) {
    return object->InheritsFrom(class_name) == WBEM_S_NO_ERROR;
}

class Provider : public ::testing::Test {
  protected:
    Provider() {
        objects_.compile_file(MOF_FOLDER "/process/process.mof");
        services_ = objects_.services("root\\cimv2");
        const auto init = make<support::InitSink>();
        provider_->Initialize(nullptr, 0, nullptr, nullptr, services_.get(), nullptr, init.get());
        EXPECT_EQ(init->status, WBEM_S_INITIALIZED);
    }
    void run(pid_t id) {
        proc_.set(id, {});
        kernel_.tell({KernelEvent::Kind::Fork, id, id, 7});
        kernel_.tell({KernelEvent::Kind::Exec, id, id});
        kernel_.tell({KernelEvent::Kind::Exit, id, id, 0, 2 << 8});
    }
    com_ptr<IWbemClassObject> first(const wchar_t* class_name) {
        EXPECT_TRUE(sink_->wait_for(1, [&](auto* object) { return is(object, class_name); }));
        for (const auto& object : sink_->objects()) {
            if (is(object.get(), class_name)) return object;
        }
        return nullptr;
    }

    support::WmiObjects objects_;
    com_ptr<IWbemServices> services_;
    FakeProc proc_;
    Kernel kernel_;
    com_ptr<support::CollectingSink> sink_ = make<support::CollectingSink>();
    com_ptr<ProcessProvider> provider_ = make<ProcessProvider>(
        proc_.folder(), [this] { return std::make_unique<KernelEvents>(kernel_); });
};

TEST_F(Provider, TheClassesAreTheDocumentedOnes) {
    struct Property {
        const char* owner;
        const wchar_t* name;
        CIMTYPE type;
    };
    constexpr Property properties[] = {
        {"Win32_ProcessTrace", L"ProcessID", CIM_UINT32},
        {"Win32_ProcessTrace", L"ParentProcessID", CIM_UINT32},
        {"Win32_ProcessTrace", L"SessionID", CIM_UINT32},
        {"Win32_ProcessTrace", L"Sid", CIM_UINT8 | CIM_FLAG_ARRAY},
        {"Win32_ProcessTrace", L"ProcessName", CIM_STRING},
    };
    for (const Property& property : properties) {
        CIMTYPE type = CIM_EMPTY;
        const auto owner = objects_.find_class(property.owner, "root\\cimv2");
        PROVES("W32-001",
               ASSERT_EQ(owner->Get(property.name, 0, variant().put(), &type, nullptr), S_OK));
        PROVES("W32-001", EXPECT_EQ(type, property.type) << to_utf8(property.name));
        PROVES("W32-001", EXPECT_TRUE(is(owner.get(), L"Win32_SystemTrace")));
        PROVES("W32-001", EXPECT_TRUE(is(owner.get(), L"__ExtrinsicEvent")));
    }
    const auto stop = objects_.find_class("Win32_ProcessStopTrace", "root\\cimv2");
    CIMTYPE type = CIM_EMPTY;
    PROVES("W32-002",
           ASSERT_EQ(stop->Get(L"ExitStatus", 0, variant().put(), &type, nullptr), S_OK));
    PROVES("W32-002", EXPECT_EQ(type, CIM_UINT32));
}

TEST_F(Provider, RaisesStartsAndStops) {
    ASSERT_EQ(provider_->ProvideEvents(sink_.get(), 0), WBEM_S_NO_ERROR) << take_error_text();
    run(42);
    const auto start = first(L"Win32_ProcessStartTrace");
    PROVES("W32-002", EXPECT_EQ(get_property<std::uint32_t>(start.get(), L"ProcessID"), 42u));
    EXPECT_EQ(get_property<std::uint32_t>(start.get(), L"ParentProcessID"), 7u);
    EXPECT_EQ(get_property<std::uint32_t>(start.get(), L"SessionID"), 0u);
    EXPECT_EQ(get_property<std::string>(start.get(), L"ProcessName"), "prog");
    EXPECT_EQ(get_property<std::string>(start.get(), L"CommandLine"), "prog -x");
    EXPECT_EQ(get_property<std::string>(start.get(), L"ExecutablePath"), "/usr/bin/prog");
    EXPECT_EQ(get_property<bool>(start.get(), L"Synthetic"), false);
    EXPECT_EQ(get_property<std::vector<std::uint8_t>>(start.get(), L"Sid"), sid_of(getuid()));
    EXPECT_TRUE(get_property<std::uint64_t>(start.get(), L"TIME_CREATED"));

    const auto stop = first(L"Win32_ProcessStopTrace");
    PROVES("W32-002", EXPECT_EQ(get_property<std::uint32_t>(stop.get(), L"ExitStatus"), 2u));
    EXPECT_EQ(get_property<std::string>(stop.get(), L"ProcessName"), "prog");
    PROVES("W32-004", EXPECT_TRUE(is(start.get(), L"Win32_ProcessTrace") &&
                                  is(stop.get(), L"Win32_ProcessTrace")));
    PROVES("GEN-029", EXPECT_TRUE(sink_->statuses().empty()) << "it never calls SetStatus");
    PROVES("GEN-029", EXPECT_NE(start.get(), stop.get()) << "each event is an object of its own");
}

TEST_F(Provider, RaisesCreationsAndDeletionsOfWin32Process) {
    ASSERT_EQ(provider_->ProvideEvents(sink_.get(), 0), WBEM_S_NO_ERROR) << take_error_text();
    run(42);
    const auto created = first(L"__InstanceCreationEvent");
    const auto process =
        get_property<com_ptr<IWbemClassObject>>(created.get(), L"TargetInstance").value();
    EXPECT_TRUE(is(process.get(), L"Win32_Process"));
    EXPECT_EQ(get_property<std::string>(process.get(), L"Handle"), "42");
    EXPECT_EQ(get_property<std::string>(process.get(), L"Name"), "prog");
    const auto deleted = first(L"__InstanceDeletionEvent");
    const auto gone =
        get_property<com_ptr<IWbemClassObject>>(deleted.get(), L"TargetInstance").value();
    EXPECT_EQ(get_property<std::string>(gone.get(), L"CommandLine"), "prog -x");
    EXPECT_TRUE(get_property<std::string>(gone.get(), L"TerminationDate"));
}

TEST_F(Provider, WatchesOnlyWhileSomebodyAsks) {
    EXPECT_EQ(kernel_.open_now(), 0);
    wchar_t language[] = L"WQL";
    wchar_t query[] = L"SELECT * FROM Win32_ProcessStartTrace";
    EXPECT_EQ(provider_->NewQuery(1, language, query), WBEM_S_NO_ERROR);
    EXPECT_EQ(kernel_.open_now(), 0) << "there is no sink yet";
    EXPECT_EQ(provider_->ProvideEvents(sink_.get(), 0), WBEM_S_NO_ERROR);
    EXPECT_EQ(kernel_.open_now(), 1);
    EXPECT_EQ(provider_->NewQuery(2, language, query), WBEM_S_NO_ERROR);
    EXPECT_EQ(provider_->CancelQuery(1), WBEM_S_NO_ERROR);
    EXPECT_EQ(kernel_.open_now(), 1);
    EXPECT_EQ(provider_->CancelQuery(2), WBEM_S_NO_ERROR);
    PROVES("GEN-029", EXPECT_EQ(kernel_.open_now(), 0) << "nothing is raised after CancelQuery");
    EXPECT_EQ(provider_->NewQuery(3, language, query), WBEM_S_NO_ERROR);
    EXPECT_EQ(kernel_.opened, 2);
    run(42);
    EXPECT_TRUE(first(L"Win32_ProcessStartTrace"));
    provider_ = nullptr;
    EXPECT_EQ(kernel_.open_now(), 0);
}

TEST_F(Provider, GivesAProcessByItsHandle) {
    proc_.set(42, {});
    const auto sink = make<support::CollectingSink>();
    const bstr path(std::string_view("Win32_Process.Handle=\"42\""));
    EXPECT_EQ(provider_->GetObjectAsync(path.get(), 0, nullptr, sink.get()), WBEM_S_NO_ERROR);
    ASSERT_EQ(sink->objects().size(), 1u);
    IWbemClassObject* process = sink->objects().front().get();
    EXPECT_EQ(get_property<std::string>(process, L"Handle"), "42");
    EXPECT_EQ(get_property<std::uint32_t>(process, L"ProcessId"), 42u);
    EXPECT_EQ(get_property<std::uint32_t>(process, L"ParentProcessId"), 1u);
    EXPECT_EQ(get_property<std::uint64_t>(process, L"UserModeTime"), 1'400'000u);
    EXPECT_EQ(get_property<std::uint64_t>(process, L"KernelModeTime"), 1'500'000u);
    EXPECT_EQ(get_property<std::uint32_t>(process, L"ThreadCount"), 1u);
    EXPECT_THAT(get_property<std::string>(process, L"CreationDate").value(),
                ::testing::MatchesRegex("[0-9]{14}\\.[0-9]{6}[+-][0-9]{3}"));
    EXPECT_EQ(sink->statuses(), std::vector<HRESULT>{WBEM_S_NO_ERROR});
}

TEST_F(Provider, SaysWhatIsNotThere) {
    proc_.set(43, {.state = 'Z'});
    const std::pair<const char*, HRESULT> cases[] = {
        {"Win32_Process.Handle=\"42\"", WBEM_E_NOT_FOUND},
        {"Win32_Process.Handle=\"43\"", WBEM_E_NOT_FOUND},
        {"Win32_Process.Handle=\"x\"", WBEM_E_INVALID_OBJECT_PATH},
        {"Win32_Process", WBEM_E_INVALID_OBJECT_PATH},
    };
    for (const auto& [path, expected] : cases) {
        const auto sink = make<support::CollectingSink>();
        const bstr text{std::string_view(path)};
        EXPECT_EQ(provider_->GetObjectAsync(text.get(), 0, nullptr, sink.get()), WBEM_S_NO_ERROR);
        EXPECT_EQ(sink->statuses(), std::vector<HRESULT>{expected}) << path;
        EXPECT_TRUE(sink->objects().empty());
    }
}

TEST_F(Provider, EnumeratesProcesses) {
    for (pid_t id = 100; id < 200; ++id) proc_.set(id, {});
    proc_.set(300, {.flags = FakeProc::kernel_thread});
    const auto sink = make<support::CollectingSink>();
    const bstr name(std::string_view("win32_process"));
    EXPECT_EQ(provider_->CreateInstanceEnumAsync(name.get(), 0, nullptr, sink.get()),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(sink->objects().size(), 100u);
    EXPECT_EQ(sink->statuses(), std::vector<HRESULT>{WBEM_S_NO_ERROR});
}

TEST_F(Provider, RefusesTheRest) {
    const bstr text(std::string_view("x"));
    EXPECT_EQ(provider_->ExecQueryAsync(text.get(), text.get(), 0, nullptr, sink_.get()),
              WBEM_E_PROVIDER_NOT_CAPABLE);
    EXPECT_EQ(provider_->DeleteInstanceAsync(text.get(), 0, nullptr, sink_.get()),
              WBEM_E_PROVIDER_NOT_CAPABLE);
    EXPECT_EQ(provider_->ProvideEvents(nullptr, 0), WBEM_E_INVALID_PARAMETER);
}

TEST_F(Provider, NeedsItsClasses) {
    support::WmiObjects empty;
    const auto services = empty.services("root\\cimv2");
    const auto init = make<support::InitSink>();
    const auto provider = make<ProcessProvider>(proc_.folder(), nullptr);
    EXPECT_EQ(provider->ProvideEvents(sink_.get(), 0), WBEM_E_INVALID_OPERATION);
    provider->Initialize(nullptr, 0, nullptr, nullptr, services.get(), nullptr, init.get());
    EXPECT_EQ(provider->ProvideEvents(sink_.get(), 0), WBEM_E_NOT_FOUND);
    EXPECT_THAT(take_error_text(), HasSubstr("Win32_Process"));
}

TEST(ProcessPath, HoldsTheId) {
    const std::pair<const wchar_t*, std::optional<pid_t>> cases[] = {
        {L"Win32_Process.Handle=\"42\"", 42},
        {L"Win32_Process=\"42\"", 42},
        {L"\\\\.\\root\\cimv2:Win32_Process.Handle='42'", 42},
        {L"Win32_Process.Handle=42", 42},
        {L"Win32_Process.Handle=\"042\"", std::nullopt},
        {L"Win32_Process.Handle=\"4 2\"", std::nullopt},
        {L"Win32_Process.Handle=\"9999999999\"", std::nullopt},
        {L"Win32_Process.Handle=\"", std::nullopt},
        {L"Win32_Process.Handle=", std::nullopt},
        {L"", std::nullopt},
    };
    for (const auto& [path, expected] : cases)
        EXPECT_EQ(process_id_in(path), expected) << to_utf8(path);
}

}  // namespace
}  // namespace openwmi::process_source
