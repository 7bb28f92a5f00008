#pragma once

#include "base/result.h"

namespace openwmi::cli {

// What every verb but mofcomp ends with (mofcomp's are MOF-073's).
enum ExitCode : int {
    ok = 0,
    failed = 1,
    usage = 2,
    not_found = 3,
    problems_found = 4,
    access_denied = 5,
    unreachable = 6,
};

inline ExitCode exit_code(Status status) {
    switch (status) {
        case Status::NotFound:
        case Status::InvalidNamespace: return not_found;
        case Status::AccessDenied: return access_denied;
        case Status::TransportFailure: return unreachable;
        default: return failed;
    }
}

}  // namespace openwmi::cli
