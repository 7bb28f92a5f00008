#include <unistd.h>

#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "eventing/guaranteed.h"
#include "eventing/subscription_parts.h"
#include "security/sddl.h"

// From what the repository holds to the parts of subscriptions.
namespace openwmi::eventing {

namespace {

constexpr std::uint64_t qos_guaranteed = 2;  // DeliveryQoS (decision 10)

std::string text_property(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name);
    const auto* text = value ? value->get_if<std::string>() : nullptr;
    return text ? *text : std::string();
}

std::string full_text(const cim::NamespacePath& ns, cim::ObjectPath path) {
    path.server.reset();
    path.name_space = ns;
    return path.text();
}

}  // namespace

std::string creator_of(const cim::Instance& instance) {
    const auto value = instance.find("CreatorSID").value_or(cim::Value());
    std::string bytes;
    if (const auto* numbers = value.get_if<cim::Unsigneds>()) {
        for (const auto number : *numbers) bytes.push_back(static_cast<char>(number));
    }
    return bytes;
}

Subscriber subscriber_of(const cim::Instance& filter) {
    const auto sid = security::Sid::of_bytes(creator_of(filter));
    if (!sid) return {"", false, false};
    const bool trusted = *sid == security::Sid::administrators() ||
                         *sid == security::Sid::local_system() ||
                         *sid == security::Sid::of_uid(::geteuid());
    return {sid->text(), trusted, false};
}

void Subscriptions::reload_filter(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                  Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    if (!instance) {
        const auto found = filters_.find(id);
        if (found == filters_.end() || !is_gone(ns, path)) return;
        deactivate(found->second, actions);
        filters_.erase(found);
        return;
    }
    auto& filter = filters_[id];
    filter.name_space = ns;
    filter.path = (*instance)->path().value_or(path);
    filter.text = full_text(ns, filter.path);
    const auto query = text_property(**instance, "Query");
    const auto event_namespace = text_property(**instance, "EventNamespace");
    const bool is_disabled = options_.catalog->is_disabled(ns, filter.path);
    const bool same = filter.instance && filter.query == query &&
                      text_property(*filter.instance, "EventNamespace") == event_namespace &&
                      text_property(*filter.instance, "EventAccess") ==
                          text_property(**instance, "EventAccess") &&
                      creator_of(*filter.instance) == creator_of(**instance) &&
                      (filter.state == State::Disabled) == is_disabled;
    // What is broken gets another chance when it is put again (DLV-008).
    const bool stays = same && filter.state != State::Broken;
    if (!stays) deactivate(filter, actions);  // as what it was
    filter.instance = *instance;
    if (stays) return;
    filter.query = query;
    compile(filter);
    connect(id, actions);
}

// Who listens in another namespace needs WBEM_ENABLE there (OD-011). Until the descriptors of
// namespaces are enforced, others than administrators have it nowhere (decision 17).
Result<> Subscriptions::check_may_listen(const Filter& filter) {
    if (filter.event_namespace == filter.name_space) return {};
    const auto who = subscriber_of(*filter.instance);
    if (who.is_administrator) return {};
    return fail(Status::AccessDenied, "{} made the filter and has no WBEM_ENABLE in {}",
                who.user.empty() ? "nobody we know" : who.user, filter.event_namespace.text());
}

// From text to bound query; leaves the state Unbound when it is fit for use.
void Subscriptions::compile(Filter& filter) {
    filter.bound = nullptr;
    filter.coverage = {};
    filter.event_namespace = filter.name_space;
    if (options_.catalog->is_disabled(filter.name_space, filter.path)) {
        return set_state(filter, State::Disabled, "switched off by an administrator");
    }
    if (const auto text = text_property(*filter.instance, "EventNamespace"); !text.empty()) {
        auto parsed = cim::NamespacePath::parse(text);
        if (!parsed) return set_state(filter, State::Broken, to_text(parsed.error()));
        filter.event_namespace = std::move(*parsed);
    }
    if (const auto allowed = check_may_listen(filter); !allowed) {
        return set_state(filter, State::Broken, to_text(allowed.error()));
    }
    filter.access = nullptr;
    if (const auto text = text_property(*filter.instance, "EventAccess"); !text.empty()) {
        auto access = security::parse_sddl(text);
        if (!access) return set_state(filter, State::Broken, to_text(access.error()));
        filter.access = std::make_shared<const security::SecurityDescriptor>(std::move(*access));
    }
    const auto schema = options_.catalog->schema(filter.event_namespace);
    if (!schema) {
        return set_state(
            filter, State::Broken,
            fmt::format("the namespace {} does not exist", filter.event_namespace.text()));
    }
    auto bound = compile_event_query(filter.query, *schema, options_.polling_floor);
    if (!bound) return set_state(filter, State::Broken, to_text(bound.error()));
    filter.bound = std::move(*bound);
    set_state(filter, State::Unbound, "no binding leads from it to an existing consumer");
}

void Subscriptions::reload_consumer(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                    Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    const auto found = consumers_.find(id);
    if (!instance && !is_gone(ns, path)) return;
    if (instance && found != consumers_.end()) {
        if (found->second.queue->logical()->block() != (*instance)->block()) {
            found->second.queue->redefine(*instance);
        }
        return;
    }
    if (instance) {
        auto queue = std::make_shared<ConsumerQueue>(options_.environment, ns, *instance);
        consumers_[id] = {ns, path, full_text(ns, path), std::move(queue)};
    } else if (found != consumers_.end()) {
        actions.retire.push_back(found->second.queue);
        consumers_.erase(found);
    } else {
        return;
    }
    std::set<std::string> touched;
    for (const auto& [binding_id, binding] : bindings_) {
        if (binding.consumer_id != id) continue;
        touched.insert(binding.filter_id);
        connect_guaranteed(binding);
    }
    for (const auto& filter_id : touched) connect(filter_id, actions);
}

