#include <nlohmann/json.hpp>
#include <set>

#include "base/fold.h"
#include "cim/object_path.h"
#include "cli/exit_code.h"
#include "cli/local_check.h"
#include "cli/names.h"
#include "cli/service_door.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

http::Target object_target(const Named& named) {
    http::Target target("/v1/object");
    target.with("path", named.path);
    if (!named.name_space.empty()) target.with("namespace", named.name_space);
    return target;
}

// The reference of a binding as a path with its namespace, to compare it with what was asked for.
std::string whole_path(const std::string& reference, const std::string& name_space) {
    auto path = cim::ObjectPath::parse(reference);
    if (!path) return reference;
    path->server.reset();
    if (!path->name_space) {
        if (auto own = cim::NamespacePath::parse(name_space)) path->name_space = std::move(*own);
    }
    return path->text();
}

// The bindings of a namespace that name the object.
Result<std::vector<std::string>> bindings_of(const ServiceDoor& door, const std::string& name_space,
                                             const std::string& object) {
    const Json request{{"namespace", name_space},
                       {"query", "SELECT * FROM __FilterToConsumerBinding"}};
    auto lines = WMI_TRY(door.lines("POST", "/v1/query", request.dump()));
    std::vector<std::string> found;
    for (std::string line;;) {
        const auto next = WMI_TRY(lines.next_line(line));
        if (next == http::Call::Next::End) return found;
        if (next != http::Call::Next::Line) continue;
        const auto binding = Json::parse(line, nullptr, false);
        if (const auto error = error_in(binding)) return fail(*error);
        for (const char* end : {"Filter", "Consumer"}) {
            const auto reference = binding.find(end);
            if (reference == binding.end() || !reference->is_string()) continue;
            if (base::fold_equal(whole_path(reference->get<std::string>(), name_space), object)) {
                found.push_back(binding.value("__PATH", std::string()));
                break;
            }
        }
    }
}

Result<std::vector<std::string>> all_bindings_of(const ServiceDoor& door,
                                                 const std::vector<Subscription>& known,
                                                 const std::string& object) {
    std::set<std::string> namespaces;
    for (const auto& each : known) {
        const bool concerned =
            base::fold_equal(each.filter, object) || base::fold_equal(each.consumer, object);
        if (concerned && !each.filter.empty() && !each.consumer.empty()) {
            namespaces.insert(each.name_space);
        }
    }
    std::vector<std::string> all;
    for (const auto& each : namespaces) {
        for (auto& path : WMI_TRY(bindings_of(door, each, object))) all.push_back(std::move(path));
    }
    return all;
}

int say_deleted(const Setting& setting, const std::vector<std::string>& deleted) {
    if (setting.json) {
        setting.terminal.line(Json{{"deleted", deleted}}.dump());
        return ok;
    }
    for (const auto& each : deleted) setting.terminal.line("deleted " + printable(each));
    return ok;
}

}  // namespace

int remove(const Setting& setting, const DeleteOptions& options) {
    const ServiceDoor door(setting.socket);
    const auto known = door.subscriptions();
    if (!known) return setting.terminal.complain(known.error());
    const auto named =
        find_named(options.name, options.name_space, *known, Find::FiltersAndConsumers);
    if (!named) return setting.terminal.complain(named.error());
    const auto bindings = all_bindings_of(door, *known, named->path);
    if (!bindings) return setting.terminal.complain(bindings.error());
    std::vector<std::string> deleted;
    if (options.bindings) {
        for (const auto& each : *bindings) {
            const auto gone = door.remove(object_target({each, {}}));
            if (!gone) return setting.terminal.complain(gone.error());
            deleted.push_back(each);
        }
    }
    const auto gone = door.remove(object_target(*named));
    if (!gone) return setting.terminal.complain(gone.error());
    deleted.push_back(named->path);
    if (!options.bindings && !bindings->empty()) {
        setting.terminal.note(fmt::format(
            "{} still name{} it; --bindings deletes {} as well",
            bindings->size() == 1 ? "1 binding" : fmt::format("{} bindings", bindings->size()),
            bindings->size() == 1 ? "s" : "", bindings->size() == 1 ? "it" : "them"));
    }
    return say_deleted(setting, deleted);
}

int enable(const Setting& setting, const EnableOptions& options) {
    const ServiceDoor door(setting.socket);
    const auto known = door.subscriptions();
    if (!known) return setting.terminal.complain(known.error());
    const auto named = find_named(options.filter, options.name_space, *known, Find::Filters);
    if (!named) return setting.terminal.complain(named.error());
    Json request{{"path", named->path}, {"enabled", options.enabled}};
    if (!named->name_space.empty()) request["namespace"] = named->name_space;
    const auto done = door.post("/v1/filters/enable", request.dump());
    if (!done) return setting.terminal.complain(done.error());
    if (setting.json) {
        setting.terminal.out(*done);
    } else {
        setting.terminal.line(
            fmt::format("{} {}", printable(named->path), options.enabled ? "enabled" : "disabled"));
    }
    return ok;
}

namespace {

bool is_meant(const Subscription& each, const std::string& filter, const ObserveOptions& options) {
    if (each.binding.empty() || !base::fold_equal(each.filter, filter)) return false;
    const auto& consumer = options.consumer;
    return consumer.empty() || base::fold_equal(each.consumer, consumer) ||
           base::fold_equal(each.consumer_name, consumer) ||
           base::fold_equal(name_in(each.consumer), consumer);
}

}  // namespace

int observe(const Setting& setting, const ObserveOptions& options) {
    const ServiceDoor door(setting.socket);
    const auto known = door.subscriptions();
    if (!known) return setting.terminal.complain(known.error());
    const auto named = find_named(options.filter, options.name_space, *known, Find::Filters);
    if (!named) return setting.terminal.complain(named.error());
    const auto filter =
        whole_path(named->path, named->name_space.empty() ? "root\\cimv2" : named->name_space);
    auto done = Json::array();
    for (const auto& each : *known) {
        if (!is_meant(each, filter, options)) continue;
        const Json request{{"path", each.binding}, {"observed", !options.off}};
        const auto answer = door.post("/v1/bindings/observe", request.dump());
        if (!answer) return setting.terminal.complain(answer.error());
        done.push_back(Json::parse(*answer, nullptr, false));
        if (setting.json) continue;
        setting.terminal.line(fmt::format("{} to {}: {}", printable(each.filter_name),
                                          printable(each.consumer_name),
                                          options.off ? "real" : "observed"));
    }
    if (done.empty()) {
        const auto consumer = options.consumer.empty() ? "any consumer" : options.consumer;
        return setting.terminal.complain(
            {Status::NotFound, fmt::format("no binding leads from {} to {}", filter, consumer)});
    }
    if (setting.json) setting.terminal.line(Json{{"bindings", std::move(done)}}.dump());
    return ok;
}

}  // namespace openwmi::cli
