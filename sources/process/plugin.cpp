#include "process/provider.h"

OPENWMI_EXPORT_CLASSES(
    openwmi::class_of<openwmi::process_source::ProcessProvider>(CLSID_LinuxProcesses))