void Subscriptions::reload_binding(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                   Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    const auto found = bindings_.find(id);
    if (!instance) {
        if (found != bindings_.end() && is_gone(ns, path)) erase_binding(id, actions);
        return;
    }
    // Put again, with or without a change: what is queued through it and what was counted stays.
    // The ends are its key, so they are the same.
    const bool known = found != bindings_.end();
    auto& binding = bindings_[id];
    if (!known) {
        binding.name_space = ns;
        binding.path = (*instance)->path().value_or(path);
        binding.link = std::make_shared<BindingLink>();
        binding.link->binding = full_text(ns, binding.path);
        count_for(binding.link);
    }
    read_binding(binding, **instance);
    if (!known) {  // GEN-048
        tell(binding.link->binding, "bound",
             fmt::format("{} to {}", binding.link->filter, binding.link->consumer));
    }
    connect_guaranteed(binding);
    bindings_of_filter_[binding.filter_id].insert(id);
    connect(binding.filter_id, actions);
}

void Subscriptions::read_binding(Binding& binding, const cim::Instance& instance) {
    binding.creator = creator_of(instance);
    const auto end = [&](const char* property, std::string& text) {
        auto path =
            cim::ObjectPath::parse(text_property(instance, property)).value_or(cim::ObjectPath());
        auto ns = path.name_space.value_or(binding.name_space);
        if (text.empty()) text = full_text(ns, path);
        return std::pair(std::move(ns), std::move(path));
    };
    auto [filter_ns, filter_path] = end("Filter", binding.link->filter);
    std::tie(binding.consumer_namespace, binding.consumer_path) =
        end("Consumer", binding.link->consumer);
    binding.filter_id = identify(filter_ns, filter_path);
    binding.consumer_id = identify(binding.consumer_namespace, binding.consumer_path);

    const auto forced = instance.find("DeliverSynchronously").value_or(cim::Value());
    const auto qos = instance.find("DeliveryQoS").value_or(cim::Value());
    const auto* level = qos.get_if<std::uint64_t>();
    binding.link->synchronous =
        (forced.get_if<bool>() && forced.get<bool>()) || (level && *level == 0);  // OD-001
    binding.link->guaranteed = !binding.link->synchronous && level && *level == qos_guaranteed;
    const auto is_set = [&](const char* name) {
        const auto value = instance.find(name).value_or(cim::Value());
        return value.get_if<bool>() && value.get<bool>();
    };
    binding.link->slows_down = is_set("SlowDownProviders");
    binding.link->keeps_context = is_set("MaintainSecurityContext");
    binding.link->observed = options_.catalog->is_observed(binding.name_space, binding.path);
}

// A binding that cannot be counted works all the same, and says so.
void Subscriptions::count_for(const std::shared_ptr<BindingLink>& link) {
    auto slot = options_.counters->slot(link->binding);
    if (!slot) {
        link->uncounted = "its events are not counted: " + to_text(slot.error());
    } else {
        link->counters = std::move(*slot);
    }
    if (const auto& guaranteed = options_.environment->guaranteed) {
        guaranteed->claim(link);
    } else {
        link->counters.settle(link->counters.open(), 0);
    }
}

// Whatever the state of its filter: what was promised is delivered.
void Subscriptions::connect_guaranteed(const Binding& binding) {
    const auto& guaranteed = options_.environment->guaranteed;
    if (!guaranteed || !(binding.link->guaranteed || guaranteed->has_lane(*binding.link))) return;
    if (const auto* consumer = find_consumer(binding)) {
        guaranteed->connect(binding.link, consumer->queue);
    }
}

void Subscriptions::erase_binding(const std::string& id, Actions& actions) {
    const auto found = bindings_.find(id);
    const auto filter_id = found->second.filter_id;
    found->second.link->live = false;
    actions.forget.push_back(found->second.link);
    options_.counters->free(found->second.link->binding);
    bindings_.erase(found);
    auto& siblings = bindings_of_filter_[filter_id];
    siblings.erase(id);
    if (siblings.empty()) bindings_of_filter_.erase(filter_id);
    actions.silenced = true;
    connect(filter_id, actions);
}

// After a class or namespace was deleted, with all that was in it. A path whose class is gone has
// no canonical identity any more: records are found by what they remember.
void Subscriptions::drop_what_is_gone(Actions& actions) {
    for (auto it = filters_.begin(); it != filters_.end();) {
        const bool gone = is_gone(it->second.name_space, it->second.path);
        if (gone) deactivate(it->second, actions);
        it = gone ? filters_.erase(it) : std::next(it);
    }
    std::set<std::string> touched;
    std::vector<std::string> gone;
    std::set<std::string> gone_consumers;
    for (const auto& [id, consumer] : consumers_) {
        if (is_gone(consumer.name_space, consumer.path)) gone_consumers.insert(id);
    }
    for (const auto& [id, binding] : bindings_) {
        if (is_gone(binding.name_space, binding.path)) gone.push_back(id);
        if (gone_consumers.contains(binding.consumer_id)) touched.insert(binding.filter_id);
    }
    for (const auto& id : gone_consumers) {
        actions.retire.push_back(consumers_.at(id).queue);
        consumers_.erase(id);
    }
    for (const auto& id : gone) erase_binding(id, actions);
    for (const auto& filter_id : touched) connect(filter_id, actions);
}

}  // namespace openwmi::eventing
