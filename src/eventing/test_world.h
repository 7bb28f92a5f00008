#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cim/test_classes.h"
#include "eventing/engine.h"

// An engine with everything around it played by the test, for this room's tests.
namespace openwmi::eventing::test {

inline const cim::NamespacePath home = cim::NamespacePath::literal("root\\test");

// The system classes and those of the test; a changed copy stands for a changed schema.
class TestSchema final : public cim::Schema {
  public:
    TestSchema() {
        for (const auto& system : cim::system_classes()) add(system.cls);
        add_derived("TestConsumer", "__EventConsumer",
                    {cim::test::key("Name", cim::CimType::String)});
        add_derived("Alarm", "__ExtrinsicEvent",
                    {cim::test::property("Text", cim::CimType::String),
                     cim::test::property("Level", cim::CimType::Uint32)});
        add_derived("Sensor", "",
                    {cim::test::key("Id", cim::CimType::String),
                     cim::test::property("Temp", cim::CimType::Sint32)});
    }

    cim::ClassPtr find_class(const cim::Name& name) const override {
        const auto found = classes_.find(name);
        return found == classes_.end() ? nullptr : found->second;
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override {
        std::vector<cim::ClassPtr> found;
        for (const auto& [key, cls] : classes_) {
            if (key != name && (name.empty() || cls->is_a(name))) found.push_back(cls);
        }
        return found;
    }
    void add(const cim::ClassPtr& cls) { classes_[cls->name()] = cls; }
    void add_derived(const char* name, const char* superclass,
                     std::vector<cim::Property> properties) {
        add(cim::test::derive(cim::test::declared(name, superclass, std::move(properties)),
                              find_class(superclass)));
    }
    void remove(const cim::Name& name) { classes_.erase(name); }

  private:
    std::map<cim::Name, cim::ClassPtr> classes_;
};

// A repository of one namespace. Thread-safe.
class TestCatalog final : public Catalog {
  public:
    std::shared_ptr<const cim::Schema> schema(const cim::NamespacePath& ns) const override {
        const std::lock_guard lock(mutex_);
        return ns == home ? schema_ : nullptr;
    }
    Result<cim::InstancePtr> find_instance(const cim::NamespacePath& ns,
                                           const cim::ObjectPath& path) const override {
        const std::lock_guard lock(mutex_);
        if (broken_) return fail(Status::CriticalError, "the disk is on fire");
        const auto cls = ns == home && schema_ ? schema_->find_class(path.class_name) : nullptr;
        if (!cls) return fail(Status::InvalidClass, "no class {}", path.class_name.text());
        const auto found = instances_.find({cls->name(), WMI_TRY(cim::instance_key(path, *cls))});
        if (found == instances_.end()) return fail(Status::NotFound, "not there");
        return found->second;
    }
    Result<std::vector<cim::InstancePtr>> instances(const cim::NamespacePath&,
                                                    const cim::Name& class_name) const override {
        const std::lock_guard lock(mutex_);
        std::vector<cim::InstancePtr> found;
        for (const auto& [key, instance] : instances_) {
            if (instance->class_of().is_a(class_name)) found.push_back(instance);
        }
        return found;
    }
    std::vector<cim::NamespacePath> namespaces() const override { return {home}; }
    bool is_disabled(const cim::NamespacePath&, const cim::ObjectPath& filter) const override {
        const std::lock_guard lock(mutex_);
        return disabled_.contains(filter.relative_text());
    }

    bool is_observed(const cim::NamespacePath&, const cim::ObjectPath& binding) const override {
        const std::lock_guard lock(mutex_);
        return observed_.contains(binding.relative_text());
    }

