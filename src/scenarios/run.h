#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/local_zone.h"
#include "mof/ast.h"
#include "scenarios/script.h"
#include "scenarios/world.h"

namespace openwmi::scenarios {

// Why a scenario does not hold.
struct Failure {
    std::size_t line = 0;
    std::string expected;
    std::string got;
};

// One scenario in one world. What is under way is finished after each step, so that a check sees
// everything that came of the steps before it. Confined to one thread.
class Run {
  public:
    enum class Restarts { AsWritten, AfterEachStep };
    Run(const Scenario& scenario, World::Options world, Restarts restarts = Restarts::AsWritten);

    // The first step that does not hold.
    std::optional<Failure> execute();
    // As the scenario left it.
    World& world() { return world_; }

  private:
    struct Mismatch {
        std::string expected;
        std::string got;
    };
    using Verdict = std::optional<Mismatch>;

    std::optional<Failure> execute(const Step& step);
    std::optional<Failure> check_nothing_unread();
    Result<> perform(const Action& action);
    Result<> perform_all(const std::vector<Step>& steps);
    Result<> act(const UseNamespace& step);
    Result<> act(const CompileMof& step);
    Result<> act(const CompileFiles& step);
    Result<> act(const Subscribe& step);
    Result<> act(const Watch& step);
    Result<> act(const Put& step);
    Result<> act(const Delete& step);
    Result<> act(const Provide& step);
    Result<> act(const Withdraw& step);
    Result<> act(const Answer& step);
    Result<> act(const Raise& step);
    Result<> act(const Behave& step);
    Result<> act(const Letters& step);
    Result<> act(const Switch& step);
    Result<> act(const Observe& step);
    Result<> act(const Advance& step);
    Result<> act(const SetClock& step);
    Result<> act(const SetZone& step);
    Result<> act(const Restart& step);
    Result<> act(const Together& step);
    Verdict check(const ExpectEvents& step);
    Verdict check(const ExpectNumber& step);
    Verdict check(const ExpectCalls& step);
    Verdict check(const ExpectRising& step);
    Verdict check(const ExpectObjects& step);
    Verdict check(const ExpectState& step);
    Verdict check(const ExpectCounters& step);
    Verdict check(const ExpectLoaded& step);
    Verdict check(const ExpectReadings& step);
    Verdict check(const ExpectLetters& step);
    Verdict check(const ExpectHistory& step);
    Verdict check(const ExpectError& step);
    Verdict check(const ExpectRenderings& step);
    Verdict check(const ExpectVerdict& step);
    Result<std::shared_ptr<core::Deliveries>> deliveries();

    Result<> compile(const std::string& text, const std::string& name);
    Result<> compile(const mof::Document& document);
    Result<> put(const cim::NamespacePath& ns, const cim::Name& class_name,
                 const std::vector<FieldPattern>& fields);
    // An object as it is written, in full: fails where a pattern leaves something open.
    Result<cim::InstancePtr> build(const cim::NamespacePath& ns, const cim::Name& class_name,
                                   const std::vector<FieldPattern>& fields);
    static std::vector<FieldPattern> with_keys(const cim::ObjectPath& path,
                                               const std::vector<FieldPattern>& fields);
    Result<cim::Value> value_of(const cim::NamespacePath& ns, const FieldPattern& field);
    std::vector<eventing::SubscriptionStatus> statuses_of(const std::string& filter);
    const cim::NamespacePath& in(const cim::ObjectPath& path) const {
        return path.name_space ? *path.name_space : name_space_;
    }

    const Scenario& scenario_;
    const Restarts restarts_;
    World world_;
    cim::NamespacePath name_space_ = cim::NamespacePath::literal("root\\default");
    std::vector<std::unique_ptr<Door::Watch>> watches_;
    std::optional<base::LocalZone> zone_;
};

}  // namespace openwmi::scenarios
