#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace openwmi::http {

// Lines on their way to one client, bounded in bytes because clients may be slow. Who produces
// lines on demand waits for room; who tells what happens anyway does not: then what did not fit is
// counted, and the client is told {"lost":n} at that place. Thread-safe.
class Outbox {
  public:
    explicit Outbox(std::size_t limit_bytes = std::size_t{1} << 20) : limit_(limit_bytes) {}

    // Adds a line (without its end), waiting for room at most this long. False: the client is gone
    // or too slow, and wants no more.
    bool write(std::string_view line, base::Duration patience = std::chrono::seconds(30));
    // Adds a line when there is room, else counts it as lost.
    void offer(std::string_view line);
    // No more lines will come.
    void finish();

    // For the side that sends. `ready` is called, without locks, whenever there is something to
    // take after there was nothing; once, before anything is written.
    void on_ready(std::function<void()> ready);
    struct Batch {
        std::string text;  // whole lines with their ends; empty: nothing now
        bool last = false;
    };
    Batch take();

    // The client is gone, or has got everything. Runs what on_close holds, so it may block.
    void close();
    // Called once, without locks; at once when it is closed already.
    void on_close(std::function<void()> closed);
    bool is_closed() const;

  private:
    void push(std::string_view line);
    void push_lost();
    static void call(const std::function<void()>& function) {
        if (function) function();
    }

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable room_;
    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;
    std::uint64_t lost_ = 0;
    bool finished_ = false;
    bool closed_ = false;
    bool idle_ = true;  // the sender found nothing and waits for `ready`
    std::function<void()> ready_;
    std::function<void()> on_close_;
};

}  // namespace openwmi::http
