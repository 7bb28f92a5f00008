#include <map>
#include <nlohmann/json.hpp>

#include "cli/embedded.h"
#include "cli/exit_code.h"
#include "cli/local_check.h"
#include "cli/recording.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "eventing/aggregation.h"
#include "http/event_json.h"
#include "json/json.h"
#include "wql/query.h"

namespace openwmi::cli {

namespace {

// What the query would have said of each event, at its time: windows of GROUP end as they would
// have ended. Confined to one call.
class Replay {
  public:
    Replay(const Setting& setting, const std::string& query)
        : setting_(setting), query_(query), world_(embedded_world()) {}

    Result<> run(const std::filesystem::path& file) {
        WMI_TRY(world_.start());
        counts_ = WMI_TRY(
            read_recording(file, world_, [this](const RecordedEvent& each) { return take(each); }));
        if (!aggregation_) return {};
        // The last windows, too.
        world_.executor().advance(bound_->group()->within);
        return {};
    }
    void print_summary() const {
        auto text = fmt::format("would have fired {} times for {} events", fired_, counts_.events);
        if (counts_.lost > 0) {
            text += fmt::format("; {} events are missing in the recording", counts_.lost);
        }
        if (counts_.unreadable > 0) text += fmt::format("; {} lines unread", counts_.unreadable);
        setting_.terminal.note(text);
        if (bound_) {
            for (const auto& name : bound_->unknown_classes()) {
                setting_.terminal.note(
                    fmt::format("the recording has no class {}", printable(name.text())));
            }
            return;
        }
        setting_.terminal.note(
            "the query was never asked: the recording has no event of its class");
    }

  private:
    // At the first event of the query's class: by then the recording has told of its classes.
    Result<> bind(const cim::InstancePtr& event) {
        const auto session = WMI_TRY(
            world_.service().open_session(security::Identity::of_service(), recorded_namespace));
        const auto schema = session->schema();
        auto query = WMI_TRY(wql::parse(query_));
        const auto* select = query.select();
        if (!select) return fail(Status::InvalidQuery, "an event query begins with SELECT");
        if (!event->class_of().is_a(select->from)) return {};
        auto bound = WMI_TRY(wql::bind(std::move(query), *schema, wql::BindFor::Event));
        bound_ = std::make_shared<const wql::BoundQuery>(std::move(bound));
        if (bound_->group()) make_aggregation();
        return {};
    }
    void make_aggregation() {
        aggregation_ = std::make_shared<eventing::Aggregation>(eventing::Aggregation::Options{
            .executor = &world_.executor(),
            .hold = [always = std::make_shared<char>()] { return always; },
            .filter = {match::FilterId{1}, recorded_namespace, bound_},
            .emit =
                [this](match::FilterId, const eventing::Aggregation::Window& window) {
                    const auto aggregate = eventing::make_aggregate(window);
                    if (aggregate) fire(**aggregate, world_.executor().clock().wall(), 0);
                }});
    }
    Result<> take(const RecordedEvent& recorded) {
        if (!bound_) WMI_TRY(bind(recorded.event));
        pass_time(recorded.time);
        if (!bound_ || wql::evaluate(*bound_, *recorded.event) != wql::Truth::True) return {};
        const auto shown = wql::project(*bound_, recorded.event);
        if (!aggregation_) {
            fire(*shown, recorded.time, recorded.id);
            return {};
        }
        auto event = std::make_shared<eventing::Event>();
        event->instance = shown;
        event->name_space = recorded_namespace;
        event->created = recorded.time;
        if (aggregation_->add(*event, event)) return {};
        return fail(Status::QueueOverflow, "the query groups by too many different values");
    }

    // A recording that was joined from several may go back in time; then no time passes.
    void pass_time(base::WallTime now) {
        auto& executor = world_.executor();
        if (last_ && now.ticks > last_->ticks) {
            executor.advance(std::chrono::nanoseconds((now.ticks - last_->ticks) * 100));
        } else if (!last_) {
            executor.set_wall(now);
        }
        last_ = now;
    }

    void fire(const cim::Instance& event, base::WallTime time, std::uint64_t id) {
        ++fired_;
        setting_.terminal.line(fmt::format(R"({{"id":{},"time":"{}","event":{}}})", id,
                                           http::iso_time(time), json::write(event)));
    }

    const Setting& setting_;
    const std::string query_;
    scenarios::World world_;
    std::shared_ptr<const wql::BoundQuery> bound_;
    std::shared_ptr<eventing::Aggregation> aggregation_;
    std::optional<base::WallTime> last_;
    RecordingCounts counts_;
    std::uint64_t fired_ = 0;
};

}  // namespace

int replay(const Setting& setting, const ReplayOptions& options) {
    if (!is_correct(setting, options.query)) return failed;
    Replay replay(setting, options.query);
    const auto done = replay.run(options.file);
    if (!done) return setting.terminal.complain(done.error());
    replay.print_summary();
    return ok;
}

}  // namespace openwmi::cli
