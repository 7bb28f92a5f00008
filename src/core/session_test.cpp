#include "core/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A provider that does what the test says, and writes down what it was asked.
class Script final : public provider::ProviderLoader {
  public:
    std::vector<std::string> log;
    std::function<Result<>()> on_load;
    std::function<Result<>(std::shared_ptr<provider::ObjectSink>)> on_call;
    std::shared_ptr<provider::EventSink> events;

    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope&) override {
        log.push_back("load " + registration.name);
        if (on_load) WMI_TRY(on_load());
        return std::make_shared<Provider>(*this);
    }

  private:
    class Consumer final : public provider::Consumer {
      public:
        explicit Consumer(Script& script) : script_(script) {}
        Result<> consume(const cim::InstancePtr&, std::span<const cim::InstancePtr> got) override {
            for (const auto& event : got) {
                script_.log.push_back("consume " + event->class_of().name().text());
            }
            return {};
        }

      private:
        Script& script_;
    };
    class Provider final : public provider::Provider {
      public:
        explicit Provider(Script& script) : script_(script) {}
        Result<> provide_events(std::shared_ptr<provider::EventSink> sink) override {
            script_.log.emplace_back("provide");
            script_.events = std::move(sink);
            return {};
        }
        Result<> new_query(std::uint32_t, std::string_view query) override {
            script_.log.push_back("new " + std::string(query));
            return {};
        }
        Result<> cancel_query(std::uint32_t) override {
            script_.log.emplace_back("cancel");
            return {};
        }
        Result<std::shared_ptr<provider::Consumer>> find_consumer(
            const cim::InstancePtr&) override {
            return std::make_shared<Consumer>(script_);
        }
        Result<> get_instance(const cim::ObjectPath& path, provider::Call asked) override {
            return call("get " + path.relative_text(), std::move(asked.sink));
        }
        Result<> enumerate(const cim::Name& name, provider::Call asked) override {
            return call("enumerate " + name.text(), std::move(asked.sink));
        }
        Result<> put_instance(const cim::InstancePtr& instance, provider::PutMode,
                              provider::Call asked) override {
            return call("put " + instance->class_of().name().text(), std::move(asked.sink));
        }
        Result<> delete_instance(const cim::ObjectPath& path, provider::Call asked) override {
            return call("delete " + path.relative_text(), std::move(asked.sink));
        }

      private:
        Result<> call(std::string what, std::shared_ptr<provider::ObjectSink> sink) {
            script_.log.push_back(std::move(what));
            if (script_.on_call) return script_.on_call(std::move(sink));
            sink->complete({});
            return {};
        }
        Script& script_;
    };
};

// Checks that each operation completes exactly once, after all it indicates.
struct CheckingSink final : ResultSink {
    bool indicate(std::span<const cim::ObjectPtr> given) override {
        EXPECT_EQ(completions, 0);
        objects.insert(objects.end(), given.begin(), given.end());
        return objects.size() < wanted;
    }
    void complete(Result<std::string> given) override {
        ++completions;
        outcome = std::move(given);
    }
    std::size_t wanted = SIZE_MAX;
    std::vector<cim::ObjectPtr> objects;
    int completions = 0;
    Result<std::string> outcome;
};

constexpr const char* classes = R"(
#pragma namespace("\\\\.\\root\\cimv2")
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE;
  SupportsPut = TRUE; SupportsDelete = TRUE; SupportsEnumeration = TRUE; };
[dynamic, provider("P")] class Dynamic { [key] string Id; sint32 Number; };
class Stored { [key] string Id; sint32 Number; };
class Fax : __ExtrinsicEvent { string From; };
[dynamic, provider("P")] class Recorder : __EventConsumer { [key] string Name; };
instance of __EventConsumerProviderRegistration { Provider = $P; ConsumerClassNames = {"Recorder"}; };
)";

class SessionTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started =
            Service::start({.executor = &executor, .calls = &executor, .loader = &script});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\cimv2"));
        ASSERT_TRUE(compile(classes).ok());
    }
    mof::Report compile(const std::string& text) {
        SessionTarget target(session, executor);
        auto report = mof::compile(mof::parse(text, "test.mof"), target);
        executor.drain();
        return report;
    }
    std::shared_ptr<CheckingSink> run(const std::function<void(SinkPtr)>& start,
                                      std::size_t wanted = SIZE_MAX) {
        auto sink = std::make_shared<CheckingSink>();
        sink->wanted = wanted;
        start(sink);
        executor.drain();
        EXPECT_EQ(sink->completions, 1);
        return sink;
    }
    std::shared_ptr<CheckingSink> enumerate(const char* name, std::size_t wanted = SIZE_MAX) {
        return run(
            [&](SinkPtr sink) { session->enumerate_instances(name, Depth::Deep, std::move(sink)); },
            wanted);
    }
    std::shared_ptr<CheckingSink> query(const char* text) {
        return run([&](SinkPtr sink) { session->exec_query("WQL", text, {}, std::move(sink)); });
    }
    std::shared_ptr<CheckingSink> put_class(cim::ClassDeclaration declaration,
                                            repository::PutClassOptions options = {}) {
        return run([&](SinkPtr sink) {
            session->put_class(std::move(declaration), options, std::move(sink));
        });
    }
    cim::InstancePtr make(const char* class_name, const char* key, const char* value) const {
        cim::InstanceBuilder builder(session->schema()->find_class(class_name));
        EXPECT_TRUE(builder.set(key, cim::Value(value)));
        return builder.build();
    }
    // The provider answers with instances numbered from 1.
    void answer(int count) {
        script.on_call = [this, count](const std::shared_ptr<provider::ObjectSink>& sink) {
            for (int i = 1; i <= count; ++i) {
                cim::InstanceBuilder builder(session->schema()->find_class("Dynamic"));
                EXPECT_TRUE(builder.set("Id", cim::Value(std::to_string(i))));
                EXPECT_TRUE(builder.set("Number", cim::Value(i)));
                const cim::ObjectPtr object = builder.build();
                sink->indicate({&object, 1});
            }
            sink->complete({});
            return Result<>();
        };
    }

    base::SimulatedExecutor executor{1};
    Script script;
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

TEST_F(SessionTest, instancesOfADynamicClassComeFromItsProvider) {
    answer(3);
    EXPECT_EQ(enumerate("Dynamic")->objects.size(), 3U);
    EXPECT_EQ(query("SELECT * FROM Dynamic WHERE Number > 1")->objects.size(), 2U);
    const auto got = run([&](SinkPtr sink) {
        session->get_object(cim::ObjectPath::parse("Dynamic=\"1\"").value(), std::move(sink));
    });
    ASSERT_FALSE(got->objects.empty());
    EXPECT_TRUE(got->objects[0]->as_instance()->origin()) << "it has a place now";
    run([&](SinkPtr sink) {
        session->put_instance(make("Dynamic", "Id", "x"), repository::PutMode::CreateOrUpdate,
                              std::move(sink));
    });
    run([&](SinkPtr sink) {
        session->delete_instance(cim::ObjectPath::parse("Dynamic=\"1\"").value(), std::move(sink));
    });
    PROVES("GEN-003", EXPECT_THAT(script.log, ElementsAre("load P", "enumerate Dynamic",
                                                          "enumerate Dynamic", "get Dynamic=\"1\"",
                                                          "put Dynamic", "delete Dynamic=\"1\"")));
}

TEST_F(SessionTest, whoWantsNoMoreIsDone) {
    answer(3);
    const auto sink = enumerate("Dynamic", 2);
    EXPECT_EQ(sink->objects.size(), 2U);
    EXPECT_EQ(sink->outcome.error().status, Status::CallCancelled);
    const auto schema_sink = run(
        [&](SinkPtr target) { session->enumerate_classes({}, Depth::Deep, std::move(target)); }, 1);
    EXPECT_EQ(schema_sink->outcome.error().status, Status::CallCancelled);
    const auto meta = run(
        [&](SinkPtr target) {
            session->exec_query("WQL", "SELECT * FROM meta_class", {}, std::move(target));
        },
        1);
    EXPECT_EQ(meta->outcome.error().status, Status::CallCancelled);
}

TEST_F(SessionTest, aProviderThatReportsTwiceCompletesOnce) {
    script.on_call = [](const std::shared_ptr<provider::ObjectSink>& sink) {
        sink->complete(fail(Status::ProviderFailure, "first"));
        sink->complete({});
        return Result<>(fail(Status::Failed, "third"));
    };
    EXPECT_EQ(enumerate("Dynamic")->outcome.error().message, "first");
}

