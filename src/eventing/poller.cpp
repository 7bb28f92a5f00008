#include "eventing/poller.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace openwmi::eventing {

namespace {

std::string key_of(const cim::NamespacePath& ns, const cim::Class& cls) {
    return ns.key() + '|' + base::fold(cls.name().text());
}

// A class that was changed meanwhile is no change of its instances.
bool is_modified(const cim::InstancePtr& old, const cim::InstancePtr& current) {
    if (old->class_ptr() == current->class_ptr()) return !cim::same_content(*old, *current);
    return !cim::same_content(*cim::upgrade(*old, current->class_ptr()), *current);
}

}  // namespace

// A filter's share in a poll.
struct Poller::Member {
    base::Duration interval{};
    std::string user;
    std::set<Change::Kind> kinds;
};

// One class of one namespace. In it `instances` is what was there last time, by key; empty before
// the first reading.
struct Poller::Poll {
    cim::NamespacePath name_space;
    cim::ClassPtr cls;
    std::map<match::FilterId, Member> members;
    std::optional<std::map<std::string, cim::InstancePtr>> instances;
    std::uint64_t bytes = 0;
    bool reading = false;
    bool stale = false;         // what is being read was asked for by others, who are gone
    std::uint64_t version = 0;  // of the reading
    std::uint64_t readings = 0;
    base::Duration took{};  // the last one
    base::SteadyTime began;
    base::SteadyTime ended;
    base::TimerId scheduled{};
    std::string failure;
    std::shared_ptr<base::Gate> first;  // opens after the first reading, good or bad

    base::Duration interval() const {
        return std::ranges::min_element(members, {},
                                        [](const auto& each) { return each.second.interval; })
            ->second.interval;
    }
};

Poller::Poller(Options options) : options_(std::move(options)) {}
Poller::~Poller() = default;

Result<> Poller::check_instructions(const Subscriber& who) const {
    const auto of_user =
        std::ranges::count(users_, who.user, [](auto& each) { return each.second; });
    return check_quota(Quotas::read(*options_.catalog).polling_instructions, users_.size(),
                       static_cast<std::uint64_t>(of_user), "polling queries");
}

Result<> Poller::add(const match::Filter& filter, const Subscriber& who,
                     const std::vector<Class>& classes) {
    std::vector<std::string> fresh;
    std::vector<std::shared_ptr<base::Gate>> gates;
    {
        const Lock lock(mutex_);
        if (!users_.contains(filter.id)) WMI_TRY(check_instructions(who));
        users_[filter.id] = who.user;
        for (const auto& each : classes) {
            const auto key = key_of(filter.name_space, *each.cls);
            auto& poll = polls_[key];
            const bool is_new = poll.members.empty();
            poll.name_space = filter.name_space;
            poll.cls = each.cls;
            poll.members[filter.id] = {*filter.query->within(), who.user, each.kinds};
            if (is_new) {
                poll.first = options_.executor->make_gate();
                poll.stale = poll.reading;
                fresh.push_back(key);
            } else if (!poll.reading) {
                schedule(key, poll);
            }
            gates.push_back(poll.first);
        }
    }
    for (const auto& key : fresh) begin(key);
    const auto deadline = options_.executor->clock().steady() + options_.first_patience;
    for (const auto& gate : gates) {
        const auto left = deadline - options_.executor->clock().steady();
        gate->wait(std::max(left, base::Duration::zero()));
    }
    return {};
}

void Poller::remove(match::FilterId filter) {
    const Lock lock(mutex_);
    users_.erase(filter);
    for (auto it = polls_.begin(); it != polls_.end();) {
        auto& [key, poll] = *it;
        poll.members.erase(filter);
        if (!poll.members.empty()) {
            ++it;
            continue;
        }
        options_.executor->cancel(poll.scheduled);
        poll.instances.reset();
        poll.bytes = 0;
        poll.failure.clear();
        it = poll.reading ? std::next(it) : polls_.erase(it);
    }
}

std::string Poller::failure(match::FilterId filter) const {
    const Lock lock(mutex_);
    return failure_of(filter);
}

std::vector<Poller::Cost> Poller::costs(match::FilterId filter) const {
    const Lock lock(mutex_);
    std::vector<Cost> all;
    for (const auto& [key, poll] : polls_) {
        if (!poll.members.contains(filter)) continue;
        all.push_back({poll.cls->name(), poll.interval(), poll.readings, poll.took,
                       poll.instances ? poll.instances->size() : 0, poll.bytes,
                       poll.members.size()});
    }
    return all;
}

// Called with the lock held, as are those that take a Poll.
std::string Poller::failure_of(match::FilterId filter) const {
    std::string all;
    for (const auto& [key, poll] : polls_) {
        if (poll.failure.empty() || !poll.members.contains(filter)) continue;
        all += (all.empty() ? "" : "; ") + poll.failure;
    }
    return all;
}

void Poller::tell(const Reports& reports) const {
    for (const auto& [filter, failure] : reports) options_.report(filter, failure);
}

void Poller::set_failure(Poll& poll, std::string why, Reports& reports) {
    if (poll.failure == why) return;
    poll.failure = std::move(why);
    for (const auto& [id, member] : poll.members) reports.emplace_back(id, failure_of(id));
}

// How much a reading may keep in memory: what the quotas leave, in all and to each user of it.
std::uint64_t Poller::allowance(const Poll& poll) const {
    const auto limit = Quotas::read(*options_.catalog).polling_memory_bytes;
    std::uint64_t total = 0;
    std::map<std::string, std::uint64_t> of_user;
    for (const auto& [key, other] : polls_) {
        if (&other == &poll) continue;
        total += other.bytes;
        std::set<std::string> users;
        for (const auto& [id, member] : other.members) users.insert(member.user);
        for (const auto& user : users) of_user[user] += other.bytes;
    }
    auto left = limit.total - std::min(limit.total, total);
    for (const auto& [id, member] : poll.members) {
        const auto used = std::min(limit.per_user, of_user[member.user]);
        left = std::min(left, limit.per_user - used);
    }
    return left;
}

