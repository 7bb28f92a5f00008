#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "core/session.h"

namespace openwmi::core {

// The obligation to complete a sink once: whoever drops it unfulfilled completes with
// CallCancelled, so that nobody waits for ever. Confined to one thread at a time.
class Completion {
  public:
    explicit Completion(SinkPtr sink) : sink_(std::move(sink)) {}
    Completion(Completion&&) noexcept = default;
    Completion& operator=(Completion&&) = delete;
    ~Completion() {
        if (sink_) sink_->complete(fail(Status::CallCancelled, "the operation was given up"));
    }

    // False: the caller wants no more.
    bool indicate(std::span<const cim::ObjectPtr> objects) { return sink_->indicate(objects); }
    bool indicate(const cim::ObjectPtr& object) { return sink_->indicate({&object, 1}); }
    void progress(provider::Progress progress) { sink_->progress(progress); }
    void explain(const cim::InstancePtr& status) { sink_->explain(status); }
    void remark(Status success) { sink_->remark(success); }
    void complete(Result<std::string> outcome) {
        std::exchange(sink_, nullptr)->complete(std::move(outcome));
    }
    void complete(const Result<>& outcome) {
        complete(outcome ? Result<std::string>(std::string())
                         : Result<std::string>(fail(outcome.error())));
    }

  private:
    SinkPtr sink_;
};

// A sink that gathers everything and hands it over once it is complete, on the thread that
// completes it.
SinkPtr gather(std::function<void(Result<Collected>)> done);

}  // namespace openwmi::core
