#include "match/naive.h"

#include <algorithm>

#include "wql/evaluator.h"

namespace openwmi::match {

void NaiveMatcher::match(const cim::NamespacePath& ns, const cim::Instance& event,
                         std::vector<FilterId>& out) const {
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    for (const auto& filter : filters_) {
        if (filter.name_space != ns) continue;
        if (wql::evaluate(*filter.query, event) == wql::Truth::True) out.push_back(filter.id);
    }
    std::sort(out.begin() + begin, out.end());
}

}  // namespace openwmi::match
