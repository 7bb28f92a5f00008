#include "scenarios/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cim/system_property.h"
#include "core/deliveries.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "mof/source.h"
#include "scenarios/fixture.h"

namespace openwmi::scenarios {

namespace {

std::string in_lines(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : " | ") + part;
    return text.empty() ? "nothing" : text;
}

std::string describe_all(const std::vector<ObjectPattern>& patterns) {
    std::vector<std::string> texts;
    for (const auto& pattern : patterns) texts.push_back(pattern.text);
    return in_lines(texts);
}

bool names_key(const cim::ObjectPath& path, const std::string& key) {
    if (path.keys.size() != 1) return false;
    const auto* text = path.keys.front().value.get_if<std::string>();
    return text && base::fold_equal(*text, key);
}

}  // namespace

Run::Run(const Scenario& scenario, World::Options world, Restarts restarts)
    : scenario_(scenario), restarts_(restarts), world_(std::move(world)) {}

std::optional<Failure> Run::execute() {
    if (const auto started = world_.start(); !started)
        return Failure{1, "a running service", to_text(started.error())};
    for (const auto& step : scenario_.steps) {
        if (auto failure = execute(step)) return failure;
        world_.executor().drain();
        if (restarts_ == Restarts::AsWritten) continue;
        if (const auto restarted = world_.restart(std::chrono::seconds(1)); !restarted)
            return Failure{step.line, "a restart after this step", to_text(restarted.error())};
    }
    return check_nothing_unread();
}

std::optional<Failure> Run::execute(const Step& step) {
    if (const auto* action = std::get_if<Action>(&step.what)) {
        const auto done = perform(*action);
        if (done) return std::nullopt;
        return Failure{step.line, fmt::format("'{}' succeeds", step.text), to_text(done.error())};
    }
    auto mismatch =
        std::visit([this](const auto& each) { return check(each); }, std::get<Check>(step.what));
    if (!mismatch) return std::nullopt;
    return Failure{step.line, std::move(mismatch->expected), std::move(mismatch->got)};
}

// A scenario accounts for every event that was delivered.
std::optional<Failure> Run::check_nothing_unread() {
    for (const auto& name : world_.inbox().unread()) {
        std::vector<std::string> events;
        for (const auto& arrival : world_.inbox().take(name).events)
            events.push_back(describe(*arrival.event));
        return Failure{scenario_.steps.back().line,
                       fmt::format("nothing more for {} at the end", name), in_lines(events)};
    }
    return std::nullopt;
}

Result<> Run::perform(const Action& action) {
    return std::visit([this](const auto& each) { return act(each); }, action);
}

Result<> Run::perform_all(const std::vector<Step>& steps) {
    for (const auto& step : steps) {
        const auto done = perform(std::get<Action>(step.what));
        if (!done) return fail(done.error().status, "line {}: {}", step.line, done.error().message);
    }
    return {};
}

Result<> Run::act(const UseNamespace& step) {
    name_space_ = step.path;
    auto& objects = world_.door().objects();
    if (!WMI_TRY(objects.namespace_exists(step.path))) {
        WMI_TRY(put(step.path.parent(), "__Namespace", {{"Name", step.path.last().text()}}));
    }
    if (WMI_TRY(objects.find_class(step.path, "TestConsumer"))) return {};
    return compile(fixture_mof, "fixture");
}

Result<> Run::compile(const std::string& text, const std::string& name) {
    return compile(mof::parse(text, name));
}

Result<> Run::compile(const mof::Document& document) {
    const auto report =
        mof::compile(document, world_.door().objects(), {.name_space = name_space_});
    if (report.ok()) return {};
    return fail(report.error.status, "{}", mof::summary(report));
}

Result<> Run::act(const CompileFiles& step) {
    for (const auto& file : step.files) {
        const auto source = WMI_TRY(mof::FileReader::open((scenario_.folder / file).string()));
        mof::FileReader reader;
        mof::ParseOptions options;
        options.reader = &reader;
        WMI_TRY(compile(mof::parse(source.bytes, source.name, options)));
    }
    return {};
}

Result<> Run::act(const CompileMof& step) {
    return compile(step.text, scenario_.file);
}

