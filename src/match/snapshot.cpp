#include "match/snapshot.h"

#include <algorithm>

#include "wql/path_reader.h"

namespace openwmi::match {
namespace {

// Calls `visit` with the name of the class and those of its ancestors, nearest first.
template <class Visitor>
void for_each_class(const cim::Class& cls, Visitor&& visit) {
    visit(cls.name());
    for (const auto& ancestor : cls.derivation()) visit(ancestor);
}

wql::BoundPath path_to_target(const wql::BoundQuery& query) {
    wql::BoundPath path;
    const auto index = query.from()->find_property(query.target_property());
    path.steps.push_back({wql::BoundStep::Kind::Property,
                          static_cast<std::uint32_t>(index.value_or(0)), query.target_property()});
    return path;
}

}  // namespace

SnapshotPtr Snapshot::make(const std::vector<Filter>& filters) {
    auto snapshot = std::make_shared<Snapshot>();
    for (const auto& filter : filters) {
        if (const Filter* known = snapshot->find(filter.id)) snapshot->erase(Filter(*known));
        snapshot->insert(std::make_shared<const Filter>(filter));
    }
    return snapshot;
}

SnapshotPtr Snapshot::with(Filter filter) const {
    auto changed = std::make_shared<Snapshot>(*this);
    if (const Filter* known = find(filter.id)) changed->erase(*known);
    changed->insert(std::make_shared<const Filter>(std::move(filter)));
    return changed;
}

SnapshotPtr Snapshot::without(FilterId id) const {
    auto changed = std::make_shared<Snapshot>(*this);
    if (const Filter* known = find(id)) changed->erase(*known);
    return changed;
}

const Filter* Snapshot::find(FilterId id) const {
    const auto* filter = filters_.find(id);
    return filter ? filter->get() : nullptr;
}

// Rebuilds the entry of the filter's event class.
template <class Change>
void Snapshot::change(const Filter& filter, Change&& change) {
    const auto* known_namespace = namespaces_.find(filter.name_space);
    Namespace name_space = known_namespace ? *known_namespace : Namespace{};
    const cim::Name& class_name = filter.query->select().from;
    const auto* known_class = name_space.find(class_name);
    auto event_class =
        known_class ? std::make_shared<EventClass>(**known_class) : std::make_shared<EventClass>();
    change(*event_class);
    if (event_class->empty()) {
        name_space.erase(class_name);
    } else {
        name_space.put(class_name, std::move(event_class));
    }
    if (name_space.empty()) {
        namespaces_.erase(filter.name_space);
    } else {
        namespaces_.put(filter.name_space, std::move(name_space));
    }
}

void Snapshot::insert(FilterPtr filter) {
    filters_.put(filter->id, filter);
    change(*filter, [&](EventClass& event_class) {
        const auto& targets = filter->query->target_classes();
        if (targets.empty()) return event_class.any.add(filter);
        event_class.target = path_to_target(*filter->query);
        for (const auto& target : targets) {
            const auto* known = event_class.by_target.find(target.name);
            auto group =
                known ? std::make_shared<FilterGroup>(**known) : std::make_shared<FilterGroup>();
            group->remove(*filter);  // a class may be named both exactly and with its subclasses
            group->add(filter);
            event_class.by_target.put(target.name, std::move(group));
        }
    });
}

void Snapshot::erase(const Filter& filter) {
    filters_.erase(filter.id);
    change(filter, [&](EventClass& event_class) {
        event_class.any.remove(filter);
        for (const auto& target : filter.query->target_classes()) {
            const auto* known = event_class.by_target.find(target.name);
            if (!known) continue;
            auto group = std::make_shared<FilterGroup>(**known);
            group->remove(filter);
            if (group->empty()) {
                event_class.by_target.erase(target.name);
            } else {
                event_class.by_target.put(target.name, std::move(group));
            }
        }
    });
}

// An event without its object passes no filter that demands a class of it.
void Snapshot::match_target(const EventClass& event_class, const cim::Instance& event,
                            std::vector<FilterId>& out) {
    const wql::Reading target(event_class.target, event);
    if (target.view().kind != cim::ValueView::Kind::Object) return;
    for_each_class(target.view().object->class_of(), [&](const cim::Name& name) {
        if (const auto* group = event_class.by_target.find(name)) (*group)->match(event, out);
    });
}

void Snapshot::match(const cim::NamespacePath& ns, const cim::Instance& event,
                     std::vector<FilterId>& out) const {
    const auto* name_space = namespaces_.find(ns);
    if (!name_space) return;
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    for_each_class(event.class_of(), [&](const cim::Name& name) {
        const auto* event_class = name_space->find(name);
        if (!event_class) return;
        (*event_class)->any.match(event, out);
        if (!(*event_class)->by_target.empty()) match_target(**event_class, event, out);
    });
    // A filter that names several classes of objects may have been found under more than one.
    std::sort(out.begin() + begin, out.end());
    out.erase(std::unique(out.begin() + begin, out.end()), out.end());
}

bool Snapshot::wanted(const cim::NamespacePath& ns, const cim::Class& event_class) const {
    const auto* name_space = namespaces_.find(ns);
    if (!name_space) return false;
    bool found = false;
    for_each_class(event_class,
                   [&](const cim::Name& name) { found = found || name_space->find(name); });
    return found;
}

}  // namespace openwmi::match
