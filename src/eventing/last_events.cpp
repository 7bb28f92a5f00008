#include "eventing/last_events.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "cim/instance.h"
#include "wql/evaluator.h"

namespace openwmi::eventing {

// The events of one class: a ring, the oldest of which stands at `next` once it is full.
struct LastEvents::Record {
    using Ring = std::vector<std::pair<EventPtr, std::size_t>>;  // with their bytes

    explicit Record(std::atomic<std::size_t>& bytes_of_all) : all(bytes_of_all) {}
    Record(const Record&) = delete;
    Record& operator=(const Record&) = delete;
    ~Record() { all -= bytes; }

    Kind kind;
    std::atomic<std::uint64_t> seen{0};
    std::atomic<std::uint64_t> last{0};  // by the clock of all records
    std::atomic<std::size_t> bytes{0};
    std::atomic<std::size_t>& all;
    std::mutex mutex;
    Ring ring;
    std::size_t next = 0;

    // What is replaced is given to the caller, who destroys it without a lock, as is what is taken.
    EventPtr put(EventPtr event, std::size_t size, std::size_t most) {
        const std::lock_guard lock(mutex);
        bytes += size;
        all += size;
        if (ring.size() < most) {
            ring.emplace_back(std::move(event), size);
            return nullptr;
        }
        auto& place = ring[next];
        next = (next + 1) % ring.size();
        const auto old = std::exchange(place.second, size);
        bytes -= old;
        all -= old;
        return std::exchange(place.first, std::move(event));
    }
    Ring take() {
        const std::lock_guard lock(mutex);
        all -= bytes.exchange(0);
        next = 0;
        return std::exchange(ring, {});
    }
};

namespace {

std::size_t combine(std::size_t a, std::size_t b) {
    return a ^ (b + 0x9E3779B97F4A7C15 + (a << 6) + (a >> 2));
}

template <class Any>
std::size_t hash_of(const Any& key) {
    return combine(std::hash<cim::NamespacePath>()(key.name_space),
                   combine(key.event_class.hash(), key.object_class.hash()));
}

}  // namespace

std::size_t LastEvents::Hash::operator()(const Key& key) const {
    return hash_of(key);
}
std::size_t LastEvents::Hash::operator()(const View& view) const {
    return hash_of(view);
}
bool LastEvents::Equal::operator()(const View& a, const Key& b) const {
    return a.event_class == b.event_class && a.object_class == b.object_class &&
           a.name_space == b.name_space;
}

bool is_about(const wql::BoundQuery& query, const LastEvents::Kind& kind) {
    if (!wql::is_about(query, *kind.event_class)) return false;
    const auto& targets = query.target_classes();
    if (targets.empty() || !kind.object_class) return true;
    return std::ranges::any_of(targets, [&](const wql::TargetClass& target) {
        return target.reach == wql::TargetClass::Reach::Exact
                   ? kind.object_class->name() == target.name
                   : kind.object_class->is_a(target.name);
    });
}

const cim::Object* object_of(const cim::Instance& event) {
    static const cim::Name images[] = {"TargetInstance", "TargetClass", "TargetNamespace"};
    for (const auto& image : images) {
        const auto index = event.class_of().find_property(image);
        if (!index) continue;
        const auto view = event.view(*index);
        return view.kind == cim::ValueView::Kind::Object ? view.object : nullptr;
    }
    return nullptr;
}

// Called with the lock held for writing. What it gives is destroyed without it.
LastEvents::RecordPtr LastEvents::make_room() {
    if (records_.size() < limits_.classes) return nullptr;
    const auto oldest = std::ranges::min_element(
        records_, {}, [](const auto& each) { return each.second->last.load(); });
    auto record = std::move(oldest->second);
    records_.erase(oldest);
    return record;
}

LastEvents::RecordPtr LastEvents::record(const cim::NamespacePath& ns,
                                         const cim::ClassPtr& event_class,
                                         const cim::Class* object) {
    static const cim::Name none;
    const View view{ns, event_class->name(), object ? object->name() : none};
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = records_.find(view); found != records_.end()) return found->second;
    }
    RecordPtr gone;
    const std::lock_guard lock(mutex_);
    if (const auto found = records_.find(view); found != records_.end()) return found->second;
    gone = make_room();
    auto made = std::make_shared<Record>(bytes_);
    made->kind = {ns, event_class, cim::ClassPtr(object)};
    made->last = ++clock_;
    made->ring.reserve(limits_.events);
    records_.emplace(Key{ns, event_class->name(), view.object_class}, made);
    return made;
}

void LastEvents::count(const cim::NamespacePath& ns, const cim::ClassPtr& event_class,
                       const cim::Class* object) {
    const auto found = record(ns, event_class, object);
    ++found->seen;
    found->last = ++clock_;
}

void LastEvents::keep(const EventPtr& event) {
    const auto& instance = *event->instance;
    const auto* object = object_of(instance);
    const auto found =
        record(event->name_space, instance.class_ptr(), object ? &object->class_of() : nullptr);
    ++found->seen;
    found->last = ++clock_;
    const auto size = instance.memory_bytes();
    if (size > limits_.event_bytes) return;
    const auto replaced = found->put(event, size, limits_.events);
    if (bytes_ > limits_.bytes) drop_largest();
}

// Whoever needs the most loses all it has, so that there is room for many others.
void LastEvents::drop_largest() {
    const auto all = records();
    const auto largest = std::ranges::max_element(
        all, {}, [](const RecordPtr& record) { return record->bytes.load(); });
    if (largest != all.end()) (*largest)->take();
}

std::vector<LastEvents::RecordPtr> LastEvents::records() const {
    const std::shared_lock lock(mutex_);
    std::vector<RecordPtr> all;
    all.reserve(records_.size());
    for (const auto& [key, record] : records_) all.push_back(record);
    return all;
}

std::vector<LastEvents::Kind> LastEvents::kinds() const {
    std::vector<Kind> all;
    for (const auto& record : records()) {
        all.push_back(record->kind);
        all.back().seen = record->seen;
    }
    std::ranges::sort(all, [](const Kind& a, const Kind& b) {
        return std::tuple(b.seen, a.name_space.text(), a.event_class->name().text()) <
               std::tuple(a.seen, b.name_space.text(), b.event_class->name().text());
    });
    return all;
}

std::uint64_t LastEvents::seen(const Wanted& wanted) const {
    std::uint64_t sum = 0;
    for (const auto& record : records()) {
        if (wanted(record->kind)) sum += record->seen;
    }
    return sum;
}

std::vector<EventPtr> LastEvents::events(const Wanted& wanted, std::size_t most) const {
    std::vector<EventPtr> all;
    for (const auto& record : records()) {
        if (!wanted(record->kind)) continue;
        const std::lock_guard lock(record->mutex);
        for (const auto& [event, size] : record->ring) all.push_back(event);
    }
    std::ranges::sort(all, std::greater(), [](const EventPtr& event) { return event->id; });
    if (all.size() > most) all.resize(most);
    return all;
}

}  // namespace openwmi::eventing
