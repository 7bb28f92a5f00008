#include "cli/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/fold.h"
#include "base/similar.h"
#include "cim/namespace_path.h"

namespace openwmi::cli {

namespace {

bool in_namespace(const std::string& path, const std::string& name_space) {
    if (name_space.empty()) return true;
    const auto wanted = cim::NamespacePath::parse(name_space);
    const auto colon = path.find(':');
    const auto own = cim::NamespacePath::parse(path.substr(0, colon));
    return wanted && own && *wanted == *own;
}

// Path -> name, of everything that a word may mean.
std::set<std::pair<std::string, std::string>> candidates(const std::vector<Subscription>& known,
                                                         const std::string& name_space, Find what) {
    std::set<std::pair<std::string, std::string>> all;
    for (const auto& each : known) {
        if (!each.filter.empty() && in_namespace(each.filter, name_space)) {
            all.emplace(each.filter, each.filter_name);
        }
        if (what == Find::Filters || each.consumer.empty() ||
            !in_namespace(each.consumer, name_space)) {
            continue;
        }
        all.emplace(each.consumer, each.consumer_name);
        all.emplace(each.consumer, name_in(each.consumer));
    }
    return all;
}

}  // namespace

bool looks_like_path(std::string_view word) {
    return word.find_first_of(":=@\\") != std::string_view::npos || word.starts_with("__");
}

Result<Named> find_named(const std::string& word, const std::string& name_space,
                         const std::vector<Subscription>& known, Find what) {
    const auto all = candidates(known, name_space, what);
    std::set<std::string> found;
    std::vector<std::string> names;
    for (const auto& [path, name] : all) {
        if (base::fold_equal(name, word) || base::fold_equal(path, word)) found.insert(path);
        names.push_back(name);
    }
    if (found.size() == 1) return Named{*found.begin(), {}};
    if (found.size() > 1) {
        return fail(Status::InvalidParameter, "'{}' is the name of several: {}", word,
                    fmt::join(found, ", "));
    }
    if (looks_like_path(word)) return Named{word, name_space};
    const auto meant = base::similar(word, names);
    const auto what_text = what == Find::Filters ? "filter" : "filter or consumer";
    if (meant.empty()) {
        return fail(Status::NotFound, "there is no {} called '{}'", what_text, word);
    }
    return fail(Status::NotFound, "there is no {} called '{}'; did you mean {}?", what_text, word,
                fmt::join(meant, " or "));
}

}  // namespace openwmi::cli
