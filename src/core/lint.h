#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cim/instance.h"
#include "core/explanation.h"

namespace openwmi::core {

// Something about a stored subscription that is wrong, dangerous or dear. Value.
struct LintFinding {
    std::string subject;  // path of the filter or consumer
    std::string code;     // for programs: "unknown-property", "writable-file", …
    std::string text;
    bool certain = true;  // false: it may be meant so
};

struct LintOptions {
    // Whose files a consumer may run, besides root's: the user of the service.
    std::optional<std::uint32_t> trusted_uid;
};

// Looks at all filters, bindings and consumers of all namespaces: what an explanation says of their
// state, conditions that never hold, polls that are read for more than a twentieth of the time,
// consumers whose doings are events that their own filter takes, and files that they run although
// others can write them.
std::vector<LintFinding> lint(const ServiceState& service, const LintOptions& options);

// What is to be said of a consumer by itself: what it runs, and who can change that.
std::vector<LintFinding> lint_consumer(const std::string& path, const cim::Instance& consumer,
                                       const LintOptions& options);

// Would what the consumer does be an event that the filter takes? In a sentence; empty: no.
// `certain` is set to whether the filter surely takes it.
std::string self_trigger(const cim::Schema& schema, const wql::BoundQuery& query,
                         const cim::Instance& consumer, bool& certain);

}  // namespace openwmi::core
