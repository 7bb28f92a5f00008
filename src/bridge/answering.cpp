#include "bridge/answering.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <limits>
#include <utility>

#include "core/completion.h"
#include "wbem/call_result.h"
#include "wbem/enumerator.h"
#include "wbem/object.h"

namespace openwmi::bridge {
namespace {

constexpr std::size_t send_limit_bytes = std::size_t{64} << 20;

std::string computer_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return ".";
    return name.data();
}

Result<wbem::CallOutcome> outcome_of(const core::Collected& collected,
                                     const cim::OriginPtr& origin) {
    wbem::CallOutcome outcome{.status = collected.status};
    if (!collected.objects.empty()) {
        outcome.object = wbem::make_object(collected.objects.front(), origin);
    }
    if (!collected.path.empty()) outcome.text = collected.path;
    return outcome;
}

// Completes a call that somebody holds an IWbemCallResult of.
core::SinkPtr completes(std::shared_ptr<wbem::PendingCall> call, cim::OriginPtr origin) {
    return core::gather(
        [call = std::move(call), origin = std::move(origin)](Result<core::Collected> collected) {
            if (!collected) return call->complete(fail(std::move(collected.error())));
            call->complete(outcome_of(*collected, origin));
        });
}

// Fills the queue that enumerators read.
class QueueSink final : public core::ResultSink {
  public:
    explicit QueueSink(std::shared_ptr<wbem::ObjectQueue> queue) : queue_(std::move(queue)) {}
    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        return queue_->push(objects);
    }
    void complete(Result<std::string> outcome) override {
        queue_->finish(outcome ? Result<>() : Result<>(fail(std::move(outcome.error()))));
    }

  private:
    const std::shared_ptr<wbem::ObjectQueue> queue_;
};

// Hands objects to a client's sink, in order, on the executor for calls.
class SendingSink final : public core::ResultSink,
                          public std::enable_shared_from_this<SendingSink> {
  public:
    SendingSink(base::Executor& calls, std::shared_ptr<ClientSink> client)
        : strand_(calls), client_(std::move(client)) {}

    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        if (client_->is_over()) return false;
        std::size_t bytes = 0;
        for (const auto& object : objects) bytes += object->memory_bytes();
        if (waiting_bytes_.fetch_add(bytes) + bytes > send_limit_bytes) {
            too_slow_ = true;
            return false;
        }
        strand_.post([self = shared_from_this(), bytes,
                      copy = std::vector<cim::ObjectPtr>(objects.begin(), objects.end())] {
            self->client_->indicate(copy);
            self->waiting_bytes_ -= bytes;
        });
        return true;
    }
    void progress(provider::Progress progress) override {
        strand_.post([self = shared_from_this(), progress] { self->client_->progress(progress); });
    }
    void explain(const cim::InstancePtr& status) override { client_->explain(status); }
    void remark(Status success) override { client_->remark(success); }
    void complete(Result<std::string> outcome) override {
        if (too_slow_) {
            outcome =
                fail(Status::ClientTooSlow,
                     "more than {} bytes of objects wait for the client's sink", send_limit_bytes);
        }
        strand_.post([self = shared_from_this(), outcome = std::move(outcome)] {
            self->client_->finish(outcome);
        });
    }

  private:
    base::Strand strand_;
    const std::shared_ptr<ClientSink> client_;
    std::atomic<std::size_t> waiting_bytes_{0};
    std::atomic<bool> too_slow_{false};
};

Result<> start(const Connection& connection, Operation operation, core::SinkPtr sink) {
    const bool posted =
        connection.calls->post([session = connection.session, operation = std::move(operation),
                                sink = std::move(sink)] { operation(*session, sink); });
    if (posted) return {};
    return fail(Status::ShuttingDown, "the service is stopping");
}

}  // namespace

cim::OriginPtr origin_of(const core::Session& session) {
    return std::make_shared<const cim::Origin>(cim::Origin{computer_name(), session.name_space()});
}

Result<core::Collected> wait_for(const Connection& connection, const Operation& operation) {
    return core::wait_for(*connection.executor, [&](core::SinkPtr sink) {
        operation(*connection.session, std::move(sink));
    });
}

Result<com::Ptr<IWbemCallResult>> begin(const Connection& connection, Operation operation,
                                        wbem::ErrorDetail detail) {
    const auto call = std::make_shared<wbem::PendingCall>(*connection.executor, std::move(detail));
    WMI_TRY(
        start(connection, std::move(operation), completes(call, origin_of(*connection.session))));
    return wbem::make_call_result(call);
}

com::Ptr<IWbemCallResult> finished(const Connection& connection, const core::Collected& collected) {
    const auto call = std::make_shared<wbem::PendingCall>(*connection.executor);
    call->complete(outcome_of(collected, origin_of(*connection.session)));
    return wbem::make_call_result(call);
}

Result<com::Ptr<IEnumWbemClassObject>> enumerate(const Connection& connection, Operation operation,
                                                 LONG flags, wbem::ErrorDetail detail) {
    wbem::ObjectQueueOptions options;
    if (flags & WBEM_FLAG_FORWARD_ONLY) options.direction = wbem::Direction::ForwardOnly;
    options.origin = origin_of(*connection.session);
    options.detail = std::move(detail);
    const bool at_once = flags & WBEM_FLAG_RETURN_IMMEDIATELY;
    // Who waits for everything cannot read meanwhile, so he is not too slow.
    if (!at_once) options.limit_bytes = std::numeric_limits<std::size_t>::max();
    const auto queue =
        std::make_shared<wbem::ObjectQueue>(*connection.executor, std::move(options));
    if (at_once) {
        WMI_TRY(start(connection, std::move(operation), std::make_shared<QueueSink>(queue)));
    } else {
        queue->push(WMI_TRY(wait_for(connection, operation)).objects);
        queue->finish({});
    }
    return wbem::make_enumerator(queue);
}

Result<> send(const Connection& connection, Operation operation,
              const std::shared_ptr<ClientSink>& client) {
    return start(connection, std::move(operation),
                 std::make_shared<SendingSink>(*connection.calls, client));
}

}  // namespace openwmi::bridge
