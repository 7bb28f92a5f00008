#include "plugin/event_sink.h"

#include <algorithm>
#include <utility>

#include "com/boundary.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "plugin/objects.h"
#include "plugin/stranger.h"

namespace openwmi::plugin {
namespace {

constexpr std::size_t max_queries = 1024;  // of one restricted sink
constexpr base::Duration close_patience = std::chrono::seconds(5);

// COM-100 to 108. Thread-safe.
class ComEventSink final : public com::Implements<IWbemEventSink> {
  public:
    ComEventSink(std::shared_ptr<EventOutlet> outlet,
                 std::shared_ptr<const Restriction> restriction)
        : outlet_(std::move(outlet)),
          restriction_(std::move(restriction)),
          batch_(outlet_->make_batch()) {}
    ~ComEventSink() override {
        (void)batch_->flush();  // what is refused, the outlet counts
    }

    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override {
        return com::boundary([&]() -> Result<> {
            return outlet_->indicate(lObjectCount, apObjArray, restriction_.get(), *batch_);
        });
    }

    // Event providers have nothing else to report here (COM-098, OD-034).
    HRESULT STDMETHODCALLTYPE SetStatus(LONG lFlags, HRESULT hResult, BSTR,
                                        IWbemClassObject*) override {
        return com::boundary([&]() -> Result<> {
            if (lFlags == WBEM_STATUS_REQUIREMENTS &&
                hResult == WBEM_REQUIREMENTS_RECHECK_SUBSCRIPTIONS) {
                outlet_->access_changed();
            }
            return {};
        });
    }

    // Refused rather than forgotten: without it the events would go to more people than the
    // provider allows.
    HRESULT STDMETHODCALLTYPE SetSinkSecurity(LONG lSDLength, BYTE* pSD) override {
        return com::boundary([&]() -> Result<> {
            if (lSDLength < 0 || (lSDLength > 0) != (pSD != nullptr)) {
                return fail(Status::InvalidParameter,
                            "SetSinkSecurity: {} bytes of a security descriptor at {}", lSDLength,
                            static_cast<const void*>(pSD));
            }
            if (!pSD) return {};
            return fail(Status::NotSupported,
                        "SetSinkSecurity: events cannot be secured in this release; the events of "
                        "provider '{}' reach everybody who may subscribe in its namespace",
                        outlet_->provider());
        });
    }

    HRESULT STDMETHODCALLTYPE IsActive() override {
        return com::boundary([&] { return outlet_->is_active(restriction_.get()); });
    }

    HRESULT STDMETHODCALLTYPE GetRestrictedSink(LONG lNumQueries, const LPCWSTR* awszQueries,
                                                IUnknown* pCallback,
                                                IWbemEventSink** ppSink) override {
        return com::boundary([&]() -> Result<> {
            if (!ppSink) return fail(Status::InvalidParameter, "GetRestrictedSink: ppSink is NULL");
            *ppSink = nullptr;
            const auto queries = WMI_TRY(read_queries(lNumQueries, awszQueries));
            WMI_TRY(check_callback(pCallback));
            auto restriction = WMI_TRY(outlet_->restrict(queries, restriction_));
            *ppSink = make_event_sink(outlet_, std::move(restriction)).detach();
            return {};
        });
    }

    // Within one process nothing is gained by waiting, so that events are only held where that is
    // required (COM-102); bytes and milliseconds (OD-097).
    HRESULT STDMETHODCALLTYPE SetBatchingParameters(LONG lFlags, DWORD dwMaxBufferSize,
                                                    DWORD dwMaxSendLatency) override {
        return com::boundary([&]() -> Result<> {
            if (lFlags < WBEM_FLAG_BATCH_IF_NEEDED || lFlags > WBEM_FLAG_MUST_NOT_BATCH) {
                return fail(Status::InvalidParameter,
                            "SetBatchingParameters: lFlags is {}, which is no WBEM_BATCH_TYPE",
                            lFlags);
            }
            Batching batching;
            batching.holds = lFlags == WBEM_FLAG_MUST_BATCH;
            batching.bytes = dwMaxBufferSize;
            if (dwMaxSendLatency != static_cast<DWORD>(WBEM_INFINITE)) {
                batching.latency = std::chrono::milliseconds(dwMaxSendLatency);
            }
            batch_->set(batching);
            return {};
        });
    }