    cim::ObjectPath put(const cim::InstancePtr& instance) {
        const auto path = instance->path();
        const std::lock_guard lock(mutex_);
        instances_[{instance->class_of().name(), instance->key().value()}] =
            instance->with_origin(std::make_shared<const cim::Origin>(cim::Origin{".", home}));
        return *path;
    }
    void erase(const cim::ObjectPath& path) {
        const std::lock_guard lock(mutex_);
        const auto cls = schema_->find_class(path.class_name);
        instances_.erase({cls->name(), *cim::instance_key(path, *cls)});
    }
    void set_disabled(const cim::ObjectPath& path, bool disabled) {
        const std::lock_guard lock(mutex_);
        if (disabled) {
            disabled_.insert(path.relative_text());
        } else {
            disabled_.erase(path.relative_text());
        }
    }
    void set_observed(const cim::ObjectPath& path, bool observed) {
        const std::lock_guard lock(mutex_);
        if (observed) {
            observed_.insert(path.relative_text());
        } else {
            observed_.erase(path.relative_text());
        }
    }
    void change_schema(const std::function<void(TestSchema&)>& change) {
        const std::lock_guard lock(mutex_);
        auto changed = std::make_shared<TestSchema>(*schema_);
        change(*changed);
        schema_ = std::move(changed);
    }
    void remove_namespace() {
        const std::lock_guard lock(mutex_);
        schema_ = nullptr;
        instances_.clear();
    }
    void set_broken(bool broken) {
        const std::lock_guard lock(mutex_);
        broken_ = broken;
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const TestSchema> schema_ = std::make_shared<TestSchema>();
    std::map<std::pair<cim::Name, std::string>, cim::InstancePtr> instances_;
    std::set<std::string> disabled_;
    std::set<std::string> observed_;
    bool broken_ = false;
};

// Consumers that do what the test says. Thread-safe as far as `on_consume` is.
class TestConsumers final : public ConsumerFinder {
  public:
    struct Call {
        std::string consumer;
        std::vector<std::string> texts;  // of the Alarms
    };
    // Set before the first event.
    std::function<Result<>(const std::string& consumer, std::span<const EventPtr> events)>
        on_consume;
    std::function<Result<>(const std::string& consumer)> on_find;
    std::function<Result<std::string>(const EventPtr& event)> on_preview;

    Result<std::shared_ptr<PhysicalConsumer>> find_consumer(
        const cim::NamespacePath&, const cim::InstancePtr& logical) override {
        const auto name = logical->find("Name")->get<std::string>();
        if (on_find) WMI_TRY(on_find(name));
        const std::lock_guard lock(mutex_);
        ++found_;
        ++living_;
        return std::make_shared<Physical>(*this);
    }
    std::vector<Call> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    // The texts of all events of one consumer, in the order of delivery.
    std::vector<std::string> texts(const std::string& consumer = "c") const {
        std::vector<std::string> all;
        for (const auto& call : calls()) {
            if (call.consumer == consumer) {
                all.insert(all.end(), call.texts.begin(), call.texts.end());
            }
        }
        return all;
    }
    int found() const {
        const std::lock_guard lock(mutex_);
        return found_;
    }
    int living() const {
        const std::lock_guard lock(mutex_);
        return living_;
    }

  private:
    class Physical final : public PhysicalConsumer {
      public:
        explicit Physical(TestConsumers& owner) : owner_(owner) {}
        ~Physical() override {
            const std::lock_guard lock(owner_.mutex_);
            --owner_.living_;
        }
        Result<> consume(const cim::InstancePtr& logical,
                         std::span<const EventPtr> events) override {
            Call call{logical->find("Name")->get<std::string>(), {}};
            for (const auto& event : events) {
                const auto text = event->instance->find("Text").value_or(cim::Value());
                call.texts.push_back(text.get_if<std::string>()
                                         ? text.get<std::string>()
                                         : event->instance->class_of().name().text());
            }
            const auto name = call.consumer;
            {
                const std::lock_guard lock(owner_.mutex_);
                owner_.calls_.push_back(std::move(call));
            }
            return owner_.on_consume ? owner_.on_consume(name, events) : Result<>();
        }
        Result<std::string> preview(const cim::InstancePtr&, const EventPtr& event) override {
            if (owner_.on_preview) return owner_.on_preview(event);
            return "get the event";
        }

      private:
        TestConsumers& owner_;
    };

    mutable std::mutex mutex_;
    std::vector<Call> calls_;
    int found_ = 0;
    int living_ = 0;
};

// Sources that come up as the test says. Thread-safe as far as `on_activate` is.
class TestSources final : public EventSources {
  public:
    std::function<Result<Coverage>(match::FilterId)> on_activate;
    std::function<Result<>(match::FilterId)> on_check;

    Result<Coverage> activate(const match::Filter& filter, std::string_view query,
                              const Subscriber&) override {
        {
            const std::lock_guard lock(mutex_);
            log_.push_back("+" + std::string(query));
            ++live_[filter.id];
        }
        auto coverage =
            on_activate ? on_activate(filter.id) : Coverage{Coverage::By::Provider, "test", {}};
        return coverage;
    }
    Result<> check_access(match::FilterId filter) override {
        return on_check ? on_check(filter) : Result<>();
    }
    void deactivate(match::FilterId filter) override {
        const std::lock_guard lock(mutex_);
        log_.push_back("-" + std::to_string(static_cast<std::uint64_t>(filter)));
        live_.erase(filter);
    }
    std::size_t activations() const {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(
            std::ranges::count_if(log_, [](const auto& line) { return line.front() == '+'; }));
    }
    std::size_t live() const {
        const std::lock_guard lock(mutex_);
        return live_.size();
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> log_;
    std::map<match::FilterId, int> live_;
};

class World {
  public:
    explicit World(base::Executor& executor, Observer* observer = nullptr)
        : executor_(executor), observer_(observer) {
        make_engine();
    }
    // With Guaranteed deliveries; its catalog and executor are the world's.
    World(base::Executor& executor, Guaranteed::Options guaranteed)
        : executor_(executor), guaranteed_(std::move(guaranteed)) {
        make_engine();
    }

