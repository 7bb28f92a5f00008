#pragma once

#include <wbemcli.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "com/ptr.h"
#include "wbem/object_queue.h"

namespace openwmi::wbem {

// Where one enumerator stands in a queue, and the asynchronous reads that it still owes. A read
// takes its range when it is asked for, so reads follow each other in the order of the calls
// (OD-085). Thread-safe; must be owned by a shared_ptr.
class Cursor : public std::enable_shared_from_this<Cursor> {
  public:
    explicit Cursor(std::shared_ptr<ObjectQueue> queue, std::size_t position = 0);

    // What Next, Skip and the end of NextAsync say: Ok when all came, False at the end, STimedOut
    // when less came in time.
    struct Outcome {
        std::vector<cim::ObjectPtr> objects;
        Status status = Status::Ok;
    };
    // Fails with the error of the queue when nothing else is left.
    Result<Outcome> next(std::size_t count, base::Duration timeout);
    Result<Status> skip(std::size_t count, base::Duration timeout);
    // False when nothing is left, or the error of the queue: the sink is not used then.
    Result<bool> next_async(std::size_t count, com::Ptr<IWbemObjectSink> sink);

    // Both fail with InvalidOperation on a forward-only queue (COM-084).
    Result<> reset();
    Result<std::shared_ptr<Cursor>> clone() const;

    // The enumerator is gone: what it still owes ends with CallCancelled.
    void close();

    const ObjectQueue& queue() const { return *queue_; }

  private:
    struct Request {
        std::size_t next = 0;
        std::size_t end = 0;
        com::Ptr<IWbemObjectSink> sink;
    };

    Result<> check_bidirectional(std::string_view what) const;
    std::size_t position() const;
    void serve_later();
    void serve();
    // False when there is nothing to deliver yet.
    bool serve_first();
    std::optional<Request> first_request() const;
    void advance_first(std::size_t next);
    void cancel_all();
    void forget_read();

    std::shared_ptr<ObjectQueue> queue_;
    base::Strand deliveries_;
    mutable std::mutex mutex_;
    std::size_t position_;
    std::deque<Request> requests_;
    bool closed_ = false;
};

// The objects as COM sees them.
std::vector<com::Ptr<IWbemClassObject>> views_of(const std::vector<cim::ObjectPtr>& objects,
                                                 const cim::OriginPtr& origin);

}  // namespace openwmi::wbem
