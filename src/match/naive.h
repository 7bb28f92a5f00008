#pragma once

#include <vector>

#include "cim/instance.h"
#include "match/filter.h"

namespace openwmi::match {

// Every filter, every event: slow and obviously right. The oracle that the index is tested against
// (decision 7), and what explanations use. Immutable.
class NaiveMatcher {
  public:
    explicit NaiveMatcher(std::vector<Filter> filters) : filters_(std::move(filters)) {}

    // Adds the filters that the event passes, by rising id.
    void match(const cim::NamespacePath& ns, const cim::Instance& event,
               std::vector<FilterId>& out) const;

  private:
    std::vector<Filter> filters_;
};

}  // namespace openwmi::match
