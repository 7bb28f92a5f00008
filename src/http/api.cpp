#include "http/api.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <new>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cim/object_path.h"
#include "core/recovery.h"
#include "http/apply_request.h"
#include "http/arguments.h"
#include "http/event_json.h"
#include "http/explain_request.h"
#include "http/method_request.h"
#include "http/mof_request.h"
#include "http/needed_classes.h"
#include "http/subscription_json.h"
#include "json/json.h"
#include "mof/writer.h"

namespace openwmi::http {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::string_view default_namespace = "root\\cimv2";

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The objects of a query as they come. The answer's status is decided by the first of them, or by
// the outcome when there is none.
class QueryLines final : public core::ResultSink {
  public:
    explicit QueryLines(ReplyPtr reply) : reply_(std::move(reply)) {}

    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        return std::ranges::all_of(objects, [&](const cim::ObjectPtr& object) {
            return outbox().write(json::write(*object));
        });
    }
    void complete(Result<std::string> outcome) override {
        if (!outcome && !outbox_) {
            return reply_->send(http_status(outcome.error().status), error_json(outcome.error()));
        }
        if (!outcome) outbox().write(R"({"error":)" + error_json(outcome.error()) + "}");
        outbox().finish();
    }

  private:
    Outbox& outbox() {
        if (!outbox_) {
            outbox_ = std::make_shared<Outbox>();
            reply_->stream(outbox_);
        }
        return *outbox_;
    }

    const ReplyPtr reply_;
    std::shared_ptr<Outbox> outbox_;
};

// The events of a temporary subscription as lines; with a session, the classes that they need
// before the first event that needs them.
class WatchLines final : public eventing::Receiver {
  public:
    WatchLines(std::shared_ptr<Outbox> outbox, std::shared_ptr<core::Session> classes_from)
        : outbox_(std::move(outbox)), classes_from_(std::move(classes_from)) {}

    void receive(std::span<const eventing::EventPtr> events) override {
        for (const auto& event : events) {
            if (const auto schema = classes_from_ ? classes_from_->schema() : nullptr) {
                classes_.add_all_of(*event->instance, *schema);
                const auto text = classes_.take();
                if (!text.empty()) outbox_->offer(R"({"classes":)" + json::quote(text) + "}");
            }
            outbox_->offer(fmt::format(R"({{"id":{},"time":"{}","event":{}}})", event->id,
                                       iso_time(event->created), json::write(*event->instance)));
        }
    }
    void ended(const Error& why) override {
        outbox_->offer(R"({"error":)" + error_json(why) + "}");
        outbox_->finish();
    }

  private:
    const std::shared_ptr<Outbox> outbox_;
    const std::shared_ptr<core::Session> classes_from_;  // may be null
    NeededClasses classes_;
};

// The one that the request names, else the one in the path.
Result<std::string> namespace_of(const cim::ObjectPath& path, const Arguments& arguments) {
    const auto own = path.name_space ? path.name_space->text() : std::string(default_namespace);
    return arguments.text("namespace", own);
}

// Here ends what libraries throw.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return fail(Status::OutOfMemory, "there is not enough memory for this request");
    } catch (const std::exception& failure) {
        return fail(Status::Failed, "the request failed: {}", failure.what());
    }
}

}  // namespace

