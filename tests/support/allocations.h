#pragma once

#include <cstddef>

namespace openwmi::support {

// How often this test program has asked for memory by operator new so far, on all threads. Budgets
// are counts: take it before and after.
std::size_t allocations();

}  // namespace openwmi::support