Result<> Run::act(const Subscribe& step) {
    const auto& consumer = step.to.value_or(step.name);
    WMI_TRY(put(name_space_, "__EventFilter",
                {{"Name", step.name}, {"QueryLanguage", "WQL"}, {"Query", step.query}}));
    if (!step.to) WMI_TRY(put(name_space_, "TestConsumer", {{"Name", consumer}}));
    std::vector<FieldPattern> binding = {
        {"Filter", "__EventFilter.Name=" + cim::quote(step.name)},
        {"Consumer", "TestConsumer.Name=" + cim::quote(consumer)},
    };
    if (step.quality) binding.push_back({"DeliveryQoS", *step.quality});
    return put(name_space_, "__FilterToConsumerBinding", binding);
}

Result<> Run::act(const Watch& step) {
    auto receive = [this, name = step.name](std::span<const cim::InstancePtr> events) {
        world_.inbox().add(name, events, world_.executor().clock().wall());
    };
    watches_.push_back(WMI_TRY(world_.door().watch(name_space_, step.query, std::move(receive))));
    return {};
}

std::vector<FieldPattern> Run::with_keys(const cim::ObjectPath& path,
                                         const std::vector<FieldPattern>& fields) {
    std::vector<FieldPattern> all;
    for (const auto& key : path.keys) all.push_back({key.name, key.value});
    all.insert(all.end(), fields.begin(), fields.end());
    return all;
}

Result<> Run::act(const Put& step) {
    return put(in(step.path), step.path.class_name, with_keys(step.path, step.fields));
}

Result<> Run::act(const Provide& step) {
    const auto& ns = in(step.path);
    const auto fields = with_keys(step.path, step.fields);
    world_.provider().provide(ns, WMI_TRY(build(ns, step.path.class_name, fields)));
    return {};
}

Result<> Run::act(const Withdraw& step) {
    return world_.provider().withdraw(in(step.path), step.path);
}

Result<> Run::act(const Answer& step) {
    world_.provider().answer(static_cast<TestProvider::Answering>(step.manner));
    return {};
}

Result<> Run::put(const cim::NamespacePath& ns, const cim::Name& class_name,
                  const std::vector<FieldPattern>& fields) {
    const auto instance = WMI_TRY(build(ns, class_name, fields));
    WMI_TRY(world_.door().objects().put_instance(ns, instance, {}));
    return {};
}

Result<cim::InstancePtr> Run::build(const cim::NamespacePath& ns, const cim::Name& class_name,
                                    const std::vector<FieldPattern>& fields) {
    const auto cls = WMI_TRY(world_.door().objects().find_class(ns, class_name));
    if (!cls) {
        return fail(Status::InvalidClass, "there is no class {} in {}", class_name.text(),
                    ns.text());
    }
    cim::InstanceBuilder builder(cls);
    for (const auto& field : fields) {
        // The short form of a path leaves out the name of its only key.
        const bool short_form = field.property.empty() && cls->keys().size() == 1;
        const auto& name = short_form ? cls->properties()[cls->keys()[0]].name : field.property;
        WMI_TRY(builder.set(name, WMI_TRY(value_of(ns, field))));
    }
    return builder.build();
}

Result<cim::Value> Run::value_of(const cim::NamespacePath& ns, const FieldPattern& field) {
    if (const auto* value = std::get_if<cim::Value>(&field.value)) return *value;
    if (const auto* object = std::get_if<std::shared_ptr<const ObjectPattern>>(&field.value)) {
        return cim::Value(WMI_TRY(build(ns, (*object)->class_name, (*object)->fields)));
    }
    if (const auto* named = std::get_if<ClassNamed>(&field.value)) {
        const auto cls = WMI_TRY(world_.door().objects().find_class(ns, named->name));
        if (cls) return cim::Value(cim::ObjectPtr(cls));
    }
    return fail(Status::InvalidParameter, "{} needs a value, not a pattern", field.property.text());
}

Result<> Run::act(const Delete& step) {
    auto& objects = world_.door().objects();
    if (step.path.is_class()) return objects.delete_class(in(step.path), step.path.class_name);
    auto path = step.path;
    path.name_space.reset();
    return objects.delete_instance(in(step.path), path);
}

