#pragma once

#include <array>
#include <openwmi.hpp>

#include "process/process_facts.h"
#include "process/process_objects.h"

namespace openwmi::process_source {

// Makes WMI events of changes and raises those that somebody wants: a trace event and an intrinsic
// one. Confined to one thread at a time.
class EventRaiser {
  public:
    // Reads the classes; throws openwmi::error when they are not in the namespace.
    EventRaiser(IWbemServices* services, IWbemObjectSink* sink, Machine machine);

    void raise(const ProcessChange& change) noexcept;

  private:
    // One kind of event. Through a restricted sink WMI tells whether anyone listens.
    struct Channel {
        com_ptr<IWbemClassObject> event_class;
        com_ptr<IWbemObjectSink> sink;
        com_ptr<IWbemEventSink> restricted;

        bool is_wanted() const { return !restricted || restricted->IsActive() != WBEM_S_FALSE; }
    };
    static Channel open(IWbemServices* services, IWbemObjectSink* sink, const wchar_t* class_name,
                        const wchar_t* query);
    void raise_trace(const Channel& channel, const ProcessChange& change);
    void raise_operation(const Channel& channel, const ProcessChange& change);
    void indicate(const Channel& channel, IWbemClassObject* event);

    Machine machine_;
    com_ptr<IWbemClassObject> process_class_;
    std::array<Channel, 2> traces_;      // of a start, of a stop
    std::array<Channel, 2> operations_;  // creation, deletion
    HRESULT last_failure_ = S_OK;
};

}  // namespace openwmi::process_source
