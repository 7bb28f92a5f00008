#include "process/process_watch.h"

#include <cstdio>
#include <openwmi.hpp>

namespace openwmi::process_source {

ProcessWatch::ProcessWatch(ProcFolder proc, Open open, Deliver deliver)
    : proc_(std::move(proc)), open_(std::move(open)), deliver_(std::move(deliver)) {}

ProcessWatch::~ProcessWatch() {
    stop();
}

bool ProcessWatch::is_running() const {
    const std::lock_guard lock(lifetime_);
    return events_ != nullptr;
}

void ProcessWatch::start() {
    const std::lock_guard lock(lifetime_);
    if (events_) return;
    stopping_ = false;
    events_ = open_();
    try {
        tracker_ =
            std::make_unique<Tracker>(proc_, Tracker::Clocks::of_system(),
                                      [this](ProcessChange&& change) { push(std::move(change)); });
        tracker_->learn_running();
        reader_ = std::thread(&ProcessWatch::read, this);
        raiser_ = std::thread(&ProcessWatch::raise, this);
        raiser_id_ = raiser_.get_id();
    } catch (...) {
        end();
        throw;
    }
}

void ProcessWatch::stop() {
    if (std::this_thread::get_id() == raiser_id_.load()) return;
    const std::lock_guard lock(lifetime_);
    if (events_) end();
}

// Needs lifetime_.
void ProcessWatch::end() {
    {
        const std::lock_guard waiting(mutex_);
        stopping_ = true;
        waiting_.clear();
    }
    changed_.notify_all();
    events_->interrupt();
    if (reader_.joinable()) reader_.join();
    if (raiser_.joinable()) raiser_.join();
    raiser_id_ = std::thread::id();
    tracker_.reset();
    events_.reset();
}

void ProcessWatch::read() {
    std::uint64_t gaps = 0;
    while (const auto event = events_->next()) {
        tracker_->handle(*event);
        if (tracker_->gaps() == gaps) continue;
        gaps = tracker_->gaps();
        std::fprintf(stderr,
                     "openwmi: process: gap %llu: the kernel dropped process events; what /proc "
                     "still shows is reported with Synthetic=TRUE\n",
                     static_cast<unsigned long long>(gaps));
    }
}

void ProcessWatch::push(ProcessChange&& change) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopping_ || waiting_.size() < max_waiting; });
    if (stopping_) return;
    waiting_.push_back(std::move(change));
    lock.unlock();
    changed_.notify_all();
}

void ProcessWatch::raise() {
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (stopping_) break;
        const ProcessChange change = std::move(waiting_.front());
        const bool was_full = waiting_.size() == max_waiting;
        waiting_.pop_front();
        lock.unlock();
        if (was_full) changed_.notify_all();
        deliver_(change);
        lock.lock();
    }
    lock.unlock();
    CoUninitialize();
}

}  // namespace openwmi::process_source