const Api::Route Api::routes[] = {
    {"GET", "/v1/status", &Api::status},
    {"GET", "/v1/subscriptions", &Api::subscriptions},
    {"POST", "/v1/mof", &Api::compile},
    {"GET", "/v1/autorecover", &Api::autorecover},
    {"DELETE", "/v1/autorecover", &Api::forget_autorecover},
    {"POST", "/v1/recover", &Api::recover},
    {"POST", "/v1/apply", &Api::apply},
    {"POST", "/v1/query", &Api::query},
    {"GET", "/v1/watch", &Api::watch},
    {"POST", "/v1/watch", &Api::watch},
    {"GET", "/v1/stream", &Api::stream},
    {"GET", "/v1/object", &Api::get_object},
    {"DELETE", "/v1/object", &Api::delete_object},
    {"POST", "/v1/filters/enable", &Api::enable_filter},
    {"POST", "/v1/bindings/observe", &Api::observe_binding},
    {"POST", "/v1/explain", &Api::explain},
    {"GET", "/v1/lint", &Api::lint},
    {"POST", "/v1/method", &Api::call},
    {"GET", "/v1/history", &Api::history},
    {"GET", "/v1/dead-letters", &Api::dead_letters},
    {"DELETE", "/v1/dead-letters", &Api::purge_dead_letters},
    {"POST", "/v1/dead-letters/retry", &Api::retry_dead_letters},
    {"POST", "/v1/repository/backup", &Api::back_up},
    {"POST", "/v1/repository/restore", &Api::restore},
    {"GET", "/v1/repository/verify", &Api::verify},
    {"GET", "/v1/repository/export", &Api::export_mof},
};

Result<> Api::answer(const Route& route, const Request& request, const ReplyPtr& reply) const {
    return guarded([&] { return (this->*route.verb)(request, reply); });
}

void Api::handle(const Request& request, const ReplyPtr& reply) const {
    bool known = false;
    for (const auto& route : routes) {
        if (route.path != request.path) continue;
        known = true;
        if (route.method != request.method) continue;
        const auto done = answer(route, request, reply);
        if (!done) reply->send(http_status(done.error().status), error_json(done.error()));
        return;
    }
    const auto path = base::to_valid_utf8(request.path);
    if (known) {
        return reply->send(405,
                           error_json({Status::NotSupported,
                                       fmt::format("{} cannot be used on {}",
                                                   base::to_valid_utf8(request.method), path)}));
    }
    reply->send(404, error_json({Status::NotFound, fmt::format("there is nothing at {}", path)}));
}

Result<std::shared_ptr<core::Session>> Api::session(const Request& request,
                                                    std::string_view name_space) const {
    return service_.open_session(request.identity, WMI_TRY(cim::NamespacePath::parse(name_space)));
}

Result<> Api::status(const Request&, const ReplyPtr& reply) const {
    eventing::Counters totals;
    std::size_t queued = 0;
    std::uint64_t waiting = 0;
    std::map<std::string, std::size_t> states;
    std::map<std::string, std::size_t> sources;
    for (const auto& each : service_.subscriptions()) {
        totals.matched += each.counters.matched;
        totals.delivered += each.counters.delivered;
        totals.observed += each.counters.observed;
        totals.failed += each.counters.failed;
        totals.dropped += each.counters.dropped;
        totals.dead_lettered += each.counters.dead_lettered;
        totals.refused += each.counters.refused;
        totals.lost_at_crash += each.counters.lost_at_crash;
        waiting += each.waiting_events;
        queued += each.queued_events;
        ++states[std::string(eventing::to_text(each.state))];
        if (!each.coverage.empty()) ++sources[each.coverage];
    }
    auto providers = Json::array();
    for (const auto& each : service_.providers()) {
        providers.push_back({{"namespace", each.name_space},
                             {"name", each.name},
                             {"what", each.what},
                             {"refused", each.refused}});
    }
    const auto now = clock_.wall();
    const auto uptime = (now.ticks - about_.started.ticks) / 10'000'000;
    reply->send(200, dump(Json{{"version", about_.version},
                               {"pid", ::getpid()},
                               {"started", iso_time(about_.started)},
                               {"uptime_seconds", uptime},
                               {"state_folder", about_.state_folder.string()},
                               {"providers", providers},
                               {"sources", sources},
                               {"subscriptions", states},
                               {"totals",
                                {{"matched", totals.matched},
                                 {"delivered", totals.delivered},
                                 {"observed", totals.observed},
                                 {"failed", totals.failed},
                                 {"dropped", totals.dropped},
                                 {"dead_lettered", totals.dead_lettered},
                                 {"refused", totals.refused},
                                 {"lost_at_crash", totals.lost_at_crash},
                                 {"queued", queued},
                                 {"waiting", waiting}}},
                               {"listeners", live_.listeners()}}));
    return {};
}

