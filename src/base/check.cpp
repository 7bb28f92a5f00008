#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace openwmi::base::detail {

void check_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: broken assumption: %s\n", file, line, what);
    std::abort();
}

}  // namespace openwmi::base::detail