TEST_F(SessionTest, aProviderThatForgetsItsSinkLeavesNobodyWaiting) {
    script.on_call = [](const auto&) { return Result<>(); };
    EXPECT_EQ(enumerate("Dynamic")->outcome.error().status, Status::CallCancelled);
    const auto waited = wait_for(executor, [&](SinkPtr sink) {
        session->enumerate_instances("Dynamic", Depth::Deep, std::move(sink));
    });
    EXPECT_EQ(waited.error().status, Status::CallCancelled);
}

TEST_F(SessionTest, aProviderThatDoesNotLoadFailsTheCall) {
    script.on_load = [] { return fail(Status::ProviderLoadFailure, "no such library"); };
    PROVES("PRV-006",
           EXPECT_EQ(enumerate("Dynamic")->outcome.error().status, Status::ProviderLoadFailure));
}

TEST_F(SessionTest, instancesOfDynamicConsumerClassesAreStored) {
    const auto put = run([&](SinkPtr sink) {
        session->put_instance(make("Recorder", "Name", "r"), repository::PutMode::CreateOrUpdate,
                              std::move(sink));
    });
    PROVES("OD-087", ASSERT_TRUE(put->outcome) << put->outcome.error().message);
    PROVES("OD-087", ASSERT_TRUE(script.log.empty()) << "nobody asked the provider");
    const auto path = cim::ObjectPath::parse(*put->outcome).value();
    const auto got = run([&](SinkPtr sink) { session->get_object(path, std::move(sink)); });
    PROVES("OD-087", EXPECT_EQ(got->objects.size(), 1U));
    EXPECT_EQ(enumerate("__EventConsumer")->objects.size(), 1U);
    EXPECT_TRUE(script.log.empty()) << "nobody asked the provider";
    EXPECT_TRUE(
        run([&](SinkPtr sink) { session->delete_instance(path, std::move(sink)); })->outcome);
}

TEST_F(SessionTest, afterTheServiceStoppedEverythingFails) {
    service->stop();
    const auto stopped = [&](const std::function<void(SinkPtr)>& start) {
        EXPECT_EQ(run(start)->outcome.error().status, Status::ShuttingDown);
    };
    const auto path = cim::ObjectPath::parse("Stored=\"x\"").value();
    stopped([&](SinkPtr sink) { session->get_object(path, std::move(sink)); });
    stopped([&](SinkPtr sink) { session->delete_instance(path, std::move(sink)); });
    stopped([&](SinkPtr sink) { session->delete_class("Stored", std::move(sink)); });
    stopped([&](SinkPtr sink) {
        session->exec_query("WQL", "SELECT * FROM Stored", {}, std::move(sink));
    });
    stopped([&](SinkPtr sink) { session->enumerate_classes({}, Depth::Deep, std::move(sink)); });
    stopped([&](SinkPtr sink) {
        session->enumerate_instances("Stored", Depth::Deep, std::move(sink));
    });
    stopped([&](SinkPtr sink) {
        session->put_instance(make("Stored", "Id", "x"), repository::PutMode::CreateOrUpdate,
                              std::move(sink));
    });
    EXPECT_EQ(session->open(cim::NamespacePath::root()).error().status, Status::ShuttingDown);
    EXPECT_EQ(session->subscribe("WQL", "SELECT * FROM Fax", nullptr).error().status,
              Status::ShuttingDown);
    EXPECT_EQ(session->raise(make("Fax", "From", "x")).error().status, Status::ShuttingDown);
    service = nullptr;  // the session keeps what it needs
    stopped([&](SinkPtr sink) { session->get_object(path, std::move(sink)); });
}

TEST_F(SessionTest, aSessionWhoseNamespaceWasDeletedSaysSo) {
    ASSERT_TRUE(
        compile("#pragma namespace(\"root\")\ninstance of __Namespace { Name = \"gone\"; };").ok());
    const auto other = session->open(cim::NamespacePath::literal("root\\gone")).value();
    const auto root = session->open(cim::NamespacePath::root()).value();
    run([&](SinkPtr sink) {
        root->delete_instance(cim::ObjectPath::parse("__Namespace=\"gone\"").value(),
                              std::move(sink));
    });
    const auto gone = [&](const std::function<void(SinkPtr)>& start) {
        EXPECT_EQ(run(start)->outcome.error().status, Status::InvalidNamespace);
    };
    gone([&](SinkPtr sink) { other->enumerate_classes({}, Depth::Deep, std::move(sink)); });
    gone([&](SinkPtr sink) {
        other->exec_query("WQL", "SELECT * FROM meta_class", {}, std::move(sink));
    });
    gone([&](SinkPtr sink) {
        other->enumerate_instances("__EventFilter", Depth::Deep, std::move(sink));
    });
}

