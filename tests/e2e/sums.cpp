// A provider that raises numbered events and consumers that take, fail, lag and die. Both keep
// their books in a file that they map shared, so that it survives the service (sums_test.py audits
// it).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <openwmi.hpp>
#include <string>
#include <thread>
#include <vector>

DEFINE_GUID(CLSID_SumsRaiser, 0x7C9C2B1E, 0x5D43, 0x4E0B, 0x8A, 0x51, 0x3F, 0x0D, 0x6B, 0x1E, 0x92,
            0xA1);
DEFINE_GUID(CLSID_SumsConsumers, 0x7C9C2B1E, 0x5D43, 0x4E0B, 0x8A, 0x51, 0x3F, 0x0D, 0x6B, 0x1E,
            0x92, 0xA2);

namespace {

using namespace openwmi;

constexpr std::size_t max_threads = 32;
constexpr std::size_t max_bindings = 128;

// The head of the file; sums_books.py has the same layout. Behind it, from byte 4096, the status of
// each event (4 bytes), then the notes (8 bytes each).
struct Head {
    std::uint32_t events;   // numbered from 0; thread t raises t, t + threads, ...
    std::uint32_t threads;  // that raise
    std::atomic<std::uint32_t> go;
    std::atomic<std::uint32_t> calm;    // consumers take everything from now on
    std::atomic<std::uint32_t> deadly;  // the next call ends the process
    std::uint32_t poison;               // every how many events one that a consumer never takes
    std::atomic<std::uint64_t> notes;   // made or begun
    std::uint64_t room;                 // for notes
    std::atomic<std::uint64_t> next[max_threads];  // events of each thread that it has tried
    struct Binding {
        std::atomic<std::uint64_t> calls;
        std::atomic<std::uint64_t> dead_until;  // nanoseconds of CLOCK_MONOTONIC
    } bindings[max_bindings];
};
static_assert(sizeof(Head) <= 4096);

// Of an event: 0 not tried yet, 1 about to be raised, 2 accepted; else what its raiser was told.
using Status = std::atomic<std::int32_t>;
constexpr std::int32_t tried = 1;
constexpr std::int32_t accepted = 2;

enum class What : std::uint64_t { Took = 1, Refused = 2, NotFound = 3 };
constexpr std::uint64_t first_of_call = std::uint64_t{1} << 48;

std::uint64_t now() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds(1));
}

void pause(unsigned microseconds) {
    ::usleep(microseconds);
}

// The mapped file. Thread-safe.
class Books {
  public:
    Books() {
        const char* path = std::getenv("OPENWMI_SUMS");
        const int file = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
        struct stat info{};
        if (file < 0 || ::fstat(file, &info) != 0) throw error(WBEM_E_FAILED, "no OPENWMI_SUMS");
        void* memory = ::mmap(nullptr, static_cast<std::size_t>(info.st_size),
                              PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        ::close(file);
        if (memory == MAP_FAILED) throw error(WBEM_E_FAILED, "OPENWMI_SUMS cannot be mapped");
        bytes_ = static_cast<std::byte*>(memory);
    }

    Head& head() { return *reinterpret_cast<Head*>(bytes_); }
    Status& status(std::size_t event) { return reinterpret_cast<Status*>(bytes_ + 4096)[event]; }
    std::uint64_t raised() {
        std::uint64_t sum = 0;
        for (const auto& each : head().next) sum += each;
        return sum;
    }
    // Those of one call stand together.
    void note(What what, const std::vector<std::uint64_t>& words) {
        const auto at = head().notes.fetch_add(words.size());
        if (at + words.size() > head().room) std::abort();
        auto* const notes = reinterpret_cast<std::atomic<std::uint64_t>*>(
            bytes_ + 4096 + (std::size_t{head().events} + 1) / 2 * 8);
        for (std::size_t i = 0; i < words.size(); ++i) {
            notes[at + i] =
                words[i] | static_cast<std::uint64_t>(what) << 40 | (i == 0 ? first_of_call : 0);
        }
    }

  private:
    std::byte* bytes_ = nullptr;
};

Books& books() {
    static Books books;
    return books;
}

class Raiser final : public implements<IWbemProviderInit, IWbemEventProvider> {
  public:
    ~Raiser() override {
        stopping_ = true;
        for (auto& each : threads_) each.join();
    }
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices* pNamespace,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        if (!pNamespace || !pInitSink) return WBEM_E_INVALID_PARAMETER;
        return guarded([&]() -> HRESULT {
            class_ = get_class(pNamespace, L"SumsEvent");
            return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
        });
    }
    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink* pSink, LONG) override {
        if (!pSink || !class_ || !threads_.empty()) return WBEM_E_INVALID_PARAMETER;
        return guarded([&]() -> HRESULT {
            sink_ = com_ptr<IWbemObjectSink>(pSink);
            for (std::uint32_t i = 0; i < books().head().threads; ++i)
                threads_.emplace_back([this, i] { run(i); });
            return WBEM_S_NO_ERROR;
        });
    }

  private:
    // Goes on behind the last event that was tried, in whichever life.
    void run(std::uint32_t thread) {
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        auto& head = books().head();
        while (!head.go && !stopping_) pause(1000);
        auto& next = head.next[thread];
        for (;;) {
            const std::uint64_t event = next * head.threads + thread;
            if (stopping_ || event >= head.events) break;
            books().status(event) = tried;
            ++next;
            const HRESULT told = guarded([&] { return raise(event); });
            books().status(event) = SUCCEEDED(told) ? accepted : static_cast<std::int32_t>(told);
            if (told == static_cast<HRESULT>(WBEM_E_SHUTTING_DOWN)) break;
        }
        CoUninitialize();
    }

    // The three lanes of an event look random; sums_books.py knows them, too.
    HRESULT raise(std::uint64_t number) {
        auto x = static_cast<std::uint32_t>(number * 2654435761);
        x = (x ^ x >> 15) * 2246822519;
        x ^= x >> 13;
        const auto event = spawn_instance(class_.get());
        put_property(event.get(), L"Number", number);
        put_property(event.get(), L"A", x % 34);
        put_property(event.get(), L"B", x / 34 % 33);
        put_property(event.get(), L"C", x / (34 * 33) % 33);
        IWbemClassObject* object = event.get();
        return sink_->Indicate(1, &object);
    }

    com_ptr<IWbemClassObject> class_;
    com_ptr<IWbemObjectSink> sink_;
    std::vector<std::thread> threads_;
    std::atomic<bool> stopping_{false};
};

