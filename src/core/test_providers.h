#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

// A service on virtual time whose providers are made of functions, for the tests of this room.
namespace openwmi::core::test {

using Objects = Result<std::vector<cim::ObjectPtr>>;

// What a provider does; what is not set, it is not capable of.
struct Behaviour {
    std::function<Result<>()> load;
    std::function<Objects(const cim::ObjectPath&)> get;
    std::function<Objects(const cim::Name&)> enumerate;
    std::function<Objects(std::string_view)> query;
    std::function<Objects(const cim::InstancePtr&)> put;
    std::function<Objects(const cim::ObjectPath&, const cim::Name&, const cim::InstancePtr&)> call;
    std::function<Objects(const cim::Name&)> get_class;
    std::function<Objects(const cim::Name&)> enumerate_classes;
    std::function<Objects(const cim::ClassPtr&)> put_class;
    std::function<Objects(const cim::Name&)> delete_class;
};

// Providers by name, and what they were asked, in order. Confined to one thread.
class Providers final : public provider::ProviderLoader {
  public:
    std::map<std::string, Behaviour> behaviours;
    std::vector<std::string> log;

    std::vector<std::string> take_log() { return std::exchange(log, {}); }

    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope&) override {
        log.push_back("load " + registration.name);
        const auto& behaviour = behaviours[registration.name];
        if (behaviour.load) WMI_TRY(behaviour.load());
        return std::make_shared<Scripted>(*this, registration.name);
    }

  private:
    class Scripted final : public provider::Provider {
      public:
        Scripted(Providers& owner, std::string name) : owner_(owner), name_(std::move(name)) {}

        Result<> get_instance(const cim::ObjectPath& path, provider::Call call) override {
            return answer("get " + path.relative_text(), does().get, call, path);
        }
        Result<> enumerate(const cim::Name& name, provider::Call call) override {
            return answer("enumerate " + name.text(), does().enumerate, call, name);
        }
        Result<> exec_query(std::string_view query, provider::Call call) override {
            return answer(std::string(query), does().query, call, query);
        }
        Result<> put_instance(const cim::InstancePtr& instance, provider::PutMode,
                              provider::Call call) override {
            return answer("put " + instance->class_of().name().text(), does().put, call, instance);
        }
        Result<> exec_method(const cim::ObjectPath& path, const cim::Name& method,
                             const cim::InstancePtr& in, provider::Call call) override {
            return answer("call " + path.relative_text() + " " + method.text(), does().call, call,
                          path, method, in);
        }
        Result<> get_class(const cim::Name& name, provider::Call call) override {
            return answer("get class " + name.text(), does().get_class, call, name);
        }
        Result<> enumerate_classes(const cim::Name& superclass, provider::ClassDepth depth,
                                   provider::Call call) override {
            const char* how = depth == provider::ClassDepth::All ? " all" : " immediate";
            return answer("list classes " + superclass.text() + how, does().enumerate_classes, call,
                          superclass);
        }
        Result<> put_class(const cim::ClassPtr& cls, provider::Call call) override {
            return answer("put class " + cls->name().text(), does().put_class, call, cls);
        }
        Result<> delete_class(const cim::Name& name, provider::Call call) override {
            return answer("delete class " + name.text(), does().delete_class, call, name);
        }

      private:
        const Behaviour& does() const { return owner_.behaviours[name_]; }

        template <class F, class... Arguments>
        Result<> answer(const std::string& what, const F& behaviour, const provider::Call& call,
                        const Arguments&... arguments) {
            owner_.log.push_back(name_ + ": " + what);
            if (!behaviour) return fail(Status::ProviderNotCapable, "{} cannot {}", name_, what);
            const Objects objects = behaviour(arguments...);
            if (!objects) return fail(objects.error());
            call.sink->indicate(*objects);
            call.sink->complete({});
            return {};
        }

        Providers& owner_;
        const std::string name_;
    };
};

// What an observer is told of states.
class States final : public eventing::Observer {
  public:
    std::vector<std::string> seen;
    void on_state(std::string_view part, std::string_view state, std::string_view reason) override {
        seen.push_back(fmt::format("{} {}: {}", part, state, reason));
    }
};

class ProvidersTest : public testing::Test {
  protected:
    void SetUp() override { start(); }
    void start() {
        auto started = Service::start({.executor = &executor,
                                       .calls = &executor,
                                       .loader = &providers,
                                       .observer = &states,
                                       .max_examined = max_examined});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = open("root\\test");
    }
    // A session in a namespace right below root or another one, which is made where it is not
    // there.
    std::shared_ptr<Session> open(const char* text) {
        const auto ns = cim::NamespacePath::literal(text);
        const auto service_itself = security::Identity::of_service();
        const auto parent = *service->open_session(service_itself, ns.parent());
        EXPECT_TRUE(
            compile("instance of __Namespace { Name = \"" + ns.last().text() + "\"; };", parent)
                .ok());
        return *service->open_session(service_itself, ns);
    }
    mof::Report compile(const std::string& text, const std::shared_ptr<Session>& in) {
        SessionTarget target(in, executor);
        auto report = mof::compile(
            mof::parse("#pragma namespace(\"" + escaped(in->name_space().text()) + "\")\n" + text,
                       "test.mof"),
            target);
        executor.drain();
        return report;
    }
    mof::Report compile(const std::string& text) { return compile(text, session); }
    void must_compile(const std::string& text) {
        const auto report = compile(text);
        ASSERT_TRUE(report.ok()) << mof::summary(report);
    }
    Result<Collected> run(const std::function<void(SinkPtr)>& start) {
        auto outcome = wait_for(executor, start);
        executor.drain();
        return outcome;
    }
    static std::string escaped(std::string text) {
        for (std::size_t at = 0; (at = text.find('\\', at)) != std::string::npos; at += 2) {
            text.insert(at, 1, '\\');
        }
        return text;
    }

    std::uint64_t max_examined = wql::max_examined;  // takes effect with start()
    base::SimulatedExecutor executor{1};
    Providers providers;
    States states;
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

}  // namespace openwmi::core::test
