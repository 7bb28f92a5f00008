#include <utility>

#include "core/session_target.h"
#include "scenarios/entrance.h"
#include "scenarios/fixture.h"

namespace openwmi::scenarios {

namespace {

class CoreDoor final : public Door {
  public:
    CoreDoor(core::Service& service, const std::shared_ptr<core::Session>& root)
        : root_(root), executor_(service.executor()), objects_(root, executor_) {}

    mof::Target& objects() override { return objects_; }

    Result<std::vector<cim::ObjectPtr>> query(const cim::NamespacePath& ns,
                                              std::string_view text) override {
        const auto session = WMI_TRY(root_->open(ns));
        auto found = WMI_TRY(core::wait_for(executor_, [&](core::SinkPtr sink) {
            session->exec_query("WQL", text, {}, std::move(sink));
        }));
        return std::move(found.objects);
    }

    Result<std::unique_ptr<Watch>> watch(const cim::NamespacePath& ns, std::string_view query,
                                         Receive receive) override {
        const auto session = WMI_TRY(root_->open(ns));
        auto receiver = std::make_shared<Receiver>(std::move(receive));
        auto subscription = WMI_TRY(session->subscribe("WQL", query, std::move(receiver)));
        return std::make_unique<CoreWatch>(std::move(subscription));
    }

    Result<> raise(const cim::NamespacePath& ns, const cim::InstancePtr& event) override {
        const auto session = WMI_TRY(root_->open(ns));
        return session->raise(event);
    }

  private:
    class CoreWatch final : public Watch {
      public:
        explicit CoreWatch(std::unique_ptr<eventing::TemporarySubscription> subscription)
            : subscription_(std::move(subscription)) {}

      private:
        std::unique_ptr<eventing::TemporarySubscription> subscription_;
    };
    class Receiver final : public eventing::Receiver {
      public:
        explicit Receiver(Receive receive) : receive_(std::move(receive)) {}
        void receive(std::span<const eventing::EventPtr> events) override {
            std::vector<cim::InstancePtr> instances;
            for (const auto& event : events) instances.push_back(event->instance);
            receive_(instances);
        }
        void ended(const Error&) override {}  // a scenario sees that nothing comes any more

      private:
        const Receive receive_;
    };

    const std::shared_ptr<core::Session> root_;
    base::Executor& executor_;
    core::SessionTarget objects_;
};

// The test provider as the service's port for providers sees it.
class CoreProvider final : public provider::Provider {
  public:
    CoreProvider(TestProvider& provider, cim::NamespacePath ns)
        : provider_(provider), name_space_(std::move(ns)) {}
    ~CoreProvider() override { provider_.remove_sinks(this); }

    Result<> provide_events(std::shared_ptr<provider::EventSink> sink) override {
        provider_.add_sink(this, name_space_, [sink](const cim::InstancePtr& event) {
            return sink->raise({&event, 1});
        });
        return {};
    }
    Result<std::shared_ptr<provider::Consumer>> find_consumer(const cim::InstancePtr&) override {
        return std::make_shared<CoreConsumer>(provider_);
    }
    Result<> enumerate(const cim::Name& class_name, provider::Call call) override {
        provider_.enumerate(name_space_, class_name, [sink = call.sink](auto found) {
            if (!found) return sink->complete(fail(found.error()));
            for (const auto& instance : *found) {
                const cim::ObjectPtr object = instance;
                sink->indicate({&object, 1});
            }
            sink->complete({});
        });
        return {};
    }

  private:
    class CoreConsumer final : public provider::Consumer {
      public:
        explicit CoreConsumer(TestProvider& provider) : provider_(provider) {}
        Result<> consume(const cim::InstancePtr& logical,
                         std::span<const cim::InstancePtr> events) override {
            return provider_.consume(*logical, events);
        }

      private:
        TestProvider& provider_;
    };

    TestProvider& provider_;
    const cim::NamespacePath name_space_;
};

class CoreLoader final : public provider::ProviderLoader {
  public:
    CoreLoader(TestProvider& provider, Plays plays) : provider_(provider), plays_(plays) {}
    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope& scope) override {
        if (plays_ == Plays::Everybody || registration.name == test_provider_name)
            return std::make_shared<CoreProvider>(provider_, scope.name_space);
        return fail(Status::ProviderLoadFailure, "there is no library of provider '{}'",
                    registration.name);
    }

  private:
    TestProvider& provider_;
    const Plays plays_;
};

class CoreEntrance final : public Entrance {
  public:
    CoreEntrance(TestProvider& provider, Plays plays) : loader_(provider, plays) {}
    provider::ProviderLoader& loader() override { return loader_; }
    void attach(core::Service&) override {}
    Result<std::unique_ptr<Door>> open(core::Service& service) override {
        const auto root = WMI_TRY(
            service.open_session(security::Identity::of_service(), cim::NamespacePath::root()));
        return std::make_unique<CoreDoor>(service, root);
    }

  private:
    CoreLoader loader_;
};

}  // namespace

std::unique_ptr<Entrance> make_core_entrance(TestProvider& provider, Plays plays) {
    return std::make_unique<CoreEntrance>(provider, plays);
}

}  // namespace openwmi::scenarios
