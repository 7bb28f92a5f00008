#pragma once

#include <functional>

namespace openwmi::core {

// Runs steps one after the other, each of which may end at once or later and on another thread,
// without growing the stack. `step` starts one and calls what it is given exactly once when that
// ended; false: there is none left, and it called nothing.
using Step = std::function<bool(std::function<void()> ended)>;
void run_steps(Step step);

}  // namespace openwmi::core
