#pragma once

#include <wbemcli.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "com/ptr.h"
#include "wbem/error_detail.h"

namespace openwmi::wbem {

// What a call that returned at once gives in the end; which of them depends on the call (COM-088).
struct CallOutcome {
    com::Ptr<IWbemClassObject> object;  // GetObject, ExecMethod
    std::optional<std::string> text;    // PutInstance: the path
    com::Ptr<IWbemServices> services;   // OpenNamespace
    Status status = Status::Ok;         // a success
};

// A call under way, between whoever completes it and the IWbemCallResult that its caller holds.
// Thread-safe. The executor must outlive it.
class PendingCall {
  public:
    explicit PendingCall(base::Executor& executor, ErrorDetail detail = {})
        : done_(executor.make_gate()), detail_(std::move(detail)) {}

    void complete(Result<CallOutcome> outcome);  // once; later calls do nothing
    // Null when the timeout was over first.
    const Result<CallOutcome>* wait(base::Duration timeout) const;
    // Of the call, for the error object when it failed.
    const ErrorDetail& detail() const { return detail_; }

  private:
    std::shared_ptr<base::Gate> done_;
    ErrorDetail detail_;
    mutable std::mutex mutex_;
    std::optional<Result<CallOutcome>> outcome_;
};

com::Ptr<IWbemCallResult> make_call_result(std::shared_ptr<PendingCall> call);

}  // namespace openwmi::wbem
