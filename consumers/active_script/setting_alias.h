#pragma once

#include <openwmi.hpp>

namespace openwmi::consumers {

// The provider of ScriptingStandardConsumerSetting in root\cimv2: gives the instance of
// root\subscription, if there is one, and lets nobody write (OD-071).
class_entry setting_alias();

}  // namespace openwmi::consumers
