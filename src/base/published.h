#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace openwmi::base {

// The latest version of an immutable value, read by many threads on hot paths and replaced by few.
// A thread keeps the version it saw last, so that reading costs two atomic counts and no lock as
// long as nothing new was published. A writer can wait until nobody reads an older version any
// more. What a version holds may live on in the cache of an idle thread, so it must be plain
// memory: nothing whose destructor calls out. Thread-safe.
template <class T>
class Published {
    struct Version {
        std::shared_ptr<const T> value;
        std::uint64_t generation = 0;
        std::atomic<std::uint32_t> readers{0};
    };

  public:
    explicit Published(std::shared_ptr<const T> first) : id_(next_id()) {
        current_ = std::make_shared<Version>();
        current_->value = std::move(first);
        current_->generation = 1;
    }
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;

    // Keeps one version from being waited past. Short-lived; confined to its thread.
    class Reader {
      public:
        Reader(Reader&& other) noexcept
            : cell_(other.cell_), version_(std::exchange(other.version_, nullptr)) {}
        Reader& operator=(Reader&&) = delete;
        ~Reader() {
            if (version_) cell_->leave(*version_);
        }
        const T& operator*() const { return *version_->value; }
        const T* operator->() const { return version_->value.get(); }

      private:
        friend class Published;
        Reader(const Published* cell, std::shared_ptr<Version> version)
            : cell_(cell), version_(std::move(version)) {}
        const Published* cell_;
        std::shared_ptr<Version> version_;
    };

    Reader read() const {
        for (;;) {
            auto& cached = cache();
            if (!cached || cached->generation != generation_.load(std::memory_order_acquire)) {
                std::lock_guard lock(mutex_);
                cached = current_;
            }
            // Enter, then look again: a writer that replaced this version in between will not see
            // us.
            cached->readers.fetch_add(1, std::memory_order_seq_cst);
            if (cached->generation == generation_.load(std::memory_order_seq_cst)) {
                return Reader(this, cached);
            }
            leave(*cached);
        }
    }

    std::shared_ptr<const T> latest() const {
        std::lock_guard lock(mutex_);
        return current_->value;
    }

    // Writers take turns among themselves.
    void publish(std::shared_ptr<const T> value) {
        auto next = std::make_shared<Version>();
        next->value = std::move(value);
        std::lock_guard lock(mutex_);
        next->generation = current_->generation + 1;
        stale_.push_back(std::exchange(current_, std::move(next)));
        generation_.store(current_->generation, std::memory_order_seq_cst);
    }

    // True when no reader of a version older than the current one is left; false when one still is
    // after `timeout`. Not to be called while this thread holds a Reader.
    bool wait_for_readers(Duration timeout) {
        std::unique_lock lock(mutex_);
        auto quiet = [this] {
            std::erase_if(stale_, [](const std::shared_ptr<Version>& version) {
                return version->readers.load(std::memory_order_seq_cst) == 0;
            });
            return stale_.empty();
        };
        return left_.wait_for(lock, timeout, quiet);
    }

  private:
    void leave(Version& version) const {
        if (version.readers.fetch_sub(1, std::memory_order_seq_cst) == 1 &&
            version.generation != generation_.load(std::memory_order_seq_cst)) {
            std::lock_guard lock(mutex_);
            left_.notify_all();
        }
    }

    static std::uint64_t next_id() {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    // The version that this thread saw last. Few cells exist, so a short list does.
    std::shared_ptr<Version>& cache() const {
        struct Entry {
            std::uint64_t id;
            std::shared_ptr<Version> version;
        };
        thread_local std::vector<Entry> entries;
        for (auto& entry : entries) {
            if (entry.id == id_) return entry.version;
        }
        if (entries.size() == 8) entries.erase(entries.begin());
        entries.push_back({id_, nullptr});
        return entries.back().version;
    }

    const std::uint64_t id_;
    mutable std::mutex mutex_;
    mutable std::condition_variable left_;
    std::shared_ptr<Version> current_;
    std::vector<std::shared_ptr<Version>> stale_;
    std::atomic<std::uint64_t> generation_{1};
};

}  // namespace openwmi::base
