#include "wql/reference.h"

#include "base/fold.h"

namespace openwmi::wql {
namespace {

// How long "\\server\namespace:" is in front of a path; 0: there is none. A colon in a key's value
// comes after the first quote or equals sign.
std::size_t prefix_length(std::string_view path) {
    const std::size_t stop = path.find_first_of(":\"'=");
    return stop != std::string_view::npos && path[stop] == ':' ? stop + 1 : 0;
}

}  // namespace

bool same_reference(std::string_view a, std::string_view b) {
    const std::size_t prefix_a = prefix_length(a);
    const std::size_t prefix_b = prefix_length(b);
    if ((prefix_a == 0) != (prefix_b == 0)) {
        a.remove_prefix(prefix_a);
        b.remove_prefix(prefix_b);
    }
    return base::fold_equal(a, b);
}

}  // namespace openwmi::wql