Result<> Run::act(const Raise& step) {
    const auto built = WMI_TRY(build(name_space_, step.event.class_name, step.event.fields));
    // As SpawnInstance makes it: with the server and namespace of its class.
    const auto event =
        built->with_origin(std::make_shared<const cim::Origin>(cim::Origin{".", name_space_}));
    const bool unasked =
        world_.options().raises_unasked && !world_.provider().is_wanted(name_space_);
    if (step.by_client || unasked) return world_.door().raise(name_space_, event);
    return world_.provider().raise(name_space_, event);
}

Result<> Run::act(const Behave& step) {
    TestProvider::Manner manner;
    switch (step.manner) {
        case Behave::Manner::Takes: break;
        case Behave::Manner::Fails:
            manner = [] { return fail(Status::Failed, "the consumer says no"); };
            break;
        case Behave::Manner::Slow:
            manner = [this]() -> Result<> {
                (void)world_.executor().make_gate()->wait(std::chrono::seconds(1));
                return {};
            };
            break;
        case Behave::Manner::Does:
            manner = [this, steps = step.steps] { return perform_all(steps); };
            break;
    }
    world_.provider().behave(step.consumer, std::move(manner));
    return {};
}

// Neither COM nor the wire has words for it: people do it with the tool.
Result<> Run::act(const Switch& step) {
    const auto session =
        WMI_TRY(world_.service().open_session(security::Identity::of_service(), name_space_));
    const auto path =
        WMI_TRY(cim::ObjectPath::parse("__EventFilter.Name=" + cim::quote(step.filter)));
    return session->enable_filter(path, step.on);
}

Result<> Run::act(const Observe& step) {
    const auto bindings = statuses_of(step.filter);
    for (const auto& each : bindings) {
        const auto path = WMI_TRY(cim::ObjectPath::parse(each.binding));
        const auto session =
            WMI_TRY(world_.service().open_session(security::Identity::of_service(), in(path)));
        WMI_TRY(session->observe_binding(path, step.on));
    }
    if (!bindings.empty()) return {};
    return fail(Status::NotFound, "no filter '{}' has a binding", step.filter);
}

Result<std::shared_ptr<core::Deliveries>> Run::deliveries() {
    const auto session =
        WMI_TRY(world_.service().open_session(security::Identity::of_service(), name_space_));
    return session->deliveries();
}

Result<> Run::act(const Letters& step) {
    const auto access = WMI_TRY(deliveries());
    for (const auto& each : WMI_TRY(access->dead_letters())) {
        WMI_TRY(step.what == Letters::What::Retry ? access->retry(each.id)
                                                  : access->purge(each.id));
    }
    return {};
}

Result<> Run::act(const Advance& step) {
    world_.executor().advance(step.duration);
    return {};
}

Result<> Run::act(const SetClock& step) {
    world_.executor().set_wall(step.time);
    return {};
}

Result<> Run::act(const SetZone& step) {
    zone_.emplace(step.zone);
    return {};
}

Result<> Run::act(const Restart& step) {
    watches_.clear();
    world_.executor().drain();
    return world_.restart(step.down);
}

Result<> Run::act(const Together& step) {
    return perform_all(step.steps);
}

Run::Verdict Run::check(const ExpectEvents& step) {
    const auto mail = world_.inbox().take(step.name);
    auto left = step.events;
    bool equal = mail.events.size() == left.size();
    std::vector<std::string> got;
    for (const auto& arrival : mail.events) {
        const auto fits = [&](const ObjectPattern& pattern) {
            return matches(pattern, *arrival.event, arrival.at);
        };
        const auto last = step.ordered && !left.empty() ? left.begin() + 1 : left.end();
        const auto found = std::find_if(left.begin(), last, fits);
        equal = equal && found != last;
        got.push_back(describe(*arrival.event, left.empty() ? nullptr : &left.front()));
        if (!left.empty()) left.erase(found == last ? left.begin() : found);
    }
    if (equal) return std::nullopt;
    return Mismatch{step.name + ": " + describe_all(step.events), in_lines(got)};
}

