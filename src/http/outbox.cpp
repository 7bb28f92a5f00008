#include "http/outbox.h"

#include <fmt/core.h>

#include <utility>

namespace openwmi::http {

namespace {
constexpr std::size_t batch_bytes = std::size_t{64} << 10;
}

void Outbox::push(std::string_view line) {
    lines_.emplace_back(line);
    bytes_ += line.size() + 1;
}

void Outbox::push_lost() {
    if (lost_ == 0) return;
    push(fmt::format(R"({{"lost":{}}})", lost_));
    lost_ = 0;
}

bool Outbox::write(std::string_view line, base::Duration patience) {
    std::function<void()> ready;
    {
        std::unique_lock lock(mutex_);
        // A line that is longer than the whole limit goes alone.
        const auto fits = [&] {
            return closed_ || bytes_ == 0 || bytes_ + line.size() + 1 <= limit_;
        };
        if (!room_.wait_for(lock, patience, fits) || closed_ || finished_) return false;
        push(line);
        if (std::exchange(idle_, false)) ready = ready_;
    }
    call(ready);
    return true;
}

void Outbox::offer(std::string_view line) {
    std::function<void()> ready;
    {
        std::lock_guard lock(mutex_);
        if (closed_ || finished_) return;
        if (bytes_ + line.size() + 1 > limit_) {
            ++lost_;
            return;
        }
        push_lost();
        push(line);
        if (std::exchange(idle_, false)) ready = ready_;
    }
    call(ready);
}

void Outbox::finish() {
    std::function<void()> ready;
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(finished_, true)) return;
        if (std::exchange(idle_, false)) ready = ready_;
    }
    call(ready);
}

void Outbox::on_ready(std::function<void()> ready) {
    std::lock_guard lock(mutex_);
    ready_ = std::move(ready);
}

Outbox::Batch Outbox::take() {
    std::lock_guard lock(mutex_);
    Batch batch;
    while (!lines_.empty() && batch.text.size() < batch_bytes) {
        batch.text += lines_.front();
        batch.text += '\n';
        bytes_ -= lines_.front().size() + 1;
        lines_.pop_front();
        if (lines_.empty()) push_lost();
    }
    batch.last = finished_ && lines_.empty();
    idle_ = batch.text.empty() && !batch.last;
    room_.notify_all();
    return batch;
}

void Outbox::close() {
    std::function<void()> closed;
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(closed_, true)) return;
        lines_.clear();
        bytes_ = 0;
        ready_ = nullptr;
        closed = std::exchange(on_close_, nullptr);
        room_.notify_all();
    }
    call(closed);
}

void Outbox::on_close(std::function<void()> closed) {
    {
        std::lock_guard lock(mutex_);
        if (!closed_) {
            on_close_ = std::move(closed);
            return;
        }
    }
    call(closed);
}

bool Outbox::is_closed() const {
    std::lock_guard lock(mutex_);
    return closed_;
}

}  // namespace openwmi::http
