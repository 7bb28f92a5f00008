#include "com/runtime/library.h"

#include <dlfcn.h>

#include <map>
#include <mutex>
#include <system_error>

namespace openwmi::com::runtime {
namespace {

// The entry points found so far, by path. Thread-safe.
class Libraries {
  public:
    GetClassObject find(const std::string& path) const {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(path);
        return found == entries_.end() ? nullptr : found->second;
    }
    void add(const std::string& path, GetClassObject entry) {
        const std::lock_guard lock(mutex_);
        entries_.emplace(path, entry);
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, GetClassObject> entries_;
};

Libraries& libraries() {
    static auto& all = *new Libraries;
    return all;
}

std::string loader_message() {
    const char* message = dlerror();
    return message ? message : "the loader gave no reason";
}

}  // namespace

HRESULT load_library(const std::filesystem::path& library, GetClassObject& entry,
                     std::string& why) {
    const std::string path = library.string();
    entry = libraries().find(path);
    if (entry) return S_OK;

    std::error_code ignored;  // what cannot be looked at is not there
    const bool exists = std::filesystem::exists(library, ignored);
    // Not under a lock of ours: the library's constructors run here and may create objects
    // themselves.
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        why = "the library cannot be loaded: " + loader_message();
        return exists ? CO_E_ERRORINDLL : CO_E_DLLNOTFOUND;
    }
    entry = reinterpret_cast<GetClassObject>(dlsym(handle, "DllGetClassObject"));
    if (!entry) {
        why = "the library " + path + " does not export DllGetClassObject: " + loader_message();
        return CO_E_ERRORINDLL;
    }
    libraries().add(path, entry);
    return S_OK;
}

}  // namespace openwmi::com::runtime
