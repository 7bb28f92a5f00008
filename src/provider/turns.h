#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/executor.h"

namespace openwmi::provider {

// Lets those who come for the same thing have it one after the other, in the order in which they
// came: the initialisations of a provider that does not stand several at a time (SYS-083).
// Thread-safe.
class Turns {
  public:
    explicit Turns(base::Executor& executor) : executor_(executor) {}

    // Whose turn it is; over when it goes, which must not be later than the Turns.
    class Turn {
      public:
        Turn() = default;  // nobody's
        Turn(Turns& turns, std::string key) : turns_(&turns), key_(std::move(key)) {}
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

      private:
        Turns* turns_ = nullptr;
        std::string key_;
    };
    // Blocks. Null when `patience` ran out. A thread that has the turn already gets it again: whom
    // it waits for would wait for itself.
    std::unique_ptr<Turn> take(const std::string& key, base::Duration patience);

  private:
    struct Queue {
        std::thread::id holder;
        std::deque<std::shared_ptr<base::Gate>> waiting;
    };
    void end(const std::string& key);

    base::Executor& executor_;
    std::mutex mutex_;
    std::map<std::string, Queue> queues_;  // of the keys that somebody holds
};

}  // namespace openwmi::provider
