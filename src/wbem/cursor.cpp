#include "wbem/cursor.h"

#include "wbem/error.h"
#include "wbem/object.h"

namespace openwmi::wbem {
namespace {

// What a reader gets to know about objects that may be fewer than asked for (COM-082, 181).
Result<Cursor::Outcome> outcome_of(ObjectQueue::Reading reading, std::size_t count) {
    const std::size_t got = reading.objects.size();
    if (got == 0 && reading.error) return fail(*std::move(reading.error));
    Status status = Status::Ok;
    if (count == 0) {
        status = Status::False;
    } else if (got < count) {
        // The error behind the last objects is told by the next call.
        status = reading.ended && !reading.error ? Status::False : Status::STimedOut;
    }
    return Cursor::Outcome{std::move(reading.objects), status};
}

bool indicate(IWbemObjectSink& sink, const std::vector<cim::ObjectPtr>& objects,
              const cim::OriginPtr& origin) {
    if (objects.empty()) return true;
    const auto views = views_of(objects, origin);
    std::vector<IWbemClassObject*> array;
    array.reserve(views.size());
    for (const auto& view : views) array.push_back(view.get());
    return SUCCEEDED(sink.Indicate(static_cast<LONG>(array.size()), array.data()));
}

void complete(IWbemObjectSink& sink, Status status) {
    sink.SetStatus(WBEM_STATUS_COMPLETE, static_cast<HRESULT>(status), nullptr, nullptr);
}

void complete(IWbemObjectSink& sink, const base::Error& error, const ErrorDetail& detail) {
    const auto object = make_object(extended_status(error, detail));
    sink.SetStatus(WBEM_STATUS_COMPLETE, static_cast<HRESULT>(error.status), nullptr, object.get());
}

}  // namespace

std::vector<com::Ptr<IWbemClassObject>> views_of(const std::vector<cim::ObjectPtr>& objects,
                                                 const cim::OriginPtr& origin) {
    std::vector<com::Ptr<IWbemClassObject>> views;
    views.reserve(objects.size());
    for (const cim::ObjectPtr& object : objects) {
        views.push_back(make_object(object, object->as_class() ? origin : nullptr));
    }
    return views;
}

Cursor::Cursor(std::shared_ptr<ObjectQueue> queue, std::size_t position)
    : queue_(std::move(queue)), deliveries_(queue_->executor()), position_(position) {}

Result<Cursor::Outcome> Cursor::next(std::size_t count, base::Duration timeout) {
    const base::Clock& clock = queue_->executor().clock();
    const base::SteadyTime start = clock.steady();
    for (;;) {
        const bool for_ever = timeout == base::Duration::max();
        const base::Duration left = for_ever ? timeout : timeout - (clock.steady() - start);
        const std::size_t position = this->position();
        queue_->wait(position, count, left);
        std::unique_lock lock(mutex_);
        if (position_ != position) continue;  // another thread has read meanwhile
        auto reading = queue_->read(position, count);
        position_ += reading.objects.size();
        lock.unlock();
        forget_read();
        return outcome_of(std::move(reading), count);
    }
}

std::size_t Cursor::position() const {
    const std::lock_guard lock(mutex_);
    return position_;
}

Result<Status> Cursor::skip(std::size_t count, base::Duration timeout) {
    return WMI_TRY(next(count, timeout)).status;
}

Result<bool> Cursor::next_async(std::size_t count, com::Ptr<IWbemObjectSink> sink) {
    {
        const std::lock_guard lock(mutex_);
        const auto reading = queue_->read(position_, 0);
        if (reading.error) return fail(*reading.error);
        if (reading.ended || count == 0) return false;
        requests_.push_back({position_, position_ + count, std::move(sink)});
        position_ += count;
    }
    serve_later();
    return true;
}

Result<> Cursor::check_bidirectional(std::string_view what) const {
    if (queue_->direction() == Direction::Bidirectional) return {};
    return fail(Status::InvalidOperation, "{} is impossible on a forward-only enumerator", what);
}

Result<> Cursor::reset() {
    WMI_TRY(check_bidirectional("Reset"));
    const std::lock_guard lock(mutex_);
    position_ = 0;
    return {};
}

Result<std::shared_ptr<Cursor>> Cursor::clone() const {
    WMI_TRY(check_bidirectional("Clone"));
    const std::lock_guard lock(mutex_);
    return std::make_shared<Cursor>(queue_, position_);
}

void Cursor::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        if (requests_.empty()) return;
    }
    // Behind a delivery that is going on: a sink is never called by two threads at once.
    deliveries_.post([self = shared_from_this()] { self->cancel_all(); });
}

void Cursor::cancel_all() {
    std::deque<Request> cancelled;
    {
        const std::lock_guard lock(mutex_);
        cancelled.swap(requests_);
    }
    for (const Request& request : cancelled) complete(*request.sink, Status::CallCancelled);
}

void Cursor::serve_later() {
    deliveries_.post([self = shared_from_this()] { self->serve(); });
}

void Cursor::serve() {
    while (serve_first()) forget_read();
}

std::optional<Cursor::Request> Cursor::first_request() const {
    const std::lock_guard lock(mutex_);
    if (closed_ || requests_.empty()) return std::nullopt;
    return requests_.front();
}

void Cursor::advance_first(std::size_t next) {
    const std::lock_guard lock(mutex_);
    requests_.front().next = next;
    if (next == requests_.front().end) requests_.pop_front();
}

bool Cursor::serve_first() {
    const auto request = first_request();
    if (!request) return false;
    const std::size_t wanted = request->end - request->next;
    auto reading = queue_->read(request->next, wanted);
    if (reading.objects.empty() && !reading.ended) {
        queue_->notify(request->next, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->serve_later();
        });
        return false;
    }
    const bool taken = indicate(*request->sink, reading.objects, queue_->origin());
    const bool complete_now = reading.objects.size() == wanted || reading.ended || !taken;
    advance_first(complete_now ? request->end : request->next + reading.objects.size());
    if (!taken) {
        complete(*request->sink, Status::CallCancelled);
    } else if (reading.objects.size() == wanted) {
        complete(*request->sink, Status::Ok);
    } else if (reading.error) {
        complete(*request->sink, *reading.error, queue_->detail());
    } else if (reading.ended) {
        complete(*request->sink, Status::False);
    }
    return true;
}

// A forward-only queue keeps what is still to be delivered, and nothing before it.
void Cursor::forget_read() {
    const std::lock_guard lock(mutex_);
    queue_->discard_before(requests_.empty() ? position_ : requests_.front().next);
}

}  // namespace openwmi::wbem
