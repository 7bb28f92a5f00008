#include "eventing/timers.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/fold.h"
#include "cim/datetime.h"
#include "eventing/consumer_queue.h"

namespace openwmi::eventing {

namespace {

using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

constexpr base::Duration shortest_interval = std::chrono::milliseconds(10);  // OD-024
// The calendar may jump and the machine may sleep: whoever waits for a date looks again.
constexpr Ticks longest_nap = std::chrono::seconds(10);
// What fires often is not written each time: after a crash these firings may count twice.
constexpr base::Duration save_delay = std::chrono::seconds(1);
constexpr base::Duration save_retry = std::chrono::minutes(1);
constexpr base::Duration quiet_patience = std::chrono::seconds(5);

std::string key_of(const cim::NamespacePath& ns, std::string_view timer) {
    return ns.key() + '|' + base::fold(timer);
}

std::int64_t ticks_of(base::WallTime time) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(time.ticks, INT64_MAX));
}

cim::Value property(const cim::Instance& instance, const char* name) {
    return instance.find(name).value_or(cim::Value());
}

}  // namespace

// One instruction that is obeyed. An interval of zero: it is an absolute timer.
struct Timers::Timer {
    cim::NamespacePath name_space;
    cim::ObjectPath path;
    std::string id;
    base::Duration interval{};
    base::SteadyTime next;   // of an interval
    base::WallTime due;      // absolute
    std::uint64_t late = 0;  // firings that were missed, to be told of at once
    bool over = false;       // absolute, and has fired
    std::shared_ptr<const TimerMark> mark;
    base::TimerId scheduled{};
    std::uint64_t version = 0;  // tells an outdated task from the one that counts
    unsigned raising = 0;
    std::thread::id raiser;
    bool removed = false;  // and still raising

    bool is_absolute() const { return interval == base::Duration::zero(); }
};

Timers::Timers(Options options) : options_(std::move(options)) {}
Timers::~Timers() = default;

void Timers::load_all() {
    for (const auto& ns : options_.catalog->namespaces()) {
        const auto instructions = options_.catalog->instances(ns, "__TimerInstruction");
        if (!instructions) continue;
        for (const auto& each : *instructions) read(ns, *each, Origin::Stored);
    }
}

void Timers::changed(const cim::NamespacePath& ns, const cim::ObjectPath& path) {
    const auto instruction = options_.catalog->find_instance(ns, path);
    if (instruction) return read(ns, **instruction, Origin::Put);
    if (path.keys.size() != 1) return;
    const auto* id = path.keys.front().value.get_if<std::string>();
    if (!id || instruction.error().status != Status::NotFound) return;
    remove(key_of(ns, *id));
    save({{ns, *id, std::nullopt}});
}

// Empty: the instruction is not obeyed. Put refuses dates that are none; an interval that is too
// short is ignored (SYS-045).
std::optional<Timers::Timer> Timers::parse(const cim::NamespacePath& ns,
                                           const cim::Instance& instruction) {
    Timer timer{.name_space = ns};
    const auto id = property(instruction, "TimerId");
    auto path = instruction.path();
    if (!id.get_if<std::string>() || !path) return std::nullopt;
    timer.id = id.get<std::string>();
    timer.path = std::move(*path);
    const auto skip = property(instruction, "SkipIfPassed");
    timer.mark = std::make_shared<TimerMark>(TimerMark{skip.get_if<bool>() && skip.get<bool>()});
    if (instruction.class_of().is_a("__AbsoluteTimerInstruction")) {
        const auto text = property(instruction, "EventDateTime");
        if (!text.get_if<std::string>()) return std::nullopt;
        const auto date = cim::DateTime::parse(text.get<std::string>());
        const auto due = date ? date->time() : std::nullopt;
        if (!due) return std::nullopt;
        timer.due = *due;
        return timer;
    }
    const auto interval = property(instruction, "IntervalBetweenEvents");
    const auto* count = interval.get_if<std::uint64_t>();
    timer.interval = std::chrono::milliseconds(count ? *count : 0);
    if (timer.interval < shortest_interval) return std::nullopt;
    return timer;
}