cim::ClassDeclaration declare(const char* name, const char* property = "Id",
                              const char* superclass = "") {
    cim::ClassDeclaration declaration;
    declaration.name = name;
    declaration.superclass = superclass;
    cim::Property added;
    added.name = property;
    added.type = {cim::CimType::String, false};
    declaration.properties.push_back(std::move(added));
    return declaration;
}

TEST_F(SessionTest, namesThatBeginWithAnUnderscoreAreTheSystems) {
    for (const char* name : {"_Mine", "__Mine", "Mine_"}) {
        PROVES("COM-040",
               EXPECT_EQ(put_class(declare(name))->outcome.error().status, Status::InvalidClass)
                   << name);
    }
    for (const char* name : {"_Id", "__Id"}) {
        PROVES("SYS-017", EXPECT_EQ(put_class(declare("Mine", name))->outcome.error().status,
                                    Status::InvalidProperty)
                              << name);
    }
    EXPECT_TRUE(put_class(declare("My_Class", "My_Id"))->outcome);
}

TEST_F(SessionTest, whatIsDerivedFromADynamicClassIsDynamic) {
    const auto refused = put_class(declare("Static", "More", "Dynamic"));
    PROVES("PRV-009", EXPECT_EQ(refused->outcome.error().status, Status::InvalidQualifier));
    EXPECT_EQ(session->schema()->find_class("Static"), nullptr) << "nothing was stored";
    auto fine = declare("StillDynamic", "More", "Dynamic");
    fine.qualifiers.put({.name = "dynamic", .type = {}, .value = true});
    EXPECT_TRUE(put_class(fine)->outcome);
}

TEST_F(SessionTest, amendedQualifiersAreRefusedOrTakenAway) {
    auto amended = declare("Amended");
    amended.qualifiers.put({.name = "Description",
                            .type = {cim::CimType::String, false},
                            .value = "text",
                            .flavor = {.amended = true}});
    amended.properties[0].qualifiers.put({.name = "Description",
                                          .type = {cim::CimType::String, false},
                                          .value = "text",
                                          .flavor = {.amended = true}});
    repository::PutClassOptions options;
    options.amended = repository::AmendedQualifiers::Refuse;
    PROVES("COM-047",
           EXPECT_EQ(put_class(amended, options)->outcome.error().status, Status::AmendedObject));
    options.amended = repository::AmendedQualifiers::Strip;
    ASSERT_TRUE(put_class(amended, options)->outcome);
    const auto stored = session->schema()->find_class("Amended");
    PROVES("COM-047", EXPECT_EQ(stored->qualifiers().find("Description"), nullptr));
    EXPECT_EQ(stored->properties()[0].qualifiers.find("Description"), nullptr);
}

TEST_F(SessionTest, onlyClientsRaiseOnlyExtrinsicEvents) {
    EXPECT_TRUE(session->raise(make("Fax", "From", "x")));
    const auto intrinsic = cim::InstanceBuilder(cim::find_system_class("__InstanceCreationEvent"));
    PROVES("OD-089",
           EXPECT_EQ(session->raise(intrinsic.build()).error().status, Status::InvalidClass));
}

constexpr const char* fax_subscription = R"(
#pragma namespace("\\\\.\\root\\cimv2")
instance of __EventFilter as $F { Name = "faxes"; QueryLanguage = "WQL"; Query = "SELECT * FROM Fax"; };
instance of Recorder as $C { Name = "r"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };
)";
constexpr const char* fax_provider = R"(
#pragma namespace("\\\\.\\root\\cimv2")
instance of __EventProviderRegistration { Provider = "__Win32Provider.Name=\"P\"";
  EventQueryList = {"SELECT * FROM Fax"}; };
)";

