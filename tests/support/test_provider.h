#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "cim/test_classes.h"
#include "plugin/provider.h"
#include "support/test_plugins.h"
#include "wbem/object.h"

// A stranger's library on virtual time that behaves as the test says, for the tests of the room
// plugin.
namespace openwmi::support {

// A namespace with the system classes and what a test adds.
class TestSchema final : public cim::Schema {
  public:
    cim::ClassPtr add(const char* name, const char* superclass,
                      std::vector<cim::Property> properties) {
        classes_.push_back(cim::test::derive(
            cim::test::declared(name, superclass, std::move(properties)), find_class(superclass)));
        return classes_.back();
    }
    cim::ClassPtr find_class(const cim::Name& name) const override {
        for (const auto& cls : classes_) {
            if (cls->name() == name) return cls;
        }
        return cim::find_system_class(name);
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override {
        std::vector<cim::ClassPtr> found;
        for (const auto& cls : classes_) {
            if (cls->is_a(name) && cls->name() != name) found.push_back(cls);
        }
        return found;
    }

  private:
    std::vector<cim::ClassPtr> classes_;
};

// Remembers the text of the events; wants all classes unless told otherwise. Thread-safe.
class Events final : public provider::EventSink {
  public:
    Result<> raise(std::span<const cim::InstancePtr> events) override {
        const std::lock_guard lock(mutex_);
        if (refuses) return fail(Status::ServerTooBusy, "the queues are full");
        for (const auto& event : events) {
            const auto text = event->find("Text").value_or(cim::Value("no text"));
            texts_.push_back(text.is_null() ? "NULL" : text.get<std::string>());
        }
        return {};
    }
    bool wanted(const cim::Class& event_class) const override {
        return only.empty() || event_class.name() == only;
    }
    std::vector<std::string> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(texts_, {});
    }

    cim::Name only;
    bool refuses = false;

  private:
    std::mutex mutex_;
    std::vector<std::string> texts_;
};

// Remembers what an instance provider answered.
class Asked final : public provider::ObjectSink {
  public:
    void indicate(std::span<const cim::ObjectPtr> objects) override { count += objects.size(); }
    void progress(provider::Progress given) override { steps.push_back(given); }
    void explain(const cim::InstancePtr& given) override { explanation = given; }
    void complete(Result<> result) override { outcomes.push_back(std::move(result)); }

    std::size_t count = 0;
    std::vector<provider::Progress> steps;
    cim::InstancePtr explanation;
    std::vector<Result<>> outcomes;
};

// Loads the stranger, who does what the director says, and has what he may raise and answer.
class ProviderTest : public ::testing::Test {
  protected:
    ProviderTest() {
        using cim::test::property;
        event_class_ = schema_->add(
            "TestEvent", "__ExtrinsicEvent",
            {property("Text", cim::CimType::String), property("Level", cim::CimType::Sint32)});
        schema_->add("TestSubEvent", "TestEvent", {});
        data_class_ = schema_->add(
            "TestThing", "",
            {cim::test::key("Name", cim::CimType::String), property("Size", cim::CimType::Uint32)});
        plugins_.director->answer =
            wbem::make_object(cim::test::make_instance(data_class_, {{"Name", "thing"}}));
    }

    plugin::LoadRequest request(REFCLSID clsid) const {
        plugin::LoadRequest request;
        request.clsid = clsid;
        request.name = "Stranger";
        request.name_space = "root\\test";
        request.schema = [schema = schema_] { return schema; };
        return request;
    }
    Result<std::unique_ptr<plugin::Provider>> load(TestBehaviour behaviour) {
        director().behaviour = behaviour;
        return plugin::Provider::load(request(CLSID_TestStranger), executor_);
    }
    std::unique_ptr<plugin::Provider> loaded(TestBehaviour behaviour = TEST_GOOD) {
        auto provider = load(TEST_GOOD);
        EXPECT_TRUE(provider) << provider.error().message;
        director().take_records();
        director().behaviour = behaviour;
        return provider ? std::move(*provider) : nullptr;
    }
    // The event sink of a provider, as the stranger holds it.
    com::Ptr<IWbemEventSink> sink_of(plugin::Provider& provider) {
        EXPECT_TRUE(provider.provide_events(events_));
        return director().take_kept<IWbemEventSink>();
    }
    com::Ptr<IWbemClassObject> event(const char* text, int level = 0,
                                     const char* class_name = "TestEvent") const {
        return wbem::make_object(cim::test::make_instance(schema_->find_class(class_name),
                                                          {{"Text", text}, {"Level", level}}));
    }
    // Of an event whose text has three letters.
    std::size_t event_bytes() const {
        return cim::test::make_instance(event_class_, {{"Text", "xxx"}, {"Level", 0}})
            ->memory_bytes();
    }
    static HRESULT indicate(IWbemObjectSink* sink, const com::Ptr<IWbemClassObject>& object) {
        IWbemClassObject* objects[] = {object.get()};
        return sink->Indicate(1, objects);
    }
    TestDirector& director() const { return *plugins_.director; }

    TestPlugins plugins_;
    base::SimulatedExecutor executor_{1};
    std::shared_ptr<TestSchema> schema_ = std::make_shared<TestSchema>();
    std::shared_ptr<Events> events_ = std::make_shared<Events>();
    cim::ClassPtr event_class_;
    cim::ClassPtr data_class_;
};

}  // namespace openwmi::support