Run::Verdict Run::check(const ExpectNumber& step) {
    const auto events = world_.inbox().take(step.name).events.size();
    if (events == step.events) return std::nullopt;
    return Mismatch{fmt::format("{}: {} events", step.name, step.events),
                    fmt::format("{}", events)};
}

Run::Verdict Run::check(const ExpectCalls& step) {
    const auto& calls = world_.inbox().look(step.name).calls;
    if (calls == step.sizes) return std::nullopt;
    return Mismatch{fmt::format("{}: calls with {} events", step.name, fmt::join(step.sizes, ", ")),
                    fmt::format("{}", fmt::join(calls, ", "))};
}

Run::Verdict Run::check(const ExpectRising& step) {
    std::optional<std::uint64_t> last;
    for (const auto& [event, at] : world_.inbox().look(step.name).events) {
        const auto actual = cim::any_property(*event, step.property);
        const auto* number = actual ? actual->value.get_if<std::uint64_t>() : nullptr;
        if (!number || (last && *number <= *last)) {
            return Mismatch{fmt::format("{} rises from event to event", step.property.text()),
                            describe(*event)};
        }
        last = *number;
    }
    if (last) return std::nullopt;
    return Mismatch{step.name + ": events", "nothing"};
}

Run::Verdict Run::check(const ExpectObjects& step) {
    const auto found = world_.door().query(name_space_, step.query);
    if (!found) return Mismatch{"'" + step.query + "' succeeds", to_text(found.error())};
    std::vector<std::string> got;
    auto left = *found;
    bool equal = left.size() == step.objects.size();
    for (const auto& object : left) got.push_back(describe(*object));
    for (const auto& pattern : step.objects) {
        const auto match = std::ranges::find_if(
            left, [&](const auto& object) { return matches(pattern, *object, {}); });
        equal = equal && match != left.end();
        if (match != left.end()) left.erase(match);
    }
    if (equal) return std::nullopt;
    return Mismatch{describe_all(step.objects), in_lines(got)};
}

std::vector<eventing::SubscriptionStatus> Run::statuses_of(const std::string& filter) {
    auto all = world_.service().subscriptions();
    std::erase_if(all, [&](const auto& status) {
        const auto path = cim::ObjectPath::parse(status.filter);
        return !path || in(*path) != name_space_ || !names_key(*path, filter);
    });
    return all;
}

Run::Verdict Run::check(const ExpectState& step) {
    const auto statuses = statuses_of(step.filter);
    std::vector<std::string> got;
    bool equal = !statuses.empty();
    for (const auto& status : statuses) {
        equal = equal && to_text(status.state) == step.state;
        got.push_back(fmt::format("{} ({})", to_text(status.state), status.reason));
    }
    if (equal) return std::nullopt;
    return Mismatch{step.filter + " is " + step.state, in_lines(got)};
}

Run::Verdict Run::check(const ExpectCounters& step) {
    std::map<std::string, std::uint64_t> sums;
    for (const auto& status : statuses_of(step.filter)) {
        sums["matched"] += status.counters.matched;
        sums["delivered"] += status.counters.delivered;
        sums["observed"] += status.counters.observed;
        sums["failed"] += status.counters.failed;
        sums["dropped"] += status.counters.dropped;
        sums["retried"] += status.counters.retried;
        sums["dead_lettered"] += status.counters.dead_lettered;
        sums["refused"] += status.counters.refused;
        sums["lost_at_crash"] += status.counters.lost_at_crash;
        sums["waiting"] += status.waiting_events;
    }
    std::vector<std::string> expected;
    std::vector<std::string> got;
    bool equal = true;
    for (const auto& [name, value] : step.values) {
        const auto sum = sums.find(name);
        equal = equal && sum != sums.end() && sum->second == value;
        expected.push_back(fmt::format("{}={}", name, value));
        got.push_back(sum == sums.end() ? "no " + name : fmt::format("{}={}", name, sum->second));
    }
    if (equal) return std::nullopt;
    return Mismatch{step.filter + ": " + in_lines(expected), in_lines(got)};
}