void Poller::begin(const std::string& key) {
    InstanceReader::Request request;
    std::uint64_t version = 0;
    {
        const Lock lock(mutex_);
        const auto found = polls_.find(key);
        if (found == polls_.end() || found->second.reading) return;
        auto& poll = found->second;
        poll.reading = true;
        poll.began = options_.executor->clock().steady();
        version = poll.version = ++last_version_;
        request = {poll.name_space, poll.cls->name(), allowance(poll)};
        watch(key, version);
    }
    options_.reader->read(request, [weak = weak_from_this(), key, version](const auto& answer) {
        const auto self = weak.lock();
        const auto held = self ? self->options_.hold() : nullptr;
        if (held) self->finish(key, version, answer);
    });
}

// A provider that does not answer is not asked again, but its silence is told of.
void Poller::watch(const std::string& key, std::uint64_t version) {
    options_.executor->post_after(options_.patience, [weak = weak_from_this(), key, version] {
        const auto self = weak.lock();
        const auto held = self ? self->options_.hold() : nullptr;
        if (!held) return;
        Reports reports;
        {
            const Lock lock(self->mutex_);
            const auto found = self->polls_.find(key);
            if (found == self->polls_.end() || !found->second.reading ||
                found->second.version != version) {
                return;
            }
            const auto seconds =
                std::chrono::duration_cast<std::chrono::seconds>(self->options_.patience);
            self->set_failure(found->second,
                              fmt::format("the provider of {} has not answered for {} seconds",
                                          found->second.cls->name().text(), seconds.count()),
                              reports);
        }
        self->tell(reports);
    });
}

void Poller::finish(const std::string& key, std::uint64_t version,
                    const Result<std::vector<cim::InstancePtr>>& answer) {
    Reports reports;
    std::vector<Change> changes;
    bool again = false;
    {
        const Lock lock(mutex_);
        const auto found = polls_.find(key);
        if (found == polls_.end() || found->second.version != version) return;
        auto& poll = found->second;
        poll.reading = false;
        poll.ended = options_.executor->clock().steady();
        poll.took = poll.ended - poll.began;
        ++poll.readings;
        if (poll.members.empty()) return void(polls_.erase(found));
        again = std::exchange(poll.stale, false);
        if (!again) {
            changes = take_answer(poll, answer, reports);
            schedule(key, poll);
            poll.first->open();
        }
    }
    if (again) return begin(key);
    tell(reports);
    if (!changes.empty()) options_.raise(changes);
}

std::vector<Change> Poller::take_answer(Poll& poll,
                                        const Result<std::vector<cim::InstancePtr>>& answer,
                                        Reports& reports) {
    if (answer) {
        set_failure(poll, {}, reports);
        return take_in(poll, *answer);
    }
    if (answer.error().status == Status::QuotaViolation) {
        poll.instances.reset();  // holding on to them is what the quota forbids
        poll.bytes = 0;
    }
    set_failure(
        poll,
        fmt::format("{} cannot be polled: {}", poll.cls->name().text(), to_text(answer.error())),
        reports);
    return {};
}

std::set<Change::Kind> Poller::kinds_of(const Poll& poll) {
    std::set<Change::Kind> kinds;
    for (const auto& [id, member] : poll.members)
        kinds.insert(member.kinds.begin(), member.kinds.end());
    return kinds;
}

// What changed since the last reading, by key. Who goes and comes again in between was only
// modified (GEN-033).
std::vector<Change> Poller::take_in(Poll& poll, const std::vector<cim::InstancePtr>& instances) {
    std::map<std::string, cim::InstancePtr> now;
    poll.bytes = 0;
    for (const auto& instance : instances) {
        const auto key = instance->key();
        if (!key) continue;  // an instance without an identity cannot be followed
        poll.bytes += instance->memory_bytes();
        now[*key] = instance;
    }
    const auto before = std::exchange(poll.instances, std::move(now));
    std::vector<Change> changes;
    if (!before) return changes;
    const auto kinds = kinds_of(poll);
    const auto add = [&](Change::Kind kind, cim::ObjectPtr previous, cim::ObjectPtr current) {
        if (!kinds.contains(kind)) return;
        changes.push_back({kind, Change::What::Instance, poll.name_space, std::move(previous),
                           std::move(current)});
    };
    for (const auto& [key, old] : *before) {
        if (!poll.instances->contains(key)) add(Change::Kind::Deleted, old, nullptr);
    }
    for (const auto& [key, current] : *poll.instances) {
        const auto old = before->find(key);
        if (old == before->end()) {
            add(Change::Kind::Created, nullptr, current);
        } else if (is_modified(old->second, current)) {
            add(Change::Kind::Modified, old->second, current);
        }
    }
    return changes;
}

// By the interval from the beginning of the last reading, but the provider rests as long as it
// worked.
void Poller::schedule(const std::string& key, Poll& poll) {
    if (poll.members.empty()) return;
    options_.executor->cancel(poll.scheduled);
    const auto worked = poll.ended - poll.began;
    const auto due = std::max(poll.began + poll.interval(), poll.ended + worked);
    poll.scheduled = options_.executor->post_after(
        std::max(due - options_.executor->clock().steady(), base::Duration::zero()),
        [weak = weak_from_this(), key] {
            const auto self = weak.lock();
            const auto held = self ? self->options_.hold() : nullptr;
            if (held) self->begin(key);
        });
}

}  // namespace openwmi::eventing