// Puts the timer in line with its instruction: one that says the same as before goes on undisturbed
// (OD-025).
void Timers::read(const cim::NamespacePath& ns, const cim::Instance& instruction, Origin origin) {
    auto timer = parse(ns, instruction);
    const auto id = property(instruction, "TimerId");
    if (!id.get_if<std::string>()) return;
    const auto key = key_of(ns, id.get<std::string>());
    if (!timer) return remove(key);
    const auto saved = origin == Origin::Stored && options_.store
                           ? options_.store->next_firing(ns, timer->id)
                           : std::nullopt;
    {
        const Lock lock(mutex_);
        if (stopped_) return;
        auto& place = timers_[key];
        const bool same = !place.removed && place.mark && place.interval == timer->interval &&
                          place.due == timer->due;
        if (same) {
            if (place.mark->skip_if_passed != timer->mark->skip_if_passed) place.mark = timer->mark;
            return;
        }
        options_.executor->cancel(place.scheduled);
        timer->raising = place.raising;
        timer->raiser = place.raiser;
        place = std::move(*timer);
        arm(key, place, saved);
    }
    save({});
}

// Called with the lock held, as are those below.
void Timers::arm(const std::string& key, Timer& timer, std::optional<std::int64_t> saved) {
    if (timer.is_absolute()) {
        arm_absolute(timer, saved);
    } else {
        arm_interval(timer, saved);
    }
    dirty_.insert(key);
    schedule(key, timer);
}

void Timers::arm_interval(Timer& timer, std::optional<std::int64_t> saved) {
    const auto& clock = options_.executor->clock();
    timer.next = clock.steady() + timer.interval;
    if (!saved || *saved <= 0) return;
    const auto interval = std::chrono::duration_cast<Ticks>(timer.interval).count();
    const auto late = ticks_of(clock.wall()) - *saved;
    // The phase goes on where it was, whatever the calendar did meanwhile.
    auto wait = late >= 0 ? interval - late % interval : -late % interval;
    if (wait == 0) wait = interval;
    timer.next = clock.steady() + Ticks(wait);
    if (late >= 0 && !timer.mark->skip_if_passed) {
        timer.late = static_cast<std::uint64_t>(late / interval) + 1;
    }
}

// A date that was saved with a minus has fired. Another date than the instruction's is outdated.
void Timers::arm_absolute(Timer& timer, std::optional<std::int64_t> saved) {
    timer.over = saved && *saved == -ticks_of(timer.due);
    const bool passed = timer.due <= options_.executor->clock().wall();
    if (passed && timer.mark->skip_if_passed) timer.over = true;  // OD-023, OD-100
}

void Timers::schedule(const std::string& key, Timer& timer) {
    timer.version = ++last_version_;
    if (timer.over) return;
    const auto& clock = options_.executor->clock();
    base::Duration delay = timer.next - clock.steady();
    if (timer.late > 0) delay = base::Duration::zero();
    if (timer.is_absolute()) {
        const auto left = ticks_of(timer.due) - ticks_of(clock.wall());
        delay = Ticks(std::clamp<std::int64_t>(left, 0, longest_nap.count()));
    }
    timer.scheduled =
        options_.executor->post_after(std::max(delay, base::Duration::zero()),
                                      [weak = weak_from_this(), key, version = timer.version] {
                                          const auto self = weak.lock();
                                          const auto held = self ? self->options_.hold() : nullptr;
                                          if (held) self->fire(key, version);
                                      });
}

// How often it has fired by now; 0: not yet.
std::uint64_t Timers::take_firings(Timer& timer) {
    const auto& clock = options_.executor->clock();
    if (timer.is_absolute()) {
        timer.over = timer.due <= clock.wall();
        return timer.over ? 1 : 0;
    }
    auto firings = std::exchange(timer.late, 0);
    const auto behind = clock.steady() - timer.next;
    if (behind >= base::Duration::zero()) {
        const auto more = behind / timer.interval + 1;
        timer.next += timer.interval * more;
        firings += static_cast<std::uint64_t>(more);
    }
    return timer.mark->skip_if_passed ? std::min<std::uint64_t>(firings, 1) : firings;
}

