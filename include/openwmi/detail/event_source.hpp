#pragma once

#include "../wbemdisp.h"
#include "error.hpp"

namespace openwmi {

// The events of a notification query, one at a time, as SWbemEventSource gives them to scripts.
// Destruction ends the subscription. Confined to one thread at a time.
class event_source {
  public:
    event_source(IWbemServices* services, std::string_view query) {
        const bstr language("WQL");
        const bstr text(query);
        throw_if_failed(services->ExecNotificationQuery(
                            language.get(), text.get(),
                            LONG{WBEM_FLAG_RETURN_IMMEDIATELY} | LONG{WBEM_FLAG_FORWARD_ONLY},
                            nullptr, events_.put()),
                        "the query was refused");
    }

    // Waits for an event, `milliseconds` at most. Throws an error with the code wbemErrTimedout
    // when none came.
    com_ptr<IWbemClassObject> next_event(LONG milliseconds = wbemTimeoutInfinite) {
        com_ptr<IWbemClassObject> event;
        ULONG count = 0;
        throw_if_failed(events_->Next(milliseconds, 1, event.put(), &count), "no more events");
        if (count == 0) throw error(wbemErrTimedout, "no event came within the time given");
        return event;
    }

  private:
    com_ptr<IEnumWbemClassObject> events_;
};

}  // namespace openwmi
