#pragma once

#include <functional>

#include "base/result.h"
#include "com/ptr.h"

namespace openwmi::com {

// Makes one object of a class; called on any thread.
using Create = std::function<base::Result<Ptr<IUnknown>>()>;

// The class object of a class whose objects `create` makes.
Ptr<IClassFactory> class_object(Create create);

// A class that this process offers as long as the registration lives. Confined to its owner.
class ClassRegistration {
  public:
    static base::Result<ClassRegistration> open(REFCLSID clsid, const Ptr<IClassFactory>& factory);

    ClassRegistration(ClassRegistration&& other) noexcept
        : cookie_(std::exchange(other.cookie_, 0)) {}
    ClassRegistration& operator=(ClassRegistration&& other) noexcept {
        std::swap(cookie_, other.cookie_);
        return *this;
    }
    ~ClassRegistration();

  private:
    explicit ClassRegistration(DWORD cookie) : cookie_(cookie) {}

    DWORD cookie_;
};

}  // namespace openwmi::com