Run::Verdict Run::check(const ExpectLoaded& step) {
    std::vector<std::string> loaded;
    for (const auto& each : world_.service().providers()) {
        const auto ns = cim::NamespacePath::parse(each.name_space);
        if (each.name == test_provider_name && ns == name_space_) loaded.push_back(each.what);
    }
    std::ranges::sort(loaded);
    if (loaded == step.roles) return std::nullopt;
    return Mismatch{"loaded: " + in_lines(step.roles), in_lines(loaded)};
}

Run::Verdict Run::check(const ExpectReadings& step) {
    const auto number = world_.provider().take_readings(step.class_name);
    if (number == step.number) return std::nullopt;
    return Mismatch{fmt::format("{} readings of {}", step.number, step.class_name.text()),
                    fmt::format("{}", number)};
}

Run::Verdict Run::check(const ExpectLetters& step) {
    const auto access = deliveries();
    if (!access) return Mismatch{"access to deliveries", to_text(access.error())};
    const auto letters = (*access)->dead_letters();
    if (!letters) return Mismatch{"dead letters", to_text(letters.error())};
    if (letters->size() == step.number) return std::nullopt;
    return Mismatch{fmt::format("{} dead letters", step.number),
                    fmt::format("{}", letters->size())};
}

Run::Verdict Run::check(const ExpectHistory& step) {
    const auto access = deliveries();
    if (!access) return Mismatch{"access to deliveries", to_text(access.error())};
    const auto entries = (*access)->history(cim::quote(step.filter), SIZE_MAX);
    if (!entries) return Mismatch{"the history", to_text(entries.error())};
    std::vector<std::string> got;
    for (const auto& each : *entries) got.emplace_back(eventing::to_text(each.outcome));
    if (got == step.outcomes) return std::nullopt;
    return Mismatch{step.filter + ": " + in_lines(step.outcomes), in_lines(got)};
}

Run::Verdict Run::check(const ExpectError& step) {
    const auto expected = std::string(base::symbol(step.status));
    const auto done = perform(std::get<Action>(step.step.front().what));
    if (done) return Mismatch{expected, "success"};
    if (done.error().status == step.status) return std::nullopt;
    return Mismatch{expected, to_text(done.error())};
}

Run::Verdict Run::check(const ExpectRenderings& step) {
    const auto renderings = world_.inbox().take_renderings(step.name);
    bool equal = renderings.size() == step.renderings.size();
    std::vector<std::string> got;
    for (std::size_t i = 0; i < renderings.size(); ++i) {
        const auto* pattern = i < step.renderings.size() ? &step.renderings[i] : nullptr;
        equal = equal && pattern && matches(*pattern, *renderings[i], {});
        got.push_back(describe(*renderings[i], pattern));
    }
    if (equal) return std::nullopt;
    return Mismatch{step.name + " renders " + describe_all(step.renderings), in_lines(got)};
}

Run::Verdict Run::check(const ExpectVerdict& step) {
    const auto expected = fmt::format("{} says {}", step.filter, step.truth);
    const auto judge = [&]() -> Result<core::FilterExplanation> {
        const auto session =
            WMI_TRY(world_.service().open_session(security::Identity::of_service(), name_space_));
        const auto path =
            WMI_TRY(cim::ObjectPath::parse("__EventFilter.Name=" + cim::quote(step.filter)));
        // Where it listens: there are the classes of its events.
        const auto stored = WMI_TRY(session->explain_filter(path));
        const auto& ns = stored.filter.event_namespace;
        auto event = WMI_TRY(build(ns, step.event.class_name, step.event.fields));
        return session->explain_filter(path, core::SupposedEvent{std::move(event), ns});
    };
    const auto explained = judge();
    if (!explained) return Mismatch{expected, to_text(explained.error())};
    if (explained->verdicts.empty()) {
        return Mismatch{expected, "nothing: " + explained->filter.reason};
    }
    const auto& why = explained->verdicts.front().why;
    if (wql::to_text(why.truth) == step.truth) return std::nullopt;
    return Mismatch{expected, wql::render(why)};
}

}  // namespace openwmi::scenarios
