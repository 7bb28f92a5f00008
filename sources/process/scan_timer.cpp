#include <chrono>
#include <condition_variable>
#include <mutex>

#include "process/connector.h"

namespace openwmi::process_source {
namespace {

// Thread-safe.
class ScanTimer final : public ProcessEvents {
  public:
    explicit ScanTimer(int interval_milliseconds) : interval_(interval_milliseconds) {}

    std::optional<KernelEvent> next() override {
        std::unique_lock lock(mutex_);
        if (interrupted_.wait_for(lock, interval_, [&] { return stopped_; })) return std::nullopt;
        return KernelEvent{};
    }
    void interrupt() override {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        interrupted_.notify_all();
    }

  private:
    const std::chrono::milliseconds interval_;
    std::mutex mutex_;
    std::condition_variable interrupted_;
    bool stopped_ = false;
};

}  // namespace

std::unique_ptr<ProcessEvents> make_scan_timer(int interval_milliseconds) {
    return std::make_unique<ScanTimer>(interval_milliseconds);
}

}  // namespace openwmi::process_source
