#include "bridge/notification.h"

#include <utility>

#include "wbem/enumerator.h"

namespace openwmi::bridge {
namespace {

std::vector<cim::ObjectPtr> objects_of(std::span<const eventing::EventPtr> events) {
    std::vector<cim::ObjectPtr> objects;
    for (const auto& event : events) objects.emplace_back(event->instance);
    return objects;
}

// Fills the queue as long as somebody reads it.
class QueueReceiver final : public eventing::Receiver {
  public:
    explicit QueueReceiver(std::weak_ptr<wbem::ObjectQueue> queue) : queue_(std::move(queue)) {}
    void receive(std::span<const eventing::EventPtr> events) override {
        if (const auto queue = queue_.lock()) queue->push(objects_of(events));
    }
    void ended(const Error& why) override {
        if (const auto queue = queue_.lock()) queue->finish(fail(why));
    }

  private:
    const std::weak_ptr<wbem::ObjectQueue> queue_;
};

class SinkReceiver final : public eventing::Receiver {
  public:
    explicit SinkReceiver(std::shared_ptr<ClientSink> client) : client_(std::move(client)) {}
    void receive(std::span<const eventing::EventPtr> events) override {
        client_->indicate(objects_of(events));
    }
    void ended(const Error& why) override { client_->finish(fail(why)); }

  private:
    const std::shared_ptr<ClientSink> client_;
};

// Ends when the readers are gone, and at the latest with their queue.
struct Reading {
    std::unique_ptr<eventing::TemporarySubscription> subscription;
};

}  // namespace

Result<com::Ptr<IEnumWbemClassObject>> subscribe(const Connection& connection,
                                                 const EventQuery& query,
                                                 wbem::ErrorDetail detail) {
    const auto reading = std::make_shared<Reading>();
    wbem::ObjectQueueOptions options;
    options.direction = wbem::Direction::ForwardOnly;
    options.detail = std::move(detail);
    options.on_abandoned = [reading] { reading->subscription.reset(); };
    const auto queue =
        std::make_shared<wbem::ObjectQueue>(*connection.executor, std::move(options));
    reading->subscription = WMI_TRY(connection.session->subscribe(
        query.language, query.text, std::make_shared<QueueReceiver>(queue)));
    return wbem::make_enumerator(queue);
}

Result<> subscribe(const Connection& connection, const EventQuery& query,
                   const std::shared_ptr<ClientSink>& client, CallsUnderWay& calls) {
    auto subscription = WMI_TRY(connection.session->subscribe(
        query.language, query.text, std::make_shared<SinkReceiver>(client)));
    calls.add(client, std::move(subscription));
    return {};
}

}  // namespace openwmi::bridge
