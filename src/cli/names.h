#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/service_door.h"

namespace openwmi::cli {

// An object that a person named. Value.
struct Named {
    std::string path;        // as the service takes it
    std::string name_space;  // empty: it stands in the path, or the usual one is meant
};

// What a word on the command line means: the path of an object or class when it looks like one,
// else the Name of a filter or (unless `filters_only`) of a consumer, without case. Fails with
// NotFound, with what may have been meant, or InvalidParameter when there are several.
enum class Find { Filters, FiltersAndConsumers };
Result<Named> find_named(const std::string& word, const std::string& name_space,
                         const std::vector<Subscription>& known, Find what);

bool looks_like_path(std::string_view word);

}  // namespace openwmi::cli
