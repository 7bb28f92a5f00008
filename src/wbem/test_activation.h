#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "com/apartment.h"
#include "wbem/classes.h"

namespace openwmi::wbem::testing {

// A process in which this room's classes can be created, as a program creates them.
class ActivationTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto registered = register_classes();
        ASSERT_TRUE(registered) << registered.error().message;
        classes_ = *std::move(registered);
    }

    template <class I>
    static com::Ptr<I> create(REFCLSID clsid) {
        com::Ptr<I> object;
        EXPECT_EQ(
            CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER, __uuidof(I), object.put_void()),
            S_OK);
        return object;
    }

  private:
    com::Apartment apartment_;
    std::vector<com::ClassRegistration> classes_;
};

}  // namespace openwmi::wbem::testing
