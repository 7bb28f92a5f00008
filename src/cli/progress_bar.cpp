#include "cli/progress_bar.h"

#include <algorithm>

#include "cli/text.h"

namespace openwmi::cli {

void ProgressBar::show(std::size_t done, std::size_t total) {
    if (!terminal_.interactive() || total == 0) return;
    done = std::min(done, total);
    const std::string numbers = fmt::format(" {} of {}", done, total);
    constexpr std::size_t widest = 40;
    constexpr std::size_t brackets = 2;
    const std::size_t room =
        terminal_.width() == 0 ? widest + numbers.size() : terminal_.width() - 1;
    if (room < numbers.size() + brackets + 1) return;
    const std::size_t cells = std::min(widest, room - numbers.size() - brackets);
    const std::size_t full = cells * done / total;
    terminal_.out("\r[" + terminal_.paint(Style::Good, std::string(full, '#')) +
                  std::string(cells - full, '.') + "]" + numbers);
    drawn_ = brackets + cells + numbers.size();
}

// Without escapes: it is drawn over with blanks.
void ProgressBar::clear() {
    if (drawn_ == 0) return;
    terminal_.out("\r" + std::string(drawn_, ' ') + "\r");
    drawn_ = 0;
}

}  // namespace openwmi::cli
