#include "eventing/history.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/fold.h"

namespace openwmi::eventing {

std::string_view to_text(HistoryEntry::Outcome outcome) {
    switch (outcome) {
        case HistoryEntry::Outcome::Delivered: return "delivered";
        case HistoryEntry::Outcome::Observed: return "observed";
        case HistoryEntry::Outcome::Failed: return "failed";
        case HistoryEntry::Outcome::Dropped: return "dropped";
        case HistoryEntry::Outcome::WillRetry: return "will_retry";
        case HistoryEntry::Outcome::DeadLettered: return "dead_lettered";
    }
    return "unknown";
}

void History::add(HistoryEntry entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    if (entries_.size() > most_) entries_.pop_front();
}

std::vector<HistoryEntry> History::find(std::string_view text, std::size_t limit) const {
    const auto wanted = base::fold(text);
    const auto contains = [&](const std::string& path) {
        return base::fold(path).find(wanted) != std::string::npos;
    };
    std::vector<HistoryEntry> found;
    const std::lock_guard lock(mutex_);
    for (const auto& entry : std::views::reverse(entries_)) {
        if (found.size() == limit) break;
        const bool fits = wanted.empty() || contains(entry.binding) || contains(entry.filter) ||
                          contains(entry.consumer);
        if (fits) found.push_back(entry);
    }
    std::ranges::reverse(found);
    return found;
}

}  // namespace openwmi::eventing
