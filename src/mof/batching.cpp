#include "mof/batching.h"

#include <utility>

namespace openwmi::mof {

Result<> Batching::begin() {
    if (options_.batch < 2) return {};
    if (!open_) {
        WMI_TRY(target_.begin_batch());
        open_ = true;
        size_ = 0;
        before_ = {report_.classes, report_.instances, report_.stored.size()};
    }
    ++size_;
    return {};
}

Result<> Batching::commit() {
    if (!std::exchange(open_, false)) return {};
    const Result<> committed = target_.commit_batch();
    if (committed) return {};
    const std::size_t lost = report_.stored.size() - before_.stored;
    report_.classes = before_.classes;
    report_.instances = before_.instances;
    report_.stored.resize(before_.stored);
    return fail(committed.error().status, "the last {} objects could not be stored: {}", lost,
                committed.error().message);
}

Result<> Batching::done() {
    ++done_;
    if (open_ && size_ < options_.batch) return {};
    const bool was_open = open_;
    WMI_TRY(commit());
    // What stands alone is told of as seldom as what is batched.
    if (was_open || done_ - told_ >= options_.batch) tell();
    return {};
}

Result<> Batching::finish() {
    const Result<> committed = commit();
    if (done_ != told_) tell();
    return committed;
}

void Batching::tell() {
    told_ = done_;
    if (options_.progress) options_.progress({done_, total_});
}

}  // namespace openwmi::mof
