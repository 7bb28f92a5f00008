#include "eventing/ess_events.h"

namespace openwmi::eventing {

void tell(SelfEvents& self_events, SinkChange change, const NotificationSink& sink) {
    static const cim::Name registered("MSFT_WmiRegisterNotificationSink");
    static const cim::Name cancelled("MSFT_WmiCancelNotificationSink");
    self_events.tell(change == SinkChange::Registered ? registered : cancelled, [&] {
        return SelfEvents::Properties{{"Namespace", sink.name_space.text()},
                                      {"Query", sink.query},
                                      {"QueryLanguage", "WQL"},
                                      {"Sink", static_cast<std::uint64_t>(sink.id)}};
    });
}

void tell(SelfEvents& self_events, FilterChange change, const cim::NamespacePath& name_space,
          const cim::Instance& filter) {
    static const cim::Name activated("MSFT_WmiFilterActivated");
    static const cim::Name deactivated("MSFT_WmiFilterDeactivated");
    self_events.tell(change == FilterChange::Activated ? activated : deactivated, [&] {
        const auto value = [&](const char* name) {
            return filter.find(name).value_or(cim::Value());
        };
        return SelfEvents::Properties{{"Name", value("Name")},
                                      {"Namespace", name_space.text()},
                                      {"Query", value("Query")},
                                      {"QueryLanguage", value("QueryLanguage")}};
    });
}

void tell_of_thread(SelfEvents& self_events, ThreadNumber created) {
    static const cim::Name class_name("MSFT_WmiThreadPoolThreadCreated");
    self_events.tell(class_name, [&] {
        return SelfEvents::Properties{{"ThreadId", static_cast<std::uint64_t>(created)}};
    });
}

}  // namespace openwmi::eventing
