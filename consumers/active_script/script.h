#pragma once

#include <openwmi_script_engine.h>

#include <cstddef>
#include <openwmi.hpp>
#include <string>

namespace openwmi::consumers {

// What an ActiveScriptEventConsumer is to run. Value.
struct Script {
    static constexpr std::size_t max_bytes = std::size_t{1} << 20;

    std::string engine;  // its name
    std::string text;    // UTF-8
    DWORD milliseconds;  // 0: no limit
};

// Throws openwmi::error unless exactly one of ScriptText and ScriptFileName is there. A file is
// named by an absolute path and is read for each delivery.
Script script_of(IWbemClassObject* consumer);

// The class of the engine of that name, from the instances of OpenWMI_ScriptEngine in that
// namespace. Throws openwmi::error, with the names that are known, when there is none.
CLSID find_engine(IWbemServices* services, const std::string& name);

// Runs the script with an engine object of its own; throws openwmi::error when it fails.
void run(const Script& script, const CLSID& engine, IWbemClassObject* event);

}  // namespace openwmi::consumers