  private:
    static Result<std::vector<std::string>> read_queries(LONG count, const LPCWSTR* queries) {
        if (count <= 0 || !queries) {
            return fail(Status::InvalidParameter, "GetRestrictedSink: there are no queries");
        }
        std::vector<std::string> texts;
        for (LONG i = 0; i < count; ++i) {
            if (!queries[i]) {
                return fail(Status::InvalidParameter, "GetRestrictedSink: query {} is NULL", i + 1);
            }
            texts.push_back(com::to_utf8(queries[i]));
        }
        return texts;
    }

    // COM-104
    static Result<> check_callback(IUnknown* callback) {
        if (!callback) return {};
        if (!query_stranger<IWbemEventProviderQuerySink>(com::Ptr<IUnknown>(callback))) return {};
        return fail(Status::NotSupported,
                    "GetRestrictedSink: a callback cannot be told of the restricted sink's queries "
                    "in this release; pass NULL and ask IsActive");
    }

    const std::shared_ptr<EventOutlet> outlet_;
    const std::shared_ptr<const Restriction> restriction_;
    const std::shared_ptr<EventBatch> batch_;
};

Result<wql::BoundQuery> bind_query(const std::string& text, const cim::Schema& schema) {
    auto parsed = WMI_TRY(wql::parse(text));
    auto bound = WMI_TRY(wql::bind(std::move(parsed), schema, wql::BindFor::Event));
    if (bound.group()) {
        return fail(Status::InvalidQuery,
                    "'{}': a restricted sink lets events pass, it does not aggregate them", text);
    }
    return bound;
}

}  // namespace

bool Restriction::passes(const cim::Instance& event) const {
    const bool meets_one = std::ranges::any_of(queries, [&](const wql::BoundQuery& query) {
        return wql::is_about(query, event.class_of()) &&
               wql::evaluate_condition(query, event) == wql::Truth::True;
    });
    return meets_one && (!outer || outer->passes(event));
}

EventOutlet::EventOutlet(std::string provider, std::shared_ptr<provider::EventSink> target,
                         SchemaSource schema, base::Executor& executor)
    : provider_(std::move(provider)),
      schema_(std::move(schema)),
      executor_(executor),
      target_(std::move(target)) {}

std::shared_ptr<EventBatch> EventOutlet::make_batch() {
    auto batch = std::make_shared<EventBatch>(
        executor_, [self = shared_from_this()](const auto& event) { return self->send(event); });
    const std::lock_guard lock(mutex_);
    std::erase_if(batches_, [](const auto& each) { return each.expired(); });
    batches_.push_back(batch);
    return batch;
}

Result<std::shared_ptr<provider::EventSink>> EventOutlet::target() const {
    const std::lock_guard lock(mutex_);
    if (target_) return target_;
    return fail(Status::ShuttingDown,
                "the provider '{}' was released; its sinks take nothing any more", provider_);
}

void EventOutlet::close() {
    flush(close_patience);
    std::shared_ptr<provider::EventSink> closed;
    {
        const std::lock_guard lock(mutex_);
        closed.swap(target_);
    }
    flush(base::Duration::zero());  // what came in between is late, and counted
}

void EventOutlet::flush(base::Duration patience) {
    std::vector<std::weak_ptr<EventBatch>> all;
    {
        const std::lock_guard lock(mutex_);
        all = batches_;
    }
    const auto end = executor_.clock().steady() + patience;
    for (const auto& each : all) {
        const auto left = std::max(end - executor_.clock().steady(), base::Duration::zero());
        if (const auto batch = each.lock()) batch->finish(left);  // send() counts
    }
}

Result<> EventOutlet::send(const cim::InstancePtr& event) {
    const auto open = target();
    if (!open) {
        ++late_;
        return fail(open.error());
    }
    return raise(**open, {&event, 1});
}

Result<> EventOutlet::indicate(LONG count, IWbemClassObject** objects,
                               const Restriction* restriction, EventBatch& batch) {
    const auto open = target();
    if (!open) {
        ++late_;
        return fail(open.error());
    }
    auto events = instances_of(count, objects);
    if (!events) {
        ++refused_;
        return fail(events.error().status, "provider '{}': Indicate: {}", provider_,
                    events.error().message);
    }
    drop_unwanted(**open, *events, restriction);
    if (events->empty()) return {};
    return batch.holds() ? hold(std::move(*events), batch) : raise(**open, *events);
}

void EventOutlet::drop_unwanted(const provider::EventSink& target,
                                std::vector<cim::InstancePtr>& events,
                                const Restriction* restriction) {
    // What is no event at all is not unwanted but wrong; whoever takes events says so.
    unwanted_ += std::erase_if(events, [&](const cim::InstancePtr& event) {
        if (restriction && !restriction->passes(*event)) return true;
        return event->class_of().is_a("__Event") && !target.wanted(event->class_of());
    });
}

Result<> EventOutlet::raise(provider::EventSink& target, std::span<const cim::InstancePtr> events) {
    try {
        auto outcome = target.raise(events);
        if (outcome) {
            raised_ += events.size();
        } else {
            ++refused_;
        }
        return outcome;
    } catch (...) {
        ++refused_;
        throw;
    }
}

// What becomes of them, send() counts.
Result<> EventOutlet::hold(std::vector<cim::InstancePtr> events, EventBatch& batch) {
    if (batch.has_room()) return batch.take(std::move(events));
    ++refused_;
    return fail(Status::ServerTooBusy,
                "provider '{}': Indicate: its events wait for those before them, which are on "
                "their way",
                provider_);
}

void EventOutlet::access_changed() const {
    if (const auto open = target()) (*open)->access_changed();
}

Result<Status> EventOutlet::is_active(const Restriction* restriction) const {
    const auto open = WMI_TRY(target());
    if (!restriction) return Status::Ok;
    const auto schema = schema_();
    const auto asked_for = [&](const wql::BoundQuery& query) {
        const auto from = schema ? schema->find_class(query.from()->name()) : nullptr;
        if (!from) return false;
        if (open->wanted(*from)) return true;
        return std::ranges::any_of(schema->subclasses(from->name()),
                                   [&](const auto& cls) { return open->wanted(*cls); });
    };
    return std::ranges::any_of(restriction->queries, asked_for) ? Status::Ok : Status::False;
}

Result<std::shared_ptr<const Restriction>> EventOutlet::restrict(
    std::span<const std::string> queries, std::shared_ptr<const Restriction> outer) {
    WMI_TRY(target());
    const auto schema = schema_();
    if (!schema) return fail(Status::ShuttingDown, "the service has stopped");
    if (queries.size() > max_queries) {
        return fail(Status::QuotaViolation, "a restricted sink takes {} queries at most",
                    max_queries);
    }
    auto restriction = std::make_shared<Restriction>();
    restriction->outer = std::move(outer);
    for (const auto& text : queries) {
        restriction->queries.push_back(WMI_TRY(bind_query(text, *schema)));
    }
    return restriction;
}

SinkCounters EventOutlet::counters() const {
    return {.raised = raised_, .unwanted = unwanted_, .refused = refused_, .late = late_};
}

com::Ptr<IWbemEventSink> make_event_sink(std::shared_ptr<EventOutlet> outlet,
                                         std::shared_ptr<const Restriction> restriction) {
    return com::make<ComEventSink>(std::move(outlet), std::move(restriction));
}

}  // namespace openwmi::plugin
