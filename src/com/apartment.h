#pragma once

#include <objbase.h>

namespace openwmi::com {

// Keeps the calling thread in the multithreaded apartment, unless it has chosen the other one
// itself. While any thread is in it, all threads that said nothing are so too.
class Apartment {
  public:
    Apartment() : entered_(SUCCEEDED(CoInitializeEx(nullptr, COINIT_MULTITHREADED))) {}
    ~Apartment() {
        if (entered_) CoUninitialize();
    }
    Apartment(const Apartment&) = delete;
    Apartment& operator=(const Apartment&) = delete;

  private:
    bool entered_;
};

}  // namespace openwmi::com
