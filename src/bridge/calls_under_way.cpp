#include "bridge/calls_under_way.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace openwmi::bridge {

CallsUnderWay::~CallsUnderWay() {
    for (auto& each : notifications_) {
        each.client->cancel();
        each.subscription.reset();
    }
}

void CallsUnderWay::add(const std::shared_ptr<ClientSink>& client) {
    const std::lock_guard lock(mutex_);
    std::erase_if(calls_, [](const auto& each) { return each.expired(); });
    calls_.push_back(client);
}

void CallsUnderWay::add(std::shared_ptr<ClientSink> client,
                        std::unique_ptr<eventing::TemporarySubscription> subscription) {
    std::vector<Notification> over;  // released without the lock
    const std::lock_guard lock(mutex_);
    over = take_over();
    notifications_.push_back({std::move(client), std::move(subscription)});
}

// Those that ended by themselves.
std::vector<CallsUnderWay::Notification> CallsUnderWay::take_over() {
    std::vector<Notification> over;
    const auto first =
        std::stable_partition(notifications_.begin(), notifications_.end(),
                              [](const Notification& each) { return !each.client->is_over(); });
    std::move(first, notifications_.end(), std::back_inserter(over));
    notifications_.erase(first, notifications_.end());
    return over;
}

bool CallsUnderWay::cancel(IWbemObjectSink* sink) {
    std::vector<std::shared_ptr<ClientSink>> clients;
    std::vector<Notification> notifications;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& call : calls_) {
            if (auto client = call.lock(); client && client->is(sink)) {
                clients.push_back(std::move(client));
            }
        }
        const auto first =
            std::stable_partition(notifications_.begin(), notifications_.end(),
                                  [&](const Notification& each) { return !each.client->is(sink); });
        std::move(first, notifications_.end(), std::back_inserter(notifications));
        notifications_.erase(first, notifications_.end());
    }
    for (const auto& client : clients) client->cancel();
    for (auto& each : notifications) {
        each.client->cancel();
        each.subscription.reset();
    }
    return !clients.empty() || !notifications.empty();
}

}  // namespace openwmi::bridge