TEST_F(SessionTest, anEventProviderIsLoadedForItsFirstFilterAndToldOfEach) {
    ASSERT_TRUE(compile(fax_provider).ok());
    EXPECT_TRUE(script.log.empty());
    ASSERT_TRUE(compile(fax_subscription).ok());
    PROVES("GEN-026",
           EXPECT_THAT(script.log, ElementsAre("load P", "new SELECT * FROM Fax", "provide")));
    const auto event = make("Fax", "From", "x");
    ASSERT_TRUE(script.events->raise({&event, 1}));
    script.log.clear();
    executor.drain();
    EXPECT_EQ(script.log.back(), "consume Fax");
    script.log.clear();
    run([&](SinkPtr sink) {
        session->delete_instance(cim::ObjectPath::parse("__EventFilter=\"faxes\"").value(),
                                 std::move(sink));
    });
    EXPECT_THAT(script.log, ElementsAre("cancel"));
    service = nullptr;
    executor.drain();
    EXPECT_EQ(script.events->raise({&event, 1}).error().status, Status::ShuttingDown);
}

TEST_F(SessionTest, aRegistrationWakesUpTheFiltersThatWaitForIt) {
    ASSERT_TRUE(compile(fax_subscription).ok());
    EXPECT_THAT(service->subscriptions().at(0).coverage, HasSubstr("only a client"));
    ASSERT_TRUE(compile(fax_provider).ok());
    EXPECT_EQ(service->subscriptions().at(0).coverage, "raised by P");
}

TEST_F(SessionTest, aProviderMayDefineClassesWhileItInitialises) {
    ASSERT_TRUE(compile(R"(
#pragma namespace("\\\\.\\root\\cimv2")
instance of __EventFilter as $F { Name = "late"; QueryLanguage = "WQL"; Query = "SELECT * FROM Late"; };
instance of Recorder as $C { Name = "l"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };
instance of __EventProviderRegistration { Provider = "__Win32Provider.Name=\"P\"";
  EventQueryList = {"SELECT * FROM Fax", "SELECT * FROM Late"}; };
)")
                    .ok());
    script.on_load = [&]() -> Result<> {
        WMI_TRY(wait_for(executor, [&](SinkPtr sink) {
            session->put_class(declare("Late", "Text", "__ExtrinsicEvent"), {}, std::move(sink));
        }));
        return {};
    };
    ASSERT_TRUE(compile(fax_subscription).ok());
    for (const auto& each : service->subscriptions()) {
        EXPECT_EQ(to_text(each.state), "active") << each.filter << ": " << each.reason;
    }
}

TEST_F(SessionTest, aFilterThatIsSwitchedOffStaysOffWhenItIsCompiledAgain) {
    ASSERT_TRUE(compile(fax_subscription).ok());
    const auto filter = cim::ObjectPath::parse("__eventfilter.NAME=\"FAXES\"").value();
    ASSERT_TRUE(session->enable_filter(filter, false));
    EXPECT_EQ(to_text(service->subscriptions().at(0).state), "disabled");
    ASSERT_TRUE(compile(fax_subscription).ok());
    EXPECT_EQ(to_text(service->subscriptions().at(0).state), "disabled");
    ASSERT_TRUE(session->enable_filter(filter, true));
    EXPECT_EQ(to_text(service->subscriptions().at(0).state), "active");
    EXPECT_EQ(session->enable_filter(cim::ObjectPath::parse("__EventFilter=\"x\"").value(), true)
                  .error()
                  .status,
              Status::NotFound);
}

TEST_F(SessionTest, anObservedBindingStaysSoWhenItIsCompiledAgain) {
    ASSERT_TRUE(compile(fax_subscription).ok());
    const auto path = [&] {
        return cim::ObjectPath::parse(service->subscriptions().at(0).binding).value();
    };
    EXPECT_FALSE(service->subscriptions().at(0).observed);
    ASSERT_TRUE(session->observe_binding(path(), true));
    ASSERT_TRUE(session->observe_binding(path(), true)) << "it is already";
    EXPECT_TRUE(service->subscriptions().at(0).observed);
    EXPECT_EQ(to_text(service->subscriptions().at(0).state), "active");
    ASSERT_TRUE(compile(fax_subscription).ok());
    EXPECT_TRUE(service->subscriptions().at(0).observed);
    // The same binding in other words is no other one.
    auto other = path();
    std::ranges::reverse(other.keys);
    ASSERT_TRUE(session->observe_binding(other, false));
    EXPECT_FALSE(service->subscriptions().at(0).observed);
    const auto filter = cim::ObjectPath::parse("__EventFilter=\"Faxes\"").value();
    EXPECT_EQ(session->observe_binding(filter, true).error().status, Status::InvalidParameter);
}

}  // namespace
}  // namespace openwmi::core
