#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "cim/class.h"
#include "cim/name.h"
#include "cim/namespace_path.h"
#include "eventing/event.h"
#include "wql/bound_query.h"

namespace openwmi::eventing {

// What happened lately, a class of a namespace: how many events there were, and the last of them,
// for whoever asks why a filter did not fire (decision 11). An intrinsic event is kept by its class
// and that of its object. Keeping one costs the raising thread two locks that are hardly ever
// contended and, from the second event of a class on, no memory. Thread-safe.
class LastEvents {
  public:
    struct Limits {
        std::size_t events = 64;                         // of each class
        std::size_t classes = 2048;                      // the one with the oldest events goes
        std::size_t event_bytes = std::size_t{1} << 20;  // a larger event is only counted
        std::size_t bytes = std::size_t{16} << 20;       // of all that are kept
    };
    LastEvents() : LastEvents(Limits()) {}
    explicit LastEvents(Limits limits) : limits_(limits) {}

    // An event that is about to be matched.
    void keep(const EventPtr& event);
    // One that nobody wanted, so that it was not even built: it is counted. `object`: the class of
    // its object; null: it is not about one.
    void count(const cim::NamespacePath& ns, const cim::ClassPtr& event_class,
               const cim::Class* object);

    // What is known of one class.
    struct Kind {
        cim::NamespacePath name_space;
        cim::ClassPtr event_class;
        cim::ClassPtr object_class;  // null: its events are not about an object
        std::uint64_t seen = 0;      // since the service started
    };
    // By falling number of events.
    std::vector<Kind> kinds() const;
    using Wanted = std::function<bool(const Kind&)>;
    // How many events of those kinds there were.
    std::uint64_t seen(const Wanted& wanted) const;
    // The last events of those kinds, the newest first.
    std::vector<EventPtr> events(const Wanted& wanted, std::size_t most) const;
    std::size_t bytes() const { return bytes_; }

  private:
    struct Key {
        cim::NamespacePath name_space;
        cim::Name event_class;
        cim::Name object_class;
        friend bool operator==(const Key&, const Key&) = default;
    };
    // The same, as the raising thread has it.
    struct View {
        const cim::NamespacePath& name_space;
        const cim::Name& event_class;
        const cim::Name& object_class;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const Key& key) const;
        std::size_t operator()(const View& view) const;
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const Key& a, const Key& b) const { return a == b; }
        bool operator()(const View& a, const Key& b) const;
        bool operator()(const Key& a, const View& b) const { return (*this)(b, a); }
    };
    struct Record;
    using RecordPtr = std::shared_ptr<Record>;

    RecordPtr record(const cim::NamespacePath& ns, const cim::ClassPtr& event_class,
                     const cim::Class* object);
    RecordPtr make_room();
    void drop_largest();
    std::vector<RecordPtr> records() const;

    const Limits limits_;
    std::atomic<std::size_t> bytes_{0};
    std::atomic<std::uint64_t> clock_{0};  // rises with each event: whose last one is the oldest?
    mutable std::shared_mutex mutex_;
    std::unordered_map<Key, RecordPtr, Hash, Equal> records_;
};

// Whether a query asks for events of that kind, wherever they occur.
bool is_about(const wql::BoundQuery& query, const LastEvents::Kind& kind);

// The object that an intrinsic event is about; null: it is not about one, or it is NULL.
const cim::Object* object_of(const cim::Instance& event);

}  // namespace openwmi::eventing
