#pragma once

#include <cstddef>

#include "cli/terminal.h"

namespace openwmi::cli {

// How far something has come, on one line that is drawn over and cleared at the end; nothing where
// nobody looks. Confined to one thread.
class ProgressBar {
  public:
    explicit ProgressBar(const Terminal& terminal) : terminal_(terminal) {}
    ~ProgressBar() { clear(); }
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(std::size_t done, std::size_t total);
    void clear();

  private:
    const Terminal& terminal_;
    std::size_t drawn_ = 0;  // columns
};

}  // namespace openwmi::cli
