#include "process/event_raiser.h"

#include <chrono>
#include <cstdio>
#include <thread>

namespace openwmi::process_source {
namespace {

constexpr int max_attempts = 50;
constexpr std::chrono::milliseconds retry_delay(20);

}  // namespace

EventRaiser::Channel EventRaiser::open(IWbemServices* services, IWbemObjectSink* sink,
                                       const wchar_t* class_name, const wchar_t* query) {
    Channel channel;
    channel.event_class = get_class(services, class_name);
    channel.sink = com_ptr<IWbemObjectSink>(sink);
    const auto event_sink = channel.sink.query<IWbemEventSink>();
    LPCWSTR queries[] = {query};
    if (event_sink &&
        SUCCEEDED(event_sink->GetRestrictedSink(1, queries, nullptr, channel.restricted.put())) &&
        channel.restricted) {
        channel.sink = com_ptr<IWbemObjectSink>(channel.restricted.get());
    }
    return channel;
}

EventRaiser::EventRaiser(IWbemServices* services, IWbemObjectSink* sink, Machine machine)
    : machine_(std::move(machine)), process_class_(get_class(services, L"Win32_Process")) {
    traces_ = {
        open(services, sink, L"Win32_ProcessStartTrace", L"SELECT * FROM Win32_ProcessStartTrace"),
        open(services, sink, L"Win32_ProcessStopTrace", L"SELECT * FROM Win32_ProcessStopTrace")};
    operations_ = {open(services, sink, L"__InstanceCreationEvent",
                        L"SELECT * FROM __InstanceCreationEvent "
                        L"WHERE TargetInstance ISA \"Win32_Process\""),
                   open(services, sink, L"__InstanceDeletionEvent",
                        L"SELECT * FROM __InstanceDeletionEvent "
                        L"WHERE TargetInstance ISA \"Win32_Process\"")};
}

void EventRaiser::raise(const ProcessChange& change) noexcept {
    const std::size_t index = change.kind == ProcessChange::Kind::Started ? 0 : 1;
    const HRESULT hr = guarded([&]() -> HRESULT {
        if (traces_[index].is_wanted()) raise_trace(traces_[index], change);
        if (operations_[index].is_wanted()) raise_operation(operations_[index], change);
        return S_OK;
    });
    if (FAILED(hr) && hr != last_failure_) {  // a lasting failure is told once
        std::fprintf(stderr, "openwmi: process: an event of process %d cannot be raised: %s\n",
                     change.process.id, take_error_text().c_str());
    }
    last_failure_ = hr;
}

void EventRaiser::raise_trace(const Channel& channel, const ProcessChange& change) {
    const auto event = spawn_instance(channel.event_class.get());
    fill_trace(event.get(), change);
    indicate(channel, event.get());
}

void EventRaiser::raise_operation(const Channel& channel, const ProcessChange& change) {
    const auto process = spawn_instance(process_class_.get());
    fill_instance(process.get(), change.process, machine_);
    if (change.kind == ProcessChange::Kind::Stopped) {
        put_property(process.get(), L"TerminationDate",
                     Machine::datetime_of_file_time(change.time));
    }
    const auto event = spawn_instance(channel.event_class.get());
    put_property(event.get(), L"TIME_CREATED", change.time);
    put_property(event.get(), L"TargetInstance", process);
    indicate(channel, event.get());
}

// A busy service asks to come again (COM-097).
void EventRaiser::indicate(const Channel& channel, IWbemClassObject* event) {
    HRESULT hr = WBEM_E_SERVER_TOO_BUSY;
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        hr = channel.sink->Indicate(1, &event);
        if (hr != WBEM_E_SERVER_TOO_BUSY) break;
        std::this_thread::sleep_for(retry_delay);
    }
    throw_if_failed(hr, "the sink does not take it");
}

}  // namespace openwmi::process_source
