#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "scenarios/inbox.h"

namespace openwmi::scenarios {

// The one provider of all scenarios, whichever door it is loaded through: a consumer that takes
// down what it gets, or misbehaves as it is told, a source of events, and a keeper of instances.
// Outlives the service.
// Confined to the simulation's thread.
class TestProvider {
  public:
    // What a consumer does with events besides taking them down; its failure is the consumer's.
    using Manner = std::function<Result<>()>;
    // Where the provider's events go.
    using Sink = std::function<Result<>(const cim::InstancePtr&)>;

    // What a consumer's template becomes for an event; empty: nothing is rendered.
    using Render = std::function<std::string(const cim::Name& property, const std::string& text,
                                             const cim::InstancePtr& event)>;

    TestProvider(base::Executor& executor, Inbox& inbox, Render render = {})
        : executor_(executor), inbox_(inbox), render_(std::move(render)) {}

    // Takes the name from the logical consumer's key.
    Result<> consume(const cim::Instance& logical, std::span<const cim::InstancePtr> events);
    // Null: takes them.
    void behave(const std::string& consumer, Manner manner);

    // `owner` says which sink to forget.
    void add_sink(const void* owner, cim::NamespacePath ns, Sink sink);
    void remove_sinks(const void* owner);
    // Into the sinks of that namespace: none means that nobody wants events.
    Result<> raise(const cim::NamespacePath& ns, const cim::InstancePtr& event);

    // The instances of dynamic classes. An object of the same key is replaced.
    void provide(const cim::NamespacePath& ns, const cim::InstancePtr& instance);
    Result<> withdraw(const cim::NamespacePath& ns, const cim::ObjectPath& path);
    // How it answers when it is asked for them; who was not answered while it hung is answered once
    // it answers again.
    enum class Answering { Answers, Fails, Hangs };
    void answer(Answering how);
    using Give = std::function<void(Result<std::vector<cim::InstancePtr>>)>;
    void enumerate(const cim::NamespacePath& ns, const cim::Name& class_name, Give give);
    // Nobody waits for the answers any more.
    void forget_questions() { questions_.clear(); }
    // How often that class was asked for since the last call.
    std::size_t take_readings(const cim::Name& class_name);

    // Does anybody listen to its events there?
    bool is_wanted(const cim::NamespacePath& ns) const;

  private:
    void render(const std::string& name, const cim::Instance& logical,
                const cim::InstancePtr& event);

    struct Question {
        cim::NamespacePath name_space;
        cim::Name class_name;
        Give give;
    };
    struct Outlet {
        const void* owner = nullptr;
        cim::NamespacePath name_space;
        Sink sink;
    };

    base::Executor& executor_;
    Inbox& inbox_;
    const Render render_;
    std::map<std::string, Manner> manners_;
    std::vector<Outlet> outlets_;
    std::map<cim::NamespacePath, std::vector<cim::InstancePtr>> instances_;
    Answering answering_ = Answering::Answers;
    std::vector<Question> questions_;
    std::map<cim::Name, std::size_t> readings_;
};

}  // namespace openwmi::scenarios
