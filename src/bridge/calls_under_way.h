#pragma once

#include <wbemcli.h>

#include <memory>
#include <mutex>
#include <vector>

#include "bridge/client_sink.h"
#include "eventing/engine.h"

namespace openwmi::bridge {

// The asynchronous calls made through one IWbemServices, so that they can be cancelled by their
// sink (COM-072); owns its notification queries, which end with it (OD-099). Thread-safe.
class CallsUnderWay {
  public:
    ~CallsUnderWay();

    void add(const std::shared_ptr<ClientSink>& client);
    void add(std::shared_ptr<ClientSink> client,
             std::unique_ptr<eventing::TemporarySubscription> subscription);

    // All calls with that sink; false when there is none.
    bool cancel(IWbemObjectSink* sink);

  private:
    struct Notification {
        std::shared_ptr<ClientSink> client;
        std::unique_ptr<eventing::TemporarySubscription> subscription;
    };
    std::vector<Notification> take_over();  // needs the lock

    std::mutex mutex_;
    std::vector<std::weak_ptr<ClientSink>> calls_;
    std::vector<Notification> notifications_;
};

}  // namespace openwmi::bridge
