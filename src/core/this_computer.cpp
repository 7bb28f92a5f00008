#include "core/this_computer.h"

#include <unistd.h>

#include <array>

#include "base/fold.h"

namespace openwmi::core {

bool is_this_computer(std::string_view server) {
    if (server.empty() || server == ".") return true;
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return base::fold_equal(server, name.data()) || base::fold_equal(server, "localhost");
}

}  // namespace openwmi::core