Result<> Api::subscriptions(const Request&, const ReplyPtr& reply) const {
    auto list = Json::array();
    for (const auto& each : service_.subscriptions()) list.push_back(to_json(each));
    reply->send(200, dump(Json{{"subscriptions", std::move(list)}}));
    return {};
}

// With progress the answer is lines: how far it has come, now and then, and the report last.
Result<> Api::compile(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto in_root = WMI_TRY(session(request, "root"));
    const auto wanted = WMI_TRY(MofRequest::read(arguments.json()));
    if (!wanted.wants_progress()) {
        reply->send(200, wanted.compile(service_, in_root));
        return {};
    }
    const auto outbox = std::make_shared<Outbox>();
    reply->stream(outbox);
    const auto tell = [&](const mof::Progress& progress) {
        outbox->offer(fmt::format(R"({{"progress":{{"done":{},"total":{}}}}})", progress.done,
                                  progress.total));
    };
    const auto report =
        guarded([&]() -> Result<std::string> { return wanted.compile(service_, in_root, tell); });
    outbox->write(report ? *report : R"({"error":)" + error_json(report.error()) + "}");
    outbox->finish();
    return {};
}

Result<> Api::autorecover(const Request&, const ReplyPtr& reply) const {
    auto files = Json::array();
    for (const auto& each : WMI_TRY(service_.autorecover().files())) {
        files.push_back(each.string());
    }
    reply->send(200, dump(Json{{"files", std::move(files)}}));
    return {};
}

Result<> Api::forget_autorecover(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto path = WMI_TRY(arguments.text("path"));
    WMI_TRY(service_.autorecover().remove(path));
    reply->send(200, fmt::format(R"({{"forgotten":{}}})", json::quote(path)));
    return {};
}

Result<> Api::recover(const Request& request, const ReplyPtr& reply) const {
    const auto in_root = WMI_TRY(session(request, "root"));
    auto files = Json::array();
    for (const auto& each :
         WMI_TRY(core::recover(service_.autorecover(), in_root, service_.executor()))) {
        files.push_back({{"file", each.file.string()},
                         {"ok", each.report.ok()},
                         {"summary", mof::summary(each.report)},
                         {"mistakes", each.mistakes}});
    }
    reply->send(200, dump(Json{{"files", std::move(files)}}));
    return {};
}

Result<> Api::apply(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto in_root = WMI_TRY(session(request, "root"));
    reply->send(200, WMI_TRY(apply_mof(arguments.json(), in_root, service_.executor())));
    return {};
}

Result<> Api::query(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto text = WMI_TRY(arguments.text("query"));
    const auto language = WMI_TRY(arguments.text("language", "WQL"));
    const auto in =
        WMI_TRY(session(request, WMI_TRY(arguments.text("namespace", default_namespace))));
    in->exec_query(language, text, {}, std::make_shared<QueryLines>(reply));
    return {};
}

Result<> Api::watch(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto text = WMI_TRY(arguments.text("query"));
    const auto language = WMI_TRY(arguments.text("language", "WQL"));
    const auto in =
        WMI_TRY(session(request, WMI_TRY(arguments.text("namespace", default_namespace))));
    const bool with_classes = arguments.json().value("classes", false);
    const auto outbox = std::make_shared<Outbox>();
    std::shared_ptr<eventing::TemporarySubscription> subscription = WMI_TRY(in->subscribe(
        language, text, std::make_shared<WatchLines>(outbox, with_classes ? in : nullptr)));
    reply->stream(outbox);
    outbox->on_close([subscription] {});
    return {};
}