// What a logical consumer is like; its properties say so. Value.
struct Character {
    explicit Character(IWbemClassObject* logical)
        : bindings(get_property<std::vector<std::uint32_t>>(logical, L"Bindings").value()),
          behaviour(get_property<std::string>(logical, L"Behaviour").value()),
          every(get_property<std::uint32_t>(logical, L"Every").value()),
          lag(get_property<std::uint32_t>(logical, L"Lag").value()) {
        if (bindings.empty() || bindings.back() >= max_bindings) {
            throw error(WBEM_E_INVALID_OBJECT, "a consumer without bindings");
        }
    }
    Head::Binding& state() const { return books().head().bindings[bindings.front()]; }

    std::vector<std::uint32_t> bindings;  // the numbers of their filters, below 34 if there are two
    std::string behaviour;
    std::uint32_t every;  // so many calls it misbehaves
    std::uint32_t lag;    // events that are raised meanwhile
};

class Consumer final : public implements<IWbemUnboundObjectSink> {
  public:
    explicit Consumer(Character character) : character_(std::move(character)) {}

    HRESULT STDMETHODCALLTYPE IndicateToConsumer(IWbemClassObject*, LONG lNumObjects,
                                                 IWbemClassObject** apObjects) override {
        return guarded([&]() -> HRESULT {
            std::vector<std::uint64_t> words;
            bool poisoned = false;
            for (LONG i = 0; i < lNumObjects; ++i) {
                const auto number = get_property<std::uint64_t>(apObjects[i], L"Number").value();
                const auto binding = binding_of(apObjects[i]);
                words.push_back(number | binding << 32);
                poisoned = poisoned || (binding != character_.bindings.front() &&
                                        number % books().head().poison == 3);
            }
            const auto calls = ++character_.state().calls;
            const bool is_last = books().head().deadly.exchange(0) != 0;
            if (is_last && calls % 2 == 0) std::abort();
            const HRESULT outcome = books().head().calm ? WBEM_S_NO_ERROR : behave(calls, poisoned);
            books().note(SUCCEEDED(outcome) ? What::Took : What::Refused, words);
            if (is_last) std::abort();
            return outcome;
        });
    }

  private:
    std::uint64_t binding_of(IWbemClassObject* event) const {
        if (character_.bindings.size() == 1) return character_.bindings.front();
        return get_property<std::uint32_t>(event, L"A").value();
    }

    HRESULT behave(std::uint64_t calls, bool poisoned) const {
        const bool now_and_then = calls % character_.every == 0;
        if (character_.behaviour == "fails") return now_and_then ? WBEM_E_FAILED : WBEM_S_NO_ERROR;
        if (character_.behaviour == "dies") {
            auto& until = character_.state().dead_until;
            if (now_and_then) until = now() + 400'000'000;
            return now() < until ? RPC_E_DISCONNECTED : WBEM_S_NO_ERROR;
        }
        if (character_.behaviour == "lags" && now_and_then) lag();
        return poisoned ? WBEM_E_INVALID_OBJECT : WBEM_S_NO_ERROR;
    }

    // Until so many events were raised, two seconds at most; for a moment, if none are waited for.
    void lag() const {
        if (character_.lag == 0) return pause(2000);
        const auto enough = books().raised() + character_.lag;
        const auto end = now() + 2'000'000'000;
        while (books().raised() < enough && now() < end && !books().head().calm) pause(500);
    }

    const Character character_;
};

class Consumers final : public implements<IWbemProviderInit, IWbemEventConsumerProvider> {
  public:
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices*,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        return pInitSink ? pInitSink->SetStatus(WBEM_S_INITIALIZED, 0) : WBEM_E_INVALID_PARAMETER;
    }
    HRESULT STDMETHODCALLTYPE FindConsumer(IWbemClassObject* pLogicalConsumer,
                                           IWbemUnboundObjectSink** ppConsumer) override {
        if (!pLogicalConsumer || !ppConsumer) return WBEM_E_INVALID_PARAMETER;
        return guarded([&]() -> HRESULT {
            Character character(pLogicalConsumer);
            if (is_away(character)) {
                const std::uint64_t binding = character.bindings.front();
                books().note(What::NotFound, {binding << 32});
                return RPC_E_DISCONNECTED;
            }
            *ppConsumer = make<Consumer>(std::move(character)).detach();
            return WBEM_S_NO_ERROR;
        });
    }

  private:
    // One that dies also takes its time to come up.
    bool is_away(const Character& character) {
        if (character.behaviour != "dies" || books().head().calm) return false;
        auto& until = character.state().dead_until;
        if (!come_up_[character.bindings.front()].exchange(true)) until = now() + 200'000'000;
        return now() < until;
    }

    std::array<std::atomic<bool>, max_bindings> come_up_{};
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<Raiser>(CLSID_SumsRaiser),
                       openwmi::class_of<Consumers>(CLSID_SumsConsumers))
