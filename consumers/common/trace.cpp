#include "common/trace.h"

#include <cstdio>

namespace openwmi::consumers {

void Trace::write(const std::string& text) {
    std::fprintf(stderr, "openwmi: %s: %s\n", library_, text.c_str());
}

void Trace::write_once(const std::string& text) {
    {
        const std::lock_guard lock(mutex_);
        if (written_.size() >= max_remembered || !written_.insert(text).second) return;
    }
    write(text);
}

}  // namespace openwmi::consumers
