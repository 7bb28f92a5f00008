#include "base/status.h"

#include <algorithm>
#include <array>

namespace openwmi::base {
namespace {

struct Row {
    std::uint32_t number;
    std::string_view symbol;
    std::string_view text;
};

constexpr auto rows = std::to_array<Row>({
#define WMI_STATUS(name, number, symbol, text) Row{number, symbol, text},
#include "base/status.inc"
#undef WMI_STATUS
});
static_assert(std::ranges::is_sorted(rows, {}, &Row::number));

const Row* find_row(Status status) {
    const auto number = static_cast<std::uint32_t>(status);
    const auto* row = std::ranges::lower_bound(rows, number, {}, &Row::number);
    return row != rows.end() && row->number == number ? row : nullptr;
}

}  // namespace

std::string_view symbol(Status status) {
    const Row* row = find_row(status);
    return row ? row->symbol : std::string_view();
}

std::string_view text(Status status) {
    const Row* row = find_row(status);
    return row ? row->text : std::string_view();
}

}  // namespace openwmi::base
