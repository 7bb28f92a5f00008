#pragma once

#include <filesystem>
#include <string>

#include <objbase.h>

namespace openwmi::com::runtime {

using GetClassObject = HRESULT(STDAPICALLTYPE*)(REFCLSID clsid, REFIID iid, LPVOID* object);

// Loads the library, once, and gives its DllGetClassObject. A library stays until the process ends:
// C++ libraries cannot be unloaded safely. On failure `why` names the library and what the loader
// said.
HRESULT load_library(const std::filesystem::path& library, GetClassObject& entry, std::string& why);

}  // namespace openwmi::com::runtime
