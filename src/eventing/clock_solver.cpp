#include "eventing/clock_solver.h"

#include <algorithm>

#include "cim/schema.h"
#include "wql/evaluator.h"

namespace openwmi::eventing {

namespace {

constexpr std::uint64_t second_ticks = 10'000'000;
constexpr int most_evaluations = 2000;

base::WallTime plus(base::WallTime time, std::int64_t seconds) {
    return {time.ticks + static_cast<std::uint64_t>(seconds) * second_ticks};
}

cim::InstancePtr event_of(const cim::InstancePtr& current, const cim::InstancePtr& previous) {
    cim::InstanceBuilder builder(cim::find_system_class("__InstanceModificationEvent"));
    (void)builder.set("TargetInstance", cim::Value(cim::ObjectPtr(current)));
    (void)builder.set("PreviousInstance", cim::Value(cim::ObjectPtr(previous)));
    return builder.build();
}

// One search. Confined to it.
class Search {
  public:
    Search(const wql::BoundQuery& query, const cim::ClassPtr& cls, ClockKind kind)
        : query_(query), cls_(cls), kind_(kind) {
        using Kind = wql::BoundNode::Kind;
        // To whoever asks whether something is NULL, unknown is not the same as NULL.
        prunes_ = std::ranges::none_of(query.nodes(), [](const wql::BoundNode& node) {
            return node.kind == Kind::IsNull || node.kind == Kind::IsNotNull;
        });
    }

    NextReading run(base::WallTime at) {
        while (evaluations_ < most_evaluations) {
            const auto reading = read_clock(kind_, at);
            if (const auto skip = hopeless_seconds(at, reading)) {
                at = plus(at, skip);
                continue;
            }
            if (evaluate(at, reading, ClockPart::Second) == wql::Truth::True) return {at, true};
            at = plus(at, 1);
        }
        return {at, false};
    }

  private:
    // How long the query will not be fulfilled for certain; 0: it may be.
    std::int64_t hopeless_seconds(base::WallTime at, const ClockReading& reading) {
        if (!prunes_) return 0;
        const std::int64_t in_minute = reading.second;
        const std::int64_t in_hour = in_minute + std::int64_t{60} * reading.minute;
        const std::int64_t in_day = in_hour + std::int64_t{3600} * reading.hour;
        const struct {
            ClockPart part;
            std::int64_t left;
        } spans[] = {{ClockPart::Day, 86400 - in_day},
                     {ClockPart::Hour, 3600 - in_hour},
                     {ClockPart::Minute, 60 - in_minute}};
        for (const auto& [part, left] : spans) {
            // The clock may be put forward or back within the span: then its parts are looked at.
            if (utc_offset(kind_, at) != utc_offset(kind_, plus(at, left - 1))) continue;
            if (evaluate(at, reading, part) == wql::Truth::False) return left;
        }
        return 0;
    }

    wql::Truth evaluate(base::WallTime at, const ClockReading& reading, ClockPart known) {
        ++evaluations_;
        const bool whole = known == ClockPart::Second;
        const auto before = whole ? read_clock(kind_, plus(at, -1)) : ClockReading();
        return wql::evaluate_condition(
            query_, *event_of(clock_instance(cls_, reading, known),
                              clock_instance(cls_, before, whole ? known : ClockPart::None)));
    }

    const wql::BoundQuery& query_;
    const cim::ClassPtr& cls_;
    const ClockKind kind_;
    bool prunes_ = true;
    int evaluations_ = 0;
};

}  // namespace

cim::InstancePtr clock_event(const cim::ClassPtr& cls, ClockKind kind, base::WallTime second) {
    const auto at = [&](base::WallTime time) {
        return clock_instance(cls, read_clock(kind, time), ClockPart::Second);
    };
    return event_of(at(second), at(plus(second, -1)));
}

NextReading next_reading(const wql::BoundQuery& query, const cim::ClassPtr& cls, ClockKind kind,
                         base::WallTime from) {
    return Search(query, cls, kind).run(from);
}

}  // namespace openwmi::eventing