// Raises while no lock is held. The next firing is scheduled after that: a timer that outpaces
// synchronous consumers merges instead of taking up threads.
void Timers::fire(const std::string& key, std::uint64_t version) {
    Lock lock(mutex_);
    const auto found = timers_.find(key);
    if (stopped_ || found == timers_.end() || found->second.version != version) return;
    auto& timer = found->second;
    const auto firings = take_firings(timer);
    if (firings == 0) return schedule(key, timer);
    ++timer.raising;
    timer.raiser = std::this_thread::get_id();
    dirty_.insert(key);
    const auto [ns, id, mark] = std::tuple(timer.name_space, timer.id, timer.mark);
    const bool once = timer.is_absolute();
    lock.unlock();
    if (once) {
        save({});  // first, so that it does not fire again after a crash
    } else {
        save_after(save_delay);
    }
    options_.raise(ns, id, firings, mark);
    lock.lock();
    // The map keeps the record while it is raising.
    auto& raised = timers_.at(key);
    --raised.raising;
    raised_.notify_all();
    if (raised.removed && raised.raising == 0) {
        timers_.erase(key);
    } else if (!stopped_ && raised.version == version) {
        schedule(key, raised);
    }
}

bool Timers::is_gone(const Timer& timer) const {
    const auto found = options_.catalog->find_instance(timer.name_space, timer.path);
    if (found) return false;
    const auto status = found.error().status;
    return status == Status::NotFound || status == Status::InvalidClass ||
           status == Status::InvalidNamespace;
}

void Timers::drop_what_is_gone() {
    std::vector<std::string> gone;
    {
        const Lock lock(mutex_);
        for (const auto& [key, timer] : timers_) {
            if (!timer.removed && is_gone(timer)) gone.push_back(key);
        }
    }
    for (const auto& key : gone) remove(key);
}

void Timers::remove(const std::string& key) {
    Lock lock(mutex_);
    const auto found = timers_.find(key);
    if (found == timers_.end()) return;
    options_.executor->cancel(found->second.scheduled);
    found->second.version = ++last_version_;  // nobody goes on with it
    found->second.removed = true;
    dirty_.erase(key);
    if (found->second.raising == 0) {
        timers_.erase(found);
    } else {
        wait_until_quiet(lock, key);
    }
}

// Whoever deletes an instruction sees no event of it afterwards; a consumer that deletes it while
// it is called does not wait for itself.
void Timers::wait_until_quiet(Lock& lock, const std::string& key) {
    if (delivery_depth() > 0 || timers_.at(key).raiser == std::this_thread::get_id()) return;
    raised_.wait_for(lock, quiet_patience, [&] {
        const auto found = timers_.find(key);
        return found == timers_.end() || found->second.raising == 0;
    });
}

void Timers::stop() {
    {
        const Lock lock(mutex_);
        if (std::exchange(stopped_, true)) return;
        for (const auto& [key, timer] : timers_) {
            options_.executor->cancel(timer.scheduled);
            dirty_.insert(key);
        }
    }
    save({});
}

std::int64_t Timers::to_be_saved(const Timer& timer) const {
    if (timer.is_absolute()) return timer.over ? -ticks_of(timer.due) : ticks_of(timer.due);
    const auto& clock = options_.executor->clock();
    const auto wait = std::chrono::duration_cast<Ticks>(timer.next - clock.steady()).count();
    return ticks_of(clock.wall()) + wait;
}

void Timers::save_after(base::Duration delay) {
    {
        const Lock lock(mutex_);
        if (stopped_ || std::exchange(save_posted_, true)) return;
    }
    options_.executor->post_after(delay, [weak = weak_from_this()] {
        const auto self = weak.lock();
        const auto held = self ? self->options_.hold() : nullptr;
        if (!held) return;
        {
            const Lock lock(self->mutex_);
            self->save_posted_ = false;
        }
        self->save({});
    });
}

void Timers::save(std::vector<TimerStore::Entry> entries) {
    if (!options_.store) return;
    const std::lock_guard saving(saving_);
    std::set<std::string> keys;
    {
        const Lock lock(mutex_);
        keys.swap(dirty_);
        for (const auto& key : keys) {
            const auto found = timers_.find(key);
            if (found == timers_.end() || found->second.removed) continue;
            const auto& timer = found->second;
            entries.push_back({timer.name_space, timer.id, to_be_saved(timer)});
        }
    }
    if (entries.empty()) return;
    const auto saved = options_.store->save(entries);
    if (saved) return;
    if (options_.observer)
        options_.observer->on_state("timers", "degraded", to_text(saved.error()));
    {
        const Lock lock(mutex_);
        dirty_.merge(keys);
    }
    save_after(save_retry);
}

}  // namespace openwmi::eventing
