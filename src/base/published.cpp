#include "base/published.h"

#include <algorithm>

#include "base/check.h"

namespace openwmi::base {
namespace {

constexpr std::uint64_t not_reading = 0;

std::uint64_t next_cell_id() {
    static std::atomic<std::uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// Shared by the cell and the thread; whichever goes first leaves it to the other.
struct PublishedVersions::Slot {
    std::atomic<std::uint64_t> reading{not_reading};  // the oldest generation the thread reads
    std::atomic<bool> cell_is_gone{false};
};

// Confined to its thread.
struct PublishedVersions::ThreadView {
    std::uint64_t cell = 0;
    std::shared_ptr<Slot> slot;
    PublishedVersions::Version version;
    std::uint64_t generation = not_reading;
    unsigned depth = 0;
};

PublishedVersions::PublishedVersions(Version first)
    : id_(next_cell_id()), current_(std::move(first)) {}

PublishedVersions::~PublishedVersions() {
    for (const auto& slot : slots_) slot->cell_is_gone.store(true, std::memory_order_release);
}

Generation PublishedVersions::publish(Version version) {
    WMI_CHECK(version != nullptr, "there always is a version");
    const std::lock_guard lock(mutex_);
    current_.swap(version);
    return Generation{generation_.fetch_add(1) + 1};
}

PublishedVersions::Version PublishedVersions::latest() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

PublishedVersions::ThreadView& PublishedVersions::view_of_this_thread() {
    thread_local std::vector<std::unique_ptr<ThreadView>> views;
    for (const auto& view : views) {
        if (view->cell == id_) return *view;
    }
    std::erase_if(views, [](const std::unique_ptr<ThreadView>& view) {
        return view->slot->cell_is_gone.load(std::memory_order_acquire);
    });
    auto view = std::make_unique<ThreadView>();
    view->cell = id_;
    view->slot = std::make_shared<Slot>();
    const std::lock_guard lock(mutex_);
    // Slots of threads that have ended are ours alone.
    std::erase_if(slots_, [](const std::shared_ptr<Slot>& slot) { return slot.use_count() == 1; });
    slots_.push_back(view->slot);
    views.push_back(std::move(view));
    return *views.back();
}

void PublishedVersions::refresh(ThreadView& view) {
    Version replaced;  // its end may be long: not under the lock
    const std::lock_guard lock(mutex_);
    replaced = std::exchange(view.version, current_);
    view.generation = generation_.load(std::memory_order_relaxed);
}

// The slot says what is read before it is looked whether that is current: either a publisher that
// comes later sees the slot, or we see its generation (both operations are in the one total order).
void PublishedVersions::begin(ThreadView& view) {
    for (;;) {
        const std::uint64_t generation = generation_.load();
        // An outer reading goes on holding the older generation.
        if (view.depth == 0) view.slot->reading.store(generation);
        if (view.generation != generation) refresh(view);
        if (generation_.load() == generation && view.generation == generation) break;
    }
    ++view.depth;
}

void PublishedVersions::end(ThreadView& view) {
    if (--view.depth > 0) return;
    view.slot->reading.store(not_reading);
    if (waiting_.load() == 0) return;
    const std::lock_guard lock(mutex_);
    reader_left_.notify_all();
}

bool PublishedVersions::has_readers_before(std::uint64_t generation) const {
    return std::ranges::any_of(slots_, [&](const std::shared_ptr<Slot>& slot) {
        const std::uint64_t reading = slot->reading.load();
        return reading != not_reading && reading < generation;
    });
}

bool PublishedVersions::wait_for_readers(Generation generation, Duration timeout) {
    if (view_of_this_thread().depth > 0) return false;
    waiting_.fetch_add(1);
    std::unique_lock lock(mutex_);
    const bool left = reader_left_.wait_for(
        lock, timeout, [&] { return !has_readers_before(static_cast<std::uint64_t>(generation)); });
    lock.unlock();
    waiting_.fetch_sub(1);
    return left;
}

PublishedVersions::Reading::Reading(PublishedVersions& versions)
    : versions_(versions), view_(&versions.view_of_this_thread()) {
    if (view_->depth > 0) displaced_ = view_->version;
    versions_.begin(*view_);
    version_ = view_->version.get();
}

PublishedVersions::Reading::~Reading() {
    if (displaced_ && displaced_ != view_->version) {
        view_->version = std::move(displaced_);
        view_->generation = not_reading;  // older than any
    }
    versions_.end(*view_);
}

}  // namespace openwmi::base
