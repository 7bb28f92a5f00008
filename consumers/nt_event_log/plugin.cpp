#include <cstdlib>
#include <openwmi.hpp>

#include "common/consumer_provider.h"
#include "common/creator.h"
#include "nt_event_log/entry.h"
#include "nt_event_log/event_store.h"
#include "nt_event_log/syslog.h"

// {9D7C1B6B-0C5B-4D4E-93A5-7F1E6C6A2B41}
DEFINE_GUID(CLSID_EventLogConsumer, 0x9D7C1B6B, 0x0C5B, 0x4D4E, 0x93, 0xA5, 0x7F, 0x1E, 0x6C, 0x6A,
            0x2B, 0x41);

namespace {

using namespace openwmi;

std::string variable(const char* name, const char* otherwise) {
    const char* value = secure_getenv(name);
    return value && *value ? value : otherwise;
}

// Writes a record for each event into the event log of its source, and tells the machine's own
// log. The record counts: an event is handled when it is written. Thread-safe.
class EventLogConsumer final : public consumers::ConsumerProvider {
  public:
    EventLogConsumer() : ConsumerProvider(L"NTEventLogEventConsumer", "nt_event_log") {}

  private:
    void consume(IWbemClassObject* consumer, IWbemClassObject* const* events,
                 std::size_t count) override {
        consumers::Creator::of(consumer);  // throws when it is nobody
        const auto now = std::chrono::system_clock::now();
        std::vector<consumers::EventRecord> records;
        for (std::size_t i = 0; i < count; ++i) {
            records.push_back(record_for(consumer, events[i], now));
        }
        store_.append(records);
        for (const auto& record : records) {
            const std::string reason = syslog_.send(record);
            if (reason.empty()) continue;
            trace().write_once("records are in the event log only, not in that of the machine (" +
                               socket_ + "): " + reason);
        }
    }

    std::string preview(IWbemClassObject* consumer, IWbemClassObject* event) override {
        consumers::Creator::of(consumer);
        const auto record = record_for(consumer, event, std::chrono::system_clock::now());
        return "write into the event log of " + record.source + ": " + consumers::line_of(record);
    }

    consumers::EventRecord record_for(IWbemClassObject* consumer, IWbemClassObject* event,
                                      std::chrono::system_clock::time_point time) {
        auto outcome = consumers::entry_for(consumer, event, time);
        for (const std::string& remark : outcome.remarks) {
            trace().write_once(name_of(consumer) + ": " + remark);
        }
        return std::move(outcome.record);
    }

    const consumers::EventStore store_{variable("OPENWMI_EVENT_LOGS", "/var/log/openwmi/events")};
    const std::string socket_ = variable("OPENWMI_SYSLOG", "/dev/log");
    const consumers::Syslog syslog_{socket_};
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<EventLogConsumer>(CLSID_EventLogConsumer))
