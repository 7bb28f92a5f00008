#pragma once

#include <wbemcli.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "base/executor.h"
#include "base/result.h"
#include "cim/value.h"
#include "com/ptr.h"
#include "provider/provider.h"
#include "wbem/error_detail.h"

namespace openwmi::bridge {

// The sink of one asynchronous call of a client: called by one thread at a time, told the end
// exactly once, released then (COM-092 to 094). Thread-safe; owned by a shared_ptr.
class ClientSink {
  public:
    // Whether the client asked for progress (WBEM_FLAG_SEND_STATUS).
    enum class Progress { Unwanted, Wanted };
    struct Options {
        wbem::ErrorDetail detail;
        cim::OriginPtr origin;
        Progress progress = Progress::Unwanted;
    };
    // The executor makes the gates that a canceller waits at.
    ClientSink(com::Ptr<IWbemObjectSink> sink, Options options, base::Executor& executor);

    // Calls Indicate, on this thread. False when the call is over; what Indicate answers does not
    // matter. Not to be called concurrently.
    bool indicate(std::span<const cim::ObjectPtr> objects);
    // Calls SetStatus(WBEM_STATUS_PROGRESS) where the client wants it (COM-092). As indicate.
    void progress(provider::Progress progress);
    // What a provider itself says of the failure that finish() tells next.
    void explain(cim::InstancePtr explanation);
    // The success other than S_OK that finish() tells next.
    void remark(Status success);
    // Calls SetStatus and releases the sink; once an Indicate under way is back, if there is one.
    // The text is strParam. Later ends do nothing.
    void finish(Result<std::string> outcome);
    // finish with CallCancelled; when it returns the sink is released, unless it is called from
    // within the sink (COM-072): then that is so when the sink's method has returned.
    void cancel();

    bool is(IWbemObjectSink* sink) const;
    bool is_over() const;

  private:
    com::Ptr<IWbemObjectSink> enter();
    void leave();
    void tell_end();

    base::Executor& executor_;
    const Options options_;
    mutable std::mutex mutex_;
    com::Ptr<IWbemObjectSink> sink_;  // null when all is told
    cim::InstancePtr explanation_;
    Status success_ = Status::Ok;
    std::optional<Result<std::string>> outcome_;
    std::thread::id busy_;              // the thread in one of the sink's methods
    std::shared_ptr<base::Gate> over_;  // where a canceller waits
};

}  // namespace openwmi::bridge
