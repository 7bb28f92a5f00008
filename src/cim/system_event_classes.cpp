#include "cim/system_schema.h"

// What can happen: section 2.5 of the specification, and the timer event of 2.4.

namespace openwmi::cim::system_schema {
namespace {

void add_operation_events(Table& table) {
    table.add("__InstanceOperationEvent", "__Event").property(object(), "TargetInstance");
    table.add("__InstanceCreationEvent", "__InstanceOperationEvent");
    table.add("__InstanceModificationEvent", "__InstanceOperationEvent")
        .property(object(), "PreviousInstance");
    table.add("__InstanceDeletionEvent", "__InstanceOperationEvent");
    table.add("__MethodInvocationEvent", "__InstanceOperationEvent")
        .property(string, "Method")
        .property(object("__PARAMETERS"), "Parameters")
        .property(boolean, "PreCall");

    table.add("__ClassOperationEvent", "__Event").property(object(), "TargetClass");
    table.add("__ClassCreationEvent", "__ClassOperationEvent");
    table.add("__ClassModificationEvent", "__ClassOperationEvent")
        .property(object(), "PreviousClass");
    table.add("__ClassDeletionEvent", "__ClassOperationEvent");

    table.add("__NamespaceOperationEvent", "__Event")
        .property(object("__Namespace"), "TargetNamespace");
    table.add("__NamespaceCreationEvent", "__NamespaceOperationEvent");
    table.add("__NamespaceModificationEvent", "__NamespaceOperationEvent")
        .property(object("__Namespace"), "PreviousNamespace");
    table.add("__NamespaceDeletionEvent", "__NamespaceOperationEvent");
}

// What the event subsystem itself reports.
void add_failure_events(Table& table) {
    table.add("__SystemEvent", "__ExtrinsicEvent");

    table.add("__EventDroppedEvent", "__SystemEvent")
        .property(object("__Event"), "Event")
        .property(ref("__EventConsumer"), "IntendedConsumer");

    table.add("__EventQueueOverflowEvent", "__EventDroppedEvent")
        .property(uint32, "CurrentQueueSize", units("bytes"));

    table.add("__ConsumerFailureEvent", "__EventDroppedEvent")
        .property(uint32, "ErrorCode")
        .property(string, "ErrorDescription")
        .property(object(), "ErrorObject");

    table.add("__QOSFailureEvent", "__EventDroppedEvent")
        .property(uint32, "ErrorCode")
        .property(string, "ErrorDescription");
}

}  // namespace

void add_event_classes(Table& table) {
    table.add("__Event", "__IndicationRelated")
        .abstract()
        .property(array(uint8), "SECURITY_DESCRIPTOR")
        .property(uint64, "TIME_CREATED");

    // Abstract although its documented MOF does not say so (OD-014).
    table.add("__ExtrinsicEvent", "__Event").abstract();

    add_operation_events(table);
    add_failure_events(table);

    table.add("__TimerEvent", "__Event").property(uint32, "NumFirings").property(string, "TimerId");

    // No __Event: it has neither a descriptor nor a time (SYS-068).
    table.add("__AggregateEvent", "__IndicationRelated")
        .property(uint32, "NumberOfEvents")
        .property(object(), "Representative");
}

}  // namespace openwmi::cim::system_schema
