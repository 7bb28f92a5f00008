#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "core/session.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::core {

// What applying did to one object, or would do.
struct AppliedChange {
    enum class What { Created, Changed, Deleted };
    What what = What::Created;
    std::string path;                // absolute, without server: root\cimv2:Sensor.Id="a"
    std::vector<std::string> lines;  // of its MOF: "-" those that go, "+" those that come
};

struct ApplyOptions {
    std::string source;    // names who applies, always the same for one set of files
    bool dry_run = false;  // only says what would be done
    bool prune = false;    // deletes what an earlier apply of this source created and this has not
};

struct Applied {
    std::vector<AppliedChange> changes;
    std::size_t unchanged = 0;
    std::optional<mof::Report> failed;  // of the file that ended it; what was done before stays
    std::string failed_file;
    bool ok() const { return !failed.has_value(); }
};

// Makes the service hold what the documents say: stores what is missing or different, leaves alone
// what is equal, so that a second time nothing is stored and no event raised. What it creates is
// remembered in root\openwmi. `session` is in root. The thread may wait. Fails, with nothing done:
// InvalidParameter (a document has mistakes).
Result<Applied> apply(std::span<const mof::Document> documents,
                      const std::shared_ptr<Session>& session, base::Executor& executor,
                      const ApplyOptions& options);

}  // namespace openwmi::core
