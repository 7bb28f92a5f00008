#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eventing/subscriptions.h"
#include "eventing/temporary.h"

// What Subscriptions remembers of each part of a subscription, and what its files share; for them
// alone.
namespace openwmi::eventing {

// A part of a subscription that is named by a binding but not there has a record without an
// instance.
struct Subscriptions::Filter {
    cim::NamespacePath name_space;
    cim::ObjectPath path;
    std::string text;  // the path, for people
    cim::InstancePtr instance;
    std::string query;
    cim::NamespacePath event_namespace;
    std::shared_ptr<const wql::BoundQuery> bound;
    std::shared_ptr<const security::SecurityDescriptor> access;  // null: no EventAccess
    std::shared_ptr<Aggregation> aggregation;  // while it is active and its query has GROUP
    State state = State::Unbound;
    std::string reason;
    Coverage coverage;
    std::string polling_failure;
    match::FilterId active{};  // 0: not in the routing
    bool activating = false;   // its sources are coming up
    bool look_again = false;   // its surroundings changed while they did
    bool is_told = false;      // that it is active
    base::WallTime live_since;
    std::uint64_t seen_before = 0;  // events of its class, until it was live
};

struct Subscriptions::Consumer {
    cim::NamespacePath name_space;
    cim::ObjectPath path;
    std::string text;
    std::shared_ptr<ConsumerQueue> queue;
};

struct Subscriptions::Binding {
    cim::NamespacePath name_space;
    cim::ObjectPath path;
    std::string filter_id;
    std::string consumer_id;
    cim::NamespacePath consumer_namespace;
    cim::ObjectPath consumer_path;
    std::string creator;  // a SID's bytes
    std::shared_ptr<BindingLink> link;
};

struct Subscriptions::Temporary {
    match::Filter filter;
    std::shared_ptr<Aggregation> aggregation;  // may be null
    std::string user;
    std::shared_ptr<TemporaryQueue> queue;
    std::string query;  // empty until its sources are up
};

struct Subscriptions::Activation {
    std::string filter_id;
    match::Filter filter;
    std::string query;
    Subscriber who;
};

// What a change comes to: the next routing, published when all is known, and what has to happen
// once the lock is released: calls into sources, and news for consumers.
struct Subscriptions::Actions {
    std::shared_ptr<const Routing> routing;  // null: as it is
    std::vector<match::FilterId> deactivate;
    std::vector<Activation> activate;
    std::vector<std::shared_ptr<ConsumerQueue>> retire;
    std::vector<std::shared_ptr<BindingLink>> forget;  // with what is promised to them
    bool silenced = false;  // somebody must not hear of later events any more
    base::Generation generation{};
};

// The SID in CreatorSID of a filter or binding, as bytes.
std::string creator_of(const cim::Instance& instance);
// Whose user runs the service can do whatever it can.
Subscriber subscriber_of(const cim::Instance& filter);

}  // namespace openwmi::eventing
