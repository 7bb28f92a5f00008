#include "eventing/clock_events.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "cim/schema.h"

namespace openwmi::eventing {

namespace {

using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

constexpr std::uint64_t second_ticks = 10'000'000;
constexpr Ticks longest_nap = std::chrono::seconds(10);
constexpr Ticks jump = std::chrono::seconds(1);

base::WallTime whole_second(base::WallTime time) {
    return {time.ticks - time.ticks % second_ticks};
}

base::WallTime next_second(base::WallTime time) {
    return {whole_second(time).ticks + second_ticks};
}

}  // namespace

// One filter and one clock.
struct ClockEvents::Watch {
    match::Filter filter;
    cim::ClassPtr cls;
    ClockKind kind{};
    NextReading next;
    std::chrono::seconds offset{};  // of local time, then
};

struct ClockEvents::Due {
    base::WallTime time;
    cim::NamespacePath name_space;
    cim::ClassPtr cls;
    ClockKind kind{};

    auto order() const { return std::tuple(time.ticks, name_space.key(), cls->name().text()); }
};

ClockEvents::ClockEvents(Options options) : options_(std::move(options)) {
    const auto& clock = options_.executor->clock();
    seen_wall_ = clock.wall();
    seen_steady_ = clock.steady();
}
ClockEvents::~ClockEvents() = default;

std::vector<ClockEvents::Watch> ClockEvents::watches_of(const match::Filter& filter) const {
    std::vector<Watch> found;
    const auto schema = options_.catalog->schema(filter.name_space);
    const auto event_class = cim::find_system_class("__InstanceModificationEvent");
    if (!schema || !event_class->is_a(filter.query->from()->name())) return found;
    const auto add = [&](const cim::ClassPtr& cls) {
        const auto kind = cls ? clock_kind(*cls) : std::nullopt;
        if (kind) found.push_back({filter, cls, *kind, {}, {}});
    };
    for (const auto& target : filter.query->target_classes()) {
        add(schema->find_class(target.name));
        if (target.reach == wql::TargetClass::Reach::Exact) continue;
        for (const auto& cls : schema->subclasses(target.name)) add(cls);
    }
    return found;
}

std::vector<std::string> ClockEvents::add(const match::Filter& filter) {
    auto found = watches_of(filter);
    std::vector<std::string> names;
    for (const auto& watch : found) names.push_back(watch.cls->name().text());
    const Lock lock(mutex_);
    if (found.empty() || watches_.contains(filter.id)) return names;
    look_at_clocks();
    for (auto& watch : found) {
        plan(watch, next_second(seen_wall_));
        watches_.emplace(filter.id, std::move(watch));
    }
    schedule();
    return names;
}

void ClockEvents::remove(match::FilterId filter) {
    const Lock lock(mutex_);
    if (watches_.erase(filter) == 0) return;
    look_at_clocks();
    schedule();
}

// Called with the lock held, as are those below.
void ClockEvents::plan(Watch& watch, base::WallTime from) {
    watch.next = next_reading(*watch.filter.query, watch.cls, watch.kind, from);
    watch.offset = utc_offset(watch.kind, watch.next.time);
}

void ClockEvents::schedule() {
    options_.executor->cancel(scheduled_);
    ++version_;
    if (watches_.empty()) return;
    const auto first = std::ranges::min_element(
        watches_, {}, [](const auto& each) { return each.second.next.time; });
    const auto now = options_.executor->clock().wall().ticks;
    const auto left = static_cast<std::int64_t>(first->second.next.time.ticks - now);
    const Ticks delay(std::clamp<std::int64_t>(left, 0, longest_nap.count()));
    scheduled_ =
        options_.executor->post_after(delay, [weak = weak_from_this(), version = version_] {
            const auto self = weak.lock();
            const auto held = self ? self->options_.hold() : nullptr;
            if (held) self->tick(version);
        });
}

// After a jump the clock shows other seconds than was expected; when exactly it jumped since the
// last look, nobody knows. A zone that changed is a jump of local time.
void ClockEvents::look_at_clocks() {
    const auto& clock = options_.executor->clock();
    const auto wall = clock.wall();
    const auto steady = clock.steady();
    const auto passed = std::chrono::duration_cast<Ticks>(steady - seen_steady_);
    const auto moved = Ticks(static_cast<std::int64_t>(wall.ticks - seen_wall_.ticks));
    seen_wall_ = wall;
    seen_steady_ = steady;
    const bool jumped = moved - passed > jump || passed - moved > jump;
    const auto since = std::min(passed, longest_nap);
    const base::WallTime landed{wall.ticks - static_cast<std::uint64_t>(since.count())};
    for (auto& [id, watch] : watches_) {
        if (jumped) {
            plan(watch, next_second(landed));
        } else if (utc_offset(watch.kind, watch.next.time) != watch.offset) {
            plan(watch, next_second(wall));
        }
    }
}

std::vector<ClockEvents::Due> ClockEvents::take_due() {
    const auto now = options_.executor->clock().wall();
    std::vector<Due> due;
    for (auto& [id, watch] : watches_) {
        if (watch.next.time > now) continue;
        const auto& time = watch.next.time;
        if (watch.next.matches)
            due.push_back({time, watch.filter.name_space, watch.cls, watch.kind});
        // Late without a jump: the second is told of, but what came after it is not dragged along.
        const base::WallTime recent{now.ticks - static_cast<std::uint64_t>(longest_nap.count())};
        const auto from = watch.next.matches ? next_second(time) : time;
        plan(watch, std::max(from, whole_second(recent)));
    }
    std::ranges::sort(due, {}, &Due::order);
    const auto same = std::ranges::unique(due, {}, &Due::order);
    due.erase(same.begin(), same.end());
    return due;
}

// One event a second and clock, whichever filters it is for.
void ClockEvents::tick(std::uint64_t version) {
    std::vector<Due> due;
    {
        const Lock lock(mutex_);
        if (version != version_) return;
        look_at_clocks();
        due = take_due();
    }
    for (const auto& each : due) {
        options_.raise(each.name_space, clock_event(each.cls, each.kind, each.time));
    }
    const Lock lock(mutex_);
    if (version == version_) schedule();
}

}  // namespace openwmi::eventing