Result<> Api::stream(const Request&, const ReplyPtr& reply) const {
    const auto outbox = std::make_shared<Outbox>();
    live_.add(outbox);
    reply->stream(outbox);
    return {};
}

Result<> Api::get_object(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto path = WMI_TRY(cim::ObjectPath::parse(WMI_TRY(arguments.text("path"))));
    const auto in = WMI_TRY(session(request, WMI_TRY(namespace_of(path, arguments))));
    const auto found = WMI_TRY(core::wait_for(
        service_.executor(), [&](core::SinkPtr sink) { in->get_object(path, std::move(sink)); }));
    if (found.objects.empty()) return fail(Status::NotFound, "there is no {}", path.text());
    const auto& object = *found.objects.front();
    reply->send(200, fmt::format(R"({{"path":{},"mof":{},"object":{}}})", json::quote(path.text()),
                                 json::quote(mof::write(object)), json::write(object)));
    return {};
}

Result<> Api::delete_object(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto path = WMI_TRY(cim::ObjectPath::parse(WMI_TRY(arguments.text("path"))));
    const auto in = WMI_TRY(session(request, WMI_TRY(namespace_of(path, arguments))));
    WMI_TRY(core::wait_for(service_.executor(), [&](core::SinkPtr sink) {
        if (path.is_class()) return in->delete_class(path.class_name, std::move(sink));
        in->delete_instance(path, std::move(sink));
    }));
    reply->send(200, fmt::format(R"({{"deleted":{}}})", json::quote(path.text())));
    return {};
}

Result<> Api::enable_filter(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto path = WMI_TRY(cim::ObjectPath::parse(WMI_TRY(arguments.text("path"))));
    const bool enabled = WMI_TRY(arguments.boolean("enabled"));
    const auto in = WMI_TRY(session(request, WMI_TRY(namespace_of(path, arguments))));
    WMI_TRY(in->enable_filter(path, enabled));
    reply->send(200,
                fmt::format(R"({{"path":{},"enabled":{}}})", json::quote(path.text()), enabled));
    return {};
}

Result<> Api::observe_binding(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto path = WMI_TRY(cim::ObjectPath::parse(WMI_TRY(arguments.text("path"))));
    const bool observed = WMI_TRY(arguments.boolean("observed"));
    const auto in = WMI_TRY(session(request, WMI_TRY(namespace_of(path, arguments))));
    WMI_TRY(in->observe_binding(path, observed));
    reply->send(200,
                fmt::format(R"({{"path":{},"observed":{}}})", json::quote(path.text()), observed));
    return {};
}

Result<> Api::explain(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto path = WMI_TRY(cim::ObjectPath::parse(WMI_TRY(arguments.text("path"))));
    const auto in = WMI_TRY(session(request, WMI_TRY(namespace_of(path, arguments))));
    reply->send(200, WMI_TRY(explain_filter(arguments.json(), *in)));
    return {};
}

Result<> Api::lint(const Request& request, const ReplyPtr& reply) const {
    const auto in_root = WMI_TRY(session(request, "root"));
    auto findings = Json::array();
    for (const auto& each : WMI_TRY(in_root->lint({.trusted_uid = ::geteuid()}))) {
        findings.push_back({{"subject", each.subject},
                            {"code", each.code},
                            {"text", each.text},
                            {"certain", each.certain}});
    }
    reply->send(200, dump(Json{{"findings", std::move(findings)}}));
    return {};
}

Result<> Api::call(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto path = WMI_TRY(cim::ObjectPath::parse(WMI_TRY(arguments.text("path"))));
    const auto in = WMI_TRY(session(request, WMI_TRY(namespace_of(path, arguments))));
    reply->send(200, WMI_TRY(call_method(arguments.json(), *in, service_.executor())));
    return {};
}

}  // namespace openwmi::http
