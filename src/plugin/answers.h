#pragma once

#include <wbemcli.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "com/ptr.h"
#include "provider/provider.h"

namespace openwmi::plugin {

// The answers of one provider call on their way to whoever asked: in order, one call at a time,
// however many threads the provider uses, and complete() exactly once (COM-092). Thread-safe.
class Answers : public std::enable_shared_from_this<Answers> {
  public:
    Answers(std::string what, std::shared_ptr<provider::ObjectSink> target)
        : what_(std::move(what)), target_(std::move(target)) {}

    const std::string& what() const { return what_; }
    // False when the call is over: then they are dropped.
    bool push(std::vector<cim::ObjectPtr> objects);
    void push(provider::Progress progress);
    // The first outcome counts; what was pushed before still arrives before it. The explanation is
    // the provider's own __ExtendedStatus, if it gave one.
    void finish(Result<> outcome, cim::InstancePtr explanation = nullptr);
    // Forgets whoever asked: nothing is told to him any more. False when there is an outcome
    // already.
    bool withdraw();

  private:
    using Message = std::variant<std::vector<cim::ObjectPtr>, provider::Progress>;
    bool queue(Message message);
    void deliver();

    const std::string what_;
    std::mutex mutex_;
    std::shared_ptr<provider::ObjectSink> target_;  // null when all is told or withdrawn
    std::deque<Message> waiting_;
    std::optional<Result<>> outcome_;
    cim::InstancePtr explanation_;  // of the outcome; may be null
    bool delivering_ = false;
};

// What a provider's asynchronous methods get. Released without a final SetStatus, it finishes with
// ProviderFailure. Thread-safe.
com::Ptr<IWbemObjectSink> make_answer_sink(std::shared_ptr<Answers> answers);

}  // namespace openwmi::plugin
