#pragma once

#include <map>
#include <mutex>
#include <openwmi.hpp>

namespace openwmi::com::runtime {

// The class objects that this process has registered itself. Thread-safe; calls nothing while it is
// locked.
class RegisteredClasses {
  public:
    DWORD add(REFCLSID clsid, DWORD context, com_ptr<IUnknown> factory);
    // The factory that is now to be released, or an empty pointer for a cookie that is not in use.
    com_ptr<IUnknown> remove(DWORD cookie);
    // The latest one whose context shares a bit with the asked one, or an empty pointer.
    com_ptr<IUnknown> find(REFCLSID clsid, DWORD context) const;

  private:
    struct Entry {
        CLSID clsid;
        DWORD context;
        com_ptr<IUnknown> factory;
    };
    mutable std::mutex mutex_;
    std::map<DWORD, Entry> entries_;
    DWORD last_cookie_ = 0;
};

// The one of this process. Never destroyed: threads may still look up classes while the process
// ends.
RegisteredClasses& registered_classes();

}  // namespace openwmi::com::runtime
