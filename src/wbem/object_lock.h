#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "base/result.h"

namespace openwmi::wbem {

// What IWbemObjectAccess::Lock holds: threads that share an object agree on it, and the object's
// other methods do not look at it. A thread may lock again what it holds. Thread-safe.
class ObjectLock {
  public:
    void lock() {
        Held& held = this->held();
        held.mutex.lock();
        held.owner = std::this_thread::get_id();
        ++held.depth;
    }
    // Fails with InvalidOperation on a thread that does not hold it.
    Result<> unlock() {
        Held& held = this->held();
        if (held.owner != std::this_thread::get_id()) {
            return fail(Status::InvalidOperation, "this thread has not locked the object");
        }
        if (--held.depth == 0) held.owner = std::thread::id();
        held.mutex.unlock();
        return {};
    }

  private:
    struct Held {
        std::recursive_mutex mutex;
        std::atomic<std::thread::id> owner;
        unsigned depth = 0;  // of the owner only
    };
    // Most objects are never locked.
    Held& held() {
        std::call_once(made_, [&] { held_ = std::make_unique<Held>(); });
        return *held_;
    }

    std::once_flag made_;
    std::unique_ptr<Held> held_;
};

}  // namespace openwmi::wbem
