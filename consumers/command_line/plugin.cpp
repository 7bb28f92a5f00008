#include <openwmi.hpp>

#include "command_line/child_processes.h"
#include "command_line/command.h"
#include "common/consumer_provider.h"
#include "common/creator.h"

// {3FD7058F-B730-42CB-B2F1-AC703BD5E314}
DEFINE_GUID(CLSID_CommandLineConsumer, 0x3FD7058F, 0xB730, 0x42CB, 0xB2, 0xF1, 0xAC, 0x70, 0x3B,
            0xD5, 0xE3, 0x14);

namespace {

using namespace openwmi;

// Starts a program for each event. An event is handled when its program has started: nobody waits
// for its end (KillTimeout bounds that). Thread-safe.
class CommandLineConsumer final : public consumers::ConsumerProvider {
  public:
    CommandLineConsumer() : ConsumerProvider(L"CommandLineEventConsumer", "command_line") {}

  private:
    void consume(IWbemClassObject* consumer, IWbemClassObject* const* events,
                 std::size_t count) override {
        check_creator(consumer);
        trace_unused(consumer);
        for (std::size_t i = 0; i < count; ++i) {
            children_.start(command_for(consumer, events[i]));
        }
    }

    std::string preview(IWbemClassObject* consumer, IWbemClassObject* event) override {
        check_creator(consumer);
        const auto command = command_for(consumer, event);
        children_.check(command);
        return consumers::describe(command);
    }

    static void check_creator(IWbemClassObject* consumer) {
        if (consumers::Creator::of(consumer).is_administrator()) return;
        throw error(WBEM_E_ACCESS_DENIED,
                    "only an administrator's CommandLineEventConsumer may start programs");
    }

    consumers::Command command_for(IWbemClassObject* consumer, IWbemClassObject* event) {
        auto outcome = consumers::command_for(consumer, event);
        for (const std::string& name : outcome.missing) {
            trace().write_once("CommandLineTemplate of " + name_of(consumer) + " uses %" + name +
                               "%, which the event does not have");
        }
        return std::move(outcome.command);
    }

    // CON-042, and RunInteractively, which never gives an interactive program (CON-062).
    void trace_unused(IWbemClassObject* consumer) {
        for (const wchar_t* name : {L"CreateNewConsole", L"RunInteractively"}) {
            if (get_property<bool>(consumer, name).value_or(false)) {
                trace().write_once(to_utf8(name) + " of " + name_of(consumer) + " is ignored");
            }
        }
        if (get_property<std::string>(consumer, L"DesktopName")) {
            trace().write_once("DesktopName of " + name_of(consumer) + " is ignored");
        }
    }

    consumers::ChildProcesses children_{trace()};
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<CommandLineConsumer>(CLSID_CommandLineConsumer))
