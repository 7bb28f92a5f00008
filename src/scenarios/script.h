#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "scenarios/pattern.h"

namespace openwmi::scenarios {

// A scenario as it is written: steps, each something that is done or something that is checked. The
// verbs are explained in tests/scenarios/README.md. Values.

struct UseNamespace {
    cim::NamespacePath path;
};
struct CompileMof {
    std::string text;  // begins with as many line ends as precede it in the file
};
// MOF files, where the scenario lies.
struct CompileFiles {
    std::vector<std::string> files;
};
struct Subscribe {
    std::string name;  // of the filter, and of the consumer if no other is named
    std::optional<std::string> to;
    std::optional<std::uint64_t> quality;  // DeliveryQoS
    std::string query;
};
struct Watch {
    std::string name;
    std::string query;
};
struct Put {
    cim::ObjectPath path;
    std::vector<FieldPattern> fields;
};
struct Delete {
    cim::ObjectPath path;
};
// Instances of the test provider.
struct Provide {
    cim::ObjectPath path;
    std::vector<FieldPattern> fields;
};
struct Withdraw {
    cim::ObjectPath path;
};
struct Answer {
    enum class Manner { Answers, Fails, Hangs };
    Manner manner = Manner::Answers;
};
struct Raise {
    bool by_client = false;
    ObjectPattern event;
};
// What administrators do with all dead letters.
struct Letters {
    enum class What { Retry, Purge };
    What what = What::Retry;
};
struct Switch {
    std::string filter;
    bool on = true;
};
// The bindings of a filter.
struct Observe {
    std::string filter;
    bool on = true;
};
struct Advance {
    base::Duration duration{};
};
// The calendar jumps; time does not pass.
struct SetClock {
    base::WallTime time;
};
struct SetZone {
    std::string zone;  // as the TZ variable has it
};
struct Restart {
    base::Duration down{};  // how long the service is not there
};
struct Step;
struct Together {
    std::vector<Step> steps;
};
struct Behave {
    enum class Manner { Takes, Fails, Slow, Does };
    std::string consumer;
    Manner manner = Manner::Takes;
    std::vector<Step> steps;  // that it does while it is called
};
using Action = std::variant<UseNamespace, CompileMof, CompileFiles, Subscribe, Watch, Put, Delete,
                            Provide, Withdraw, Answer, Raise, Switch, Observe, Advance, SetClock,
                            SetZone, Restart, Together, Behave, Letters>;

struct ExpectEvents {
    std::string name;
    bool ordered = true;
    std::vector<ObjectPattern> events;
};
struct ExpectNumber {
    std::string name;
    std::size_t events = 0;
};
struct ExpectCalls {
    std::string name;
    std::vector<std::size_t> sizes;
};
struct ExpectRising {
    std::string name;
    cim::Name property;
};
// What consumers make of their templates, each as the logical consumer with its texts filled in.
struct ExpectRenderings {
    std::string name;
    std::vector<ObjectPattern> renderings;
};
// What a filter would say of an event.
struct ExpectVerdict {
    std::string filter;
    std::string truth;  // TRUE, FALSE or NULL
    ObjectPattern event;
};
struct ExpectObjects {
    std::string query;
    std::vector<ObjectPattern> objects;  // in any order
};
struct ExpectState {
    std::string filter;
    std::string state;
};
struct ExpectCounters {
    std::string filter;
    std::map<std::string, std::uint64_t> values;
};
struct ExpectLoaded {
    std::vector<std::string> roles;  // of the test provider, in alphabetical order
};
struct ExpectReadings {
    cim::Name class_name;
    std::size_t number = 0;
};
struct ExpectLetters {
    std::size_t number = 0;
};
struct ExpectHistory {
    std::string filter;
    std::vector<std::string> outcomes;  // since the service started
};
struct ExpectError {
    Status status{};
    std::vector<Step> step;  // one action
};
using Check = std::variant<ExpectEvents, ExpectNumber, ExpectCalls, ExpectRising, ExpectObjects,
                           ExpectState, ExpectCounters, ExpectLoaded, ExpectReadings, ExpectLetters,
                           ExpectHistory, ExpectError, ExpectRenderings, ExpectVerdict>;

struct Step {
    std::size_t line = 0;
    std::string text;               // its first line
    std::vector<std::string> rows;  // of the specification, that a check proves
    std::variant<Action, Check> what;
};

struct Scenario {
    std::string file;
    std::filesystem::path folder;  // that files are looked for in
    bool survives_restarts = true;
    bool restarts = false;  // by a step of its own
    std::vector<Step> steps;
};

}  // namespace openwmi::scenarios
