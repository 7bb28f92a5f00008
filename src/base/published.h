#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace openwmi::base {

// Counts the versions that were published.
enum class Generation : std::uint64_t {};

// What Published does without knowing the type. Thread-safe; outlives all readings.
class PublishedVersions {
  public:
    using Version = std::shared_ptr<const void>;

    explicit PublishedVersions(Version first);
    ~PublishedVersions();
    PublishedVersions(const PublishedVersions&) = delete;
    PublishedVersions& operator=(const PublishedVersions&) = delete;

    Generation publish(Version version);
    Version latest() const;
    bool wait_for_readers(Generation generation, Duration timeout);

  private:
    struct Slot;        // what the cell knows of a reading thread
    struct ThreadView;  // what a reading thread knows of the cell

  public:
    class Reading {
      public:
        explicit Reading(PublishedVersions& versions);
        ~Reading();
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

        const void* version() const { return version_; }

      private:
        PublishedVersions& versions_;
        ThreadView* view_;
        const void* version_ = nullptr;
        Version displaced_;  // what an outer reading of this thread still uses
    };

  private:
    ThreadView& view_of_this_thread();
    void refresh(ThreadView& view);
    void begin(ThreadView& view);
    void end(ThreadView& view);
    bool has_readers_before(std::uint64_t generation) const;

    const std::uint64_t id_;  // tells cells apart for ever, where addresses come again
    std::atomic<std::uint64_t> generation_{1};
    std::atomic<unsigned> waiting_{0};
    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable reader_left_;
    Version current_;
    std::vector<std::shared_ptr<Slot>> slots_;
};

// The latest version of an immutable value, read by many threads on hot paths and replaced by few.
// Reading costs a few atomic operations on memory of the thread's own and no lock while nothing new
// was published: each thread keeps the version that it saw last. A change can wait until nobody
// uses an older version (decision 6). What a version holds may live on in an idle thread, so it
// must be plain memory: nothing whose destructor calls out. Thread-safe; outlives all readings.
template <class T>
class Published {
  public:
    explicit Published(std::shared_ptr<const T> first) : versions_(std::move(first)) {}

    // A thread's hold on the version that was the latest when it began. Stays on the stack of that
    // thread; may be nested, then the inner one sees the newer version.
    class Reading {
      public:
        explicit Reading(Published& cell) : reading_(cell.versions_) {}

        const T& operator*() const { return *static_cast<const T*>(reading_.version()); }
        const T* operator->() const { return &**this; }

      private:
        PublishedVersions::Reading reading_;
    };

    Reading read() { return Reading(*this); }

    // Whoever reads from now on sees this one. Publishers take turns by themselves.
    Generation publish(std::shared_ptr<const T> value) {
        return versions_.publish(std::move(value));
    }
    std::shared_ptr<const T> latest() const {
        return std::static_pointer_cast<const T>(versions_.latest());
    }

    // Waits until no thread reads a version older than `generation`; false when that lasts longer
    // than `timeout`, and at once when the calling thread is itself reading (a reader that waited
    // for readers could wait for itself). Waits on the machine's clock: under a simulation there is
    // one thread, and nothing to wait for.
    bool wait_for_readers(Generation generation, Duration timeout) {
        return versions_.wait_for_readers(generation, timeout);
    }

  private:
    PublishedVersions versions_;
};

}  // namespace openwmi::base
