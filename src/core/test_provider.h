#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

// A whole service on virtual time with a provider that does what the test says.
namespace openwmi::core::test {

// What a provider was asked, and what a test makes of it.
struct Asked {
    std::string what;  // "get Dynamic.Id=\"1\"", "enumerate Dynamic", "put Dynamic", …
    provider::Call call;
    cim::InstancePtr instance;  // of a put
};

// Everything that is loaded is this provider. Confined to the test's thread.
class Script final : public provider::ProviderLoader {
  public:
    std::vector<std::string> log;  // loads with their scope, then what was asked
    std::string last_clsid;
    std::function<Result<>(const Asked&)> on_call;
    std::function<Result<std::optional<cim::Value>>(const provider::PropertyAddress&)> on_get;
    std::function<Result<>(const provider::PropertyAddress&, const cim::Value&)> on_put;
    std::function<Result<std::vector<cim::InstancePtr>>(const std::vector<cim::InstancePtr>&)>
        on_get_objects;
    std::function<Result<std::unique_ptr<provider::Refresher>>()> on_create_refresher;

    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope& scope) override {
        log.push_back(fmt::format("load {} [{}][{}]", registration.name, scope.user, scope.locale));
        last_clsid = registration.clsid.text();
        return std::make_shared<Provider>(*this);
    }
    std::vector<std::string> take_log() { return std::exchange(log, {}); }

  private:
    class Provider final : public provider::Provider {
      public:
        explicit Provider(Script& script) : script_(script) {}
        Result<> get_instance(const cim::ObjectPath& path, provider::Call call) override {
            return ask("get " + path.relative_text(), std::move(call));
        }
        Result<> enumerate(const cim::Name& name, provider::Call call) override {
            return ask("enumerate " + name.text(), std::move(call));
        }
        Result<> put_instance(const cim::InstancePtr& instance, provider::PutMode mode,
                              provider::Call call) override {
            return ask(fmt::format("put {} {}", instance->class_of().name().text(),
                                   static_cast<int>(mode)),
                       std::move(call), instance);
        }
        Result<> delete_instance(const cim::ObjectPath& path, provider::Call call) override {
            return ask("delete " + path.relative_text(), std::move(call));
        }
        Result<> query_instances(const cim::Name& name, provider::Call call) override {
            return ask("query instances of " + name.text(), std::move(call));
        }
        Result<std::vector<cim::InstancePtr>> get_objects(const std::vector<cim::InstancePtr>& keys,
                                                          const cim::CallContextPtr&) override {
            script_.log.push_back(fmt::format("get {} objects", keys.size()));
            return script_.on_get_objects(keys);
        }
        Result<std::unique_ptr<provider::Refresher>> create_refresher() override {
            script_.log.emplace_back("create refresher");
            return script_.on_create_refresher();
        }
        Result<std::optional<cim::Value>> get_property(const provider::PropertyAddress& address,
                                                       cim::Type) override {
            script_.log.push_back("get property " + text(address));
            return script_.on_get(address);
        }
        Result<> put_property(const provider::PropertyAddress& address, const cim::Value& value,
                              cim::Type type) override {
            script_.log.push_back("put property " + text(address) + " = " +
                                  cim::display(value, type));
            return script_.on_put(address, value);
        }

      private:
        static std::string text(const provider::PropertyAddress& address) {
            return fmt::format("{}|{}|{}|{}", address.locale, address.class_context.value_or("-"),
                               address.instance_context.value_or("-"),
                               address.property_context.value_or("-"));
        }
        Result<> ask(std::string what, provider::Call call, cim::InstancePtr instance = {}) {
            script_.log.push_back(what);
            if (script_.on_call) {
                return script_.on_call({std::move(what), std::move(call), std::move(instance)});
            }
            call.sink->complete({});
            return {};
        }
        Script& script_;
    };
};

// What an operation gave, checked to complete exactly once, after all it indicates.
struct Outcome final : ResultSink {
    bool indicate(std::span<const cim::ObjectPtr> given) override {
        EXPECT_EQ(completions, 0);
        objects.insert(objects.end(), given.begin(), given.end());
        return true;
    }
    void progress(provider::Progress given) override { steps.push_back(given); }
    void explain(const cim::InstancePtr& given) override { explanation = given; }
    void complete(Result<std::string> given) override {
        ++completions;
        result = std::move(given);
    }
    // The first object's property as text; empty for NULL.
    std::string text(const char* property) const {
        if (objects.empty()) return "nothing";
        const auto* instance = objects.front()->as_instance();
        const auto value = instance->find(property);
        return value ? cim::display(*value, cim::natural_type(*value)) : "no such property";
    }
    Status status() const { return result ? Status::Ok : result.error().status; }

    std::vector<cim::ObjectPtr> objects;
    std::vector<provider::Progress> steps;
    cim::InstancePtr explanation;
    int completions = 0;
    Result<std::string> result;
};

class ServiceTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started =
            Service::start({.executor = &executor, .calls = &executor, .loader = &script});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = open("root\\cimv2");
    }
    std::shared_ptr<Session> open(
        const char* ns, const std::string& locale = {},
        const security::Identity& identity = security::Identity::of_service()) const {
        return service->open_session(identity, cim::NamespacePath::literal(ns), locale).value();
    }
    mof::Report compile(const std::string& text) {
        SessionTarget target(session, executor);
        auto report = mof::compile(
            mof::parse("#pragma namespace(\"\\\\\\\\.\\\\root\\\\cimv2\")\n" + text, "test.mof"),
            target);
        executor.drain();
        return report;
    }
    std::shared_ptr<Outcome> run(const std::function<void(SinkPtr)>& start) {
        auto outcome = std::make_shared<Outcome>();
        start(outcome);
        executor.drain();
        EXPECT_EQ(outcome->completions, 1);
        return outcome;
    }
    std::shared_ptr<Outcome> get(const char* path, CallOptions options = {}) {
        return run([&](SinkPtr sink) {
            session->with(std::move(options))
                ->get_object(cim::ObjectPath::parse(path).value(), std::move(sink));
        });
    }
    std::shared_ptr<Outcome> enumerate(const char* name, CallOptions options = {}) {
        return run([&](SinkPtr sink) {
            session->with(std::move(options))
                ->enumerate_instances(name, Depth::Deep, std::move(sink));
        });
    }
    std::shared_ptr<Outcome> put(cim::InstancePtr instance, repository::PutMode mode,
                                 CallOptions options = {}) {
        return run([&](SinkPtr sink) {
            session->with(std::move(options))
                ->put_instance(std::move(instance), mode, std::move(sink));
        });
    }
    using Values = std::vector<std::pair<const char*, cim::Value>>;
    cim::InstancePtr make(const char* class_name, const Values& values) const {
        cim::InstanceBuilder builder(session->schema()->find_class(class_name));
        for (const auto& [name, value] : values) {
            EXPECT_TRUE(builder.set(name, value)) << name;
        }
        return builder.build();
    }
    static CallOptions with_context(std::vector<std::pair<const char*, cim::Value>> values) {
        std::vector<cim::CallContext::Entry> entries;
        for (auto& [name, value] : values) {
            entries.push_back({name, cim::natural_type(value), std::move(value)});
        }
        return {.context = std::make_shared<const cim::CallContext>(std::move(entries))};
    }

    base::SimulatedExecutor executor{1};
    Script script;
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

}  // namespace openwmi::core::test
