#include "cim/system_schema.h"

// Subscriptions and timers: sections 2.3 and 2.4 of the specification.

namespace openwmi::cim::system_schema {
namespace {

// S-1-5-18, the default creator of a filter (SYS-022).
Unsigneds local_system() {
    return {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
}

}  // namespace

void add_subscription_classes(Table& table) {
    table.add("__SystemClass").abstract();
    table.add("__IndicationRelated", "__SystemClass").abstract();

    table.add("__EventFilter", "__IndicationRelated")
        .property(array(uint8), "CreatorSID", local_system(), readable(), writable())
        .property(string, "EventAccess", readable(), writable())
        .property(string, "EventNamespace", readable(), writable())
        .property(string, "Name", key(), readable(), writable())
        .property(string, "Query", readable(), writable())
        .property(string, "QueryLanguage", readable(), writable());

    table.add("__EventConsumer", "__IndicationRelated")
        .abstract()
        .property(array(uint8), "CreatorSID")
        .property(string, "MachineName")
        .property(uint32, "MaximumQueueSize", units("bytes"));

    table.add("__FilterToConsumerBinding", "__IndicationRelated")
        .association()
        .property(ref("__EventConsumer"), "Consumer", key())
        .property(ref("__EventFilter"), "Filter", key())
        .property(array(uint8), "CreatorSID")
        .property(boolean, "DeliverSynchronously", false)
        .property(uint32, "DeliveryQoS")
        .property(boolean, "MaintainSecurityContext", false)
        .property(boolean, "SlowDownProviders", false);
}

void add_timer_classes(Table& table) {
    table.add("__EventGenerator", "__IndicationRelated").abstract();

    table.add("__TimerInstruction", "__EventGenerator")
        .abstract()
        .property(boolean, "SkipIfPassed", false)
        .property(string, "TimerId", key());

    table.add("__IntervalTimerInstruction", "__TimerInstruction")
        .property(uint32, "IntervalBetweenEvents", units("milliseconds"));

    table.add("__AbsoluteTimerInstruction", "__TimerInstruction")
        .property(datetime, "EventDateTime");

    table.add("__TimerNextFiring", "__IndicationRelated")
        .property(sint64, "NextEvent64BitTime")
        .property(string, "TimerId", key());
}

}  // namespace openwmi::cim::system_schema
