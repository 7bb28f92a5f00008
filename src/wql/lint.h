#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "cim/schema.h"
#include "wql/bound_query.h"

namespace openwmi::wql {

// Something in a query that is wrong, or is hardly meant so.
struct Remark {
    std::string code;  // "unknown-class", "unknown-property", "never-true", …
    std::string text;
    base::Span span;
    base::Severity severity = base::Severity::Error;  // Warning: it may be meant so
};

// Everything about an event query that its text and the classes of its namespace tell: mistakes
// that keep it from being bound, classes in its condition that do not exist, conditions that never
// hold, comparisons whose wildcards or backslashes are not what they look like, intervals of
// polling below a second. Whether the class is polled at all, only a service knows.
std::vector<Remark> lint_event_query(std::string_view text, const cim::Schema& schema);

// The parts of a condition that cannot be true, whatever the event: comparisons that contradict
// each other, numbers beyond a property's type, classes of which nothing can be both. Only what is
// certain.
std::vector<Remark> find_contradictions(const BoundQuery& query, const cim::Schema& schema);

}  // namespace openwmi::wql
