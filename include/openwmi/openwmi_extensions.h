#pragma once

// What OpenWMI adds to the interfaces of Windows, for C++ and C programs alike.

// Formats of IWbemObjectTextSrc beside WMI_OBJ_TEXT_CIM_DTD_2_0 and WMI_OBJ_TEXT_WMI_DTD_2_0:
// JSON as the tools and the HTTP door write it, and MOF. Neither says the types of an instance's
// properties, so CreateFromText takes the instance's class from the context: any of its values that
// is a class object (and the classes above it) is known while the text is read; so are the system
// classes, and in MOF the classes of the text itself.
enum OPENWMI_OBJ_TEXT { OPENWMI_OBJ_TEXT_JSON = 0x10001, OPENWMI_OBJ_TEXT_MOF = 0x10002 };
