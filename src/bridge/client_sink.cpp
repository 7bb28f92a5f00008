#include "bridge/client_sink.h"

#include <utility>

#include "com/bstr.h"
#include "plugin/stranger.h"
#include "wbem/error.h"
#include "wbem/object.h"

namespace openwmi::bridge {

ClientSink::ClientSink(com::Ptr<IWbemObjectSink> sink, Options options, base::Executor& executor)
    : executor_(executor), options_(std::move(options)), sink_(std::move(sink)) {}

// The sink for a call of this thread; null when the call is over.
com::Ptr<IWbemObjectSink> ClientSink::enter() {
    const std::lock_guard lock(mutex_);
    if (!sink_ || outcome_) return nullptr;
    busy_ = std::this_thread::get_id();
    return sink_;
}

bool ClientSink::indicate(std::span<const cim::ObjectPtr> objects) {
    std::vector<com::Ptr<IWbemClassObject>> views;
    std::vector<IWbemClassObject*> pointers;
    for (const auto& object : objects) {
        views.push_back(wbem::make_object(object, options_.origin));
        pointers.push_back(views.back().get());
    }
    auto sink = enter();
    if (!sink) return false;
    (void)plugin::call_stranger("Indicate", [&] {
        return sink->Indicate(static_cast<LONG>(pointers.size()), pointers.data());
    });
    sink = nullptr;
    leave();
    return !is_over();
}

void ClientSink::progress(provider::Progress progress) {
    if (options_.progress == Progress::Unwanted) return;
    auto sink = enter();
    if (!sink) return;
    const auto how_far = (std::uint32_t{progress.total} << 16U) | progress.done;
    (void)plugin::call_stranger("SetStatus", [&] {
        return sink->SetStatus(WBEM_STATUS_PROGRESS, static_cast<HRESULT>(how_far), nullptr,
                               nullptr);
    });
    sink = nullptr;
    leave();
}

void ClientSink::explain(cim::InstancePtr explanation) {
    const std::lock_guard lock(mutex_);
    explanation_ = std::move(explanation);
}

void ClientSink::remark(Status success) {
    const std::lock_guard lock(mutex_);
    success_ = success;
}

// Back from the sink: whoever ended the call meanwhile left the rest to this thread.
void ClientSink::leave() {
    {
        const std::lock_guard lock(mutex_);
        if (!outcome_) {
            busy_ = {};
            return;
        }
    }
    tell_end();
}

void ClientSink::finish(Result<std::string> outcome) {
    {
        const std::lock_guard lock(mutex_);
        if (!sink_ || outcome_) return;
        outcome_ = std::move(outcome);
        if (busy_ != std::thread::id()) return;
        busy_ = std::this_thread::get_id();
    }
    tell_end();
}

void ClientSink::cancel() {
    finish(fail(Status::CallCancelled, "the call was cancelled"));
    std::shared_ptr<base::Gate> over;
    {
        const std::lock_guard lock(mutex_);
        if (!sink_ || busy_ == std::this_thread::get_id()) return;
        if (!over_) over_ = executor_.make_gate();
        over = over_;
    }
    over->wait(base::Duration::max());
}

void ClientSink::tell_end() {
    com::Ptr<IWbemObjectSink> sink;
    auto detail_of_failure = options_.detail;
    HRESULT result = WBEM_S_NO_ERROR;
    {
        const std::lock_guard lock(mutex_);
        sink = sink_;
        detail_of_failure.explanation = explanation_;
        result = static_cast<HRESULT>(success_);
    }
    const Result<std::string>& outcome = *outcome_;  // nobody changes it any more
    com::Bstr text;
    com::Ptr<IWbemClassObject> detail;
    if (!outcome) {
        result = static_cast<HRESULT>(outcome.error().status);
        detail = wbem::make_object(wbem::extended_status(outcome.error(), detail_of_failure));
    } else if (!outcome->empty()) {
        text = com::Bstr(std::string_view(*outcome));
    }
    (void)plugin::call_stranger("SetStatus", [&] {
        return sink->SetStatus(WBEM_STATUS_COMPLETE, result, text.get(), detail.get());
    });
    std::shared_ptr<base::Gate> over;
    com::Ptr<IWbemObjectSink> released;
    {
        const std::lock_guard lock(mutex_);
        released = std::exchange(sink_, nullptr);
        over = std::exchange(over_, nullptr);
        busy_ = {};
    }
    sink = nullptr;
    released = nullptr;
    if (over) over->open();
}

bool ClientSink::is(IWbemObjectSink* sink) const {
    const std::lock_guard lock(mutex_);
    return sink_.get() == sink;
}

bool ClientSink::is_over() const {
    const std::lock_guard lock(mutex_);
    return !sink_ || outcome_;
}

}  // namespace openwmi::bridge
