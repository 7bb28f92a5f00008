#include "process/process_objects.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace openwmi::process_source {
namespace {

constexpr std::int64_t second_nanoseconds = 1'000'000'000;
constexpr std::uint64_t file_time_of_1970 = 116'444'736'000'000'000;
constexpr std::uint64_t file_time_second = 10'000'000;

std::int64_t nanoseconds_of(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * second_nanoseconds + now.tv_nsec;
}

// PRETTY_NAME of os-release, or what the kernel says of itself.
std::string system_name() {
    std::ifstream stream("/etc/os-release");
    constexpr std::string_view key = "PRETTY_NAME=";
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with(key)) continue;
        std::string name = line.substr(key.size());
        if (name.size() >= 2 && name.front() == '"') name = name.substr(1, name.size() - 2);
        return name;
    }
    utsname system{};
    uname(&system);
    return std::string(system.sysname) + " " + system.release;
}

std::string datetime_of(std::int64_t nanoseconds_since_1970) {
    const time_t seconds = static_cast<time_t>(nanoseconds_since_1970 / second_nanoseconds);
    const auto micros = static_cast<int>(nanoseconds_since_1970 % second_nanoseconds / 1000);
    tm local{};
    localtime_r(&seconds, &local);
    const int minutes = static_cast<int>(local.tm_gmtoff / 60);
    std::array<char, 96> text;
    const int length = std::snprintf(
        text.data(), text.size(), "%04d%02d%02d%02d%02d%02d.%06d%c%03d", local.tm_year + 1900,
        local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, micros,
        minutes < 0 ? '-' : '+', minutes < 0 ? -minutes : minutes);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

template <class T>
std::optional<std::uint32_t> to_uint32(const std::optional<T>& number) {
    if (!number) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

}  // namespace

Machine Machine::of_system() {
    Machine machine;
    utsname system{};
    uname(&system);
    machine.name = system.nodename;
    machine.system = system_name();
    machine.boot_time_nanoseconds = nanoseconds_of(CLOCK_REALTIME) - nanoseconds_of(CLOCK_BOOTTIME);
    machine.ticks_per_second = sysconf(_SC_CLK_TCK);
    return machine;
}

std::string Machine::datetime_of_ticks(std::uint64_t since_boot) const {
    return datetime_of(boot_time_nanoseconds + static_cast<std::int64_t>(since_boot) *
                                                   (second_nanoseconds / ticks_per_second));
}

std::string Machine::datetime_of_file_time(std::uint64_t file_time) {
    return datetime_of(static_cast<std::int64_t>(file_time - file_time_of_1970) * 100);
}

std::vector<std::uint8_t> sid_of(uid_t user) {
    const auto byte = [&](int shift) { return static_cast<std::uint8_t>(user >> shift); };
    return {1, 2, 0, 0, 0, 0, 0, 22, 1, 0, 0, 0, byte(0), byte(8), byte(16), byte(24)};
}

void fill_instance(IWbemClassObject* instance, const ProcessFacts& process,
                   const Machine& machine) {
    put_property(instance, L"Handle", std::to_string(process.id));
    put_property(instance, L"ProcessId", static_cast<std::uint32_t>(process.id));
    put_property(instance, L"ParentProcessId", to_uint32(process.parent));
    put_property(instance, L"Name", process.name);
    put_property(instance, L"Caption", process.name);
    put_property(instance, L"Description", process.name);
    put_property(instance, L"CommandLine", process.command_line);
    put_property(instance, L"ExecutablePath", process.executable);
    put_property(instance, L"SessionId", process.session);
    put_property(instance, L"CreationClassName", std::string("Win32_Process"));
    put_property(instance, L"CSCreationClassName", std::string("Win32_ComputerSystem"));
    put_property(instance, L"CSName", machine.name);
    put_property(instance, L"OSCreationClassName", std::string("Win32_OperatingSystem"));
    put_property(instance, L"OSName", machine.system);
    if (process.start_ticks) {
        put_property(instance, L"CreationDate", machine.datetime_of_ticks(*process.start_ticks));
    }
    if (const auto& usage = process.usage) {
        const std::uint64_t tick =
            file_time_second / static_cast<std::uint64_t>(machine.ticks_per_second);
        put_property(instance, L"UserModeTime", usage->user_ticks * tick);
        put_property(instance, L"KernelModeTime", usage->kernel_ticks * tick);
        put_property(instance, L"ThreadCount", usage->threads);
        put_property(instance, L"PageFaults", usage->page_faults);
        put_property(instance, L"VirtualSize", usage->virtual_bytes);
        put_property(instance, L"WorkingSetSize", usage->resident_bytes);
    }
}

void fill_trace(IWbemClassObject* event, const ProcessChange& change) {
    const ProcessFacts& process = change.process;
    put_property(event, L"TIME_CREATED", change.time);
    put_property(event, L"ProcessID", static_cast<std::uint32_t>(process.id));
    put_property(event, L"ParentProcessID", to_uint32(process.parent));
    put_property(event, L"SessionID", process.session);
    put_property(event, L"ProcessName", process.name);
    put_property(event, L"CommandLine", process.command_line);
    put_property(event, L"ExecutablePath", process.executable);
    put_property(event, L"Synthetic", change.is_synthetic);
    if (process.user) put_property(event, L"Sid", sid_of(*process.user));
    if (change.kind == ProcessChange::Kind::Stopped) {
        put_property(event, L"ExitStatus", change.exit_status);
    }
}

}  // namespace openwmi::process_source