    // Another life of the service: what the test keeps is what it finds.
    void make_engine() {
        engine = nullptr;
        promises = nullptr;
        if (guaranteed_) {
            guaranteed_->executor = &executor_;
            guaranteed_->catalog = &catalog;
            promises = std::make_shared<Guaranteed>(*guaranteed_);
        }
        engine = std::make_unique<Engine>(Engine::Options{.executor = &executor_,
                                                          .catalog = &catalog,
                                                          .consumers = &consumers,
                                                          .sources = &sources,
                                                          .counters = counters.get(),
                                                          .guaranteed = promises,
                                                          .observer = observer_,
                                                          .low_threshold = low_threshold,
                                                          .high_threshold = high_threshold,
                                                          .batch_events = 4});
    }

    cim::InstancePtr make(const char* class_name,
                          std::vector<std::pair<const char*, cim::Value>> values) const {
        return cim::test::make_instance(catalog.schema(home)->find_class(class_name),
                                        std::move(values));
    }
    cim::InstancePtr alarm(const std::string& text, unsigned level = 0) const {
        return make("Alarm", {{"Text", cim::Value(text)}, {"Level", cim::Value(level)}});
    }
    Result<> raise(const std::string& text, unsigned level = 0) {
        return engine->raise(home, alarm(text, level), raiser);
    }

    cim::ObjectPath put(const cim::InstancePtr& instance) {
        const auto path = catalog.put(instance);
        engine->subscription_changed(home, path);
        return path;
    }
    void erase(const cim::ObjectPath& path) {
        catalog.erase(path);
        engine->subscription_changed(home, path);
    }
    cim::ObjectPath put_filter(const char* name, const char* query = "SELECT * FROM Alarm") {
        return put(make("__EventFilter", {{"Name", cim::Value(name)},
                                          {"Query", cim::Value(query)},
                                          {"QueryLanguage", cim::Value("WQL")}}));
    }
    cim::ObjectPath put_consumer(const char* name, unsigned queue_bytes = 0) {
        return put(make("TestConsumer", {{"Name", cim::Value(name)},
                                         {"MaximumQueueSize", cim::Value(queue_bytes)}}));
    }
    enum class Delivery { Asynchronous, Synchronous, Guaranteed };
    cim::InstancePtr binding(const char* filter, const char* consumer, Delivery how) const {
        return make("__FilterToConsumerBinding",
                    {{"Filter", cim::Value(fmt::format("__EventFilter.Name=\"{}\"", filter))},
                     {"Consumer", cim::Value(fmt::format("TestConsumer.Name=\"{}\"", consumer))},
                     {"DeliverSynchronously", cim::Value(how == Delivery::Synchronous)},
                     {"DeliveryQoS", cim::Value(how == Delivery::Guaranteed ? 2U : 1U)}});
    }
    cim::ObjectPath bind(const char* filter, const char* consumer,
                         Delivery how = Delivery::Asynchronous) {
        return put(binding(filter, consumer, how));
    }
    // One filter on every Alarm and one consumer.
    cim::ObjectPath subscribe(Delivery how = Delivery::Asynchronous) {
        put_filter("f");
        put_consumer("c");
        return bind("f", "c", how);
    }
    // Of all bindings together.
    Counters counts() const {
        Counters sum;
        for (const auto& each : engine->status()) {
            sum.matched += each.counters.matched;
            sum.delivered += each.counters.delivered;
            sum.failed += each.counters.failed;
            sum.dropped += each.counters.dropped;
            sum.refused += each.counters.refused;
        }
        return sum;
    }

    std::size_t low_threshold = 10'000'000;  // these two take effect with make_engine()
    std::size_t high_threshold = 20'000'000;
    TestCatalog catalog;
    TestConsumers consumers;
    TestSources sources;
    std::unique_ptr<CounterTable> counters = std::move(CounterTable::open({}, nullptr).value());
    std::shared_ptr<const Raiser> raiser =
        std::make_shared<Raiser>(Raiser{"test", security::Identity::of_service()});
    std::shared_ptr<Guaranteed> promises;
    std::unique_ptr<Engine> engine;

  private:
    base::Executor& executor_;
    Observer* observer_ = nullptr;
    std::optional<Guaranteed::Options> guaranteed_;
};

inline std::vector<std::string> numbers(int from, int to) {
    std::vector<std::string> all;
    for (int i = from; i <= to; ++i) all.push_back(std::to_string(i));
    return all;
}

}  // namespace openwmi::eventing::test
