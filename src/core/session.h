#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "cim/call_context.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "core/explanation.h"
#include "core/lint.h"
#include "core/refresher.h"
#include "eventing/engine.h"
#include "provider/provider.h"
#include "repository/store.h"
#include "security/identity.h"

namespace openwmi::core {

// Takes the results of an operation: any number of indicate(), then exactly one complete(), never
// concurrently, on the executor or a provider's thread. Returning false from indicate() cancels the
// rest (complete follows with CallCancelled).
class ResultSink {
  public:
    virtual ~ResultSink() = default;
    virtual bool indicate(std::span<const cim::ObjectPtr> objects) = 0;
    // How far a provider is, if it tells (COM-092).
    virtual void progress(provider::Progress) {}
    // The __ExtendedStatus of the provider whose failure complete() reports next (COM-093).
    virtual void explain(const cim::InstancePtr&) {}
    // The success other than S_OK that complete() reports next (COM-034).
    virtual void remark(Status) {}
    // For a Put the text is the path of what was stored.
    virtual void complete(Result<std::string> outcome) = 0;
};
using SinkPtr = std::shared_ptr<ResultSink>;

enum class Depth { Shallow, Deep };

class Batch;
class Deliveries;

// What a caller asks for beside the operation itself.
struct CallOptions {
    cim::CallContextPtr context;  // goes to the providers that serve the call
    bool amended = false;         // with localized qualifiers (WBEM_FLAG_USE_AMENDED_QUALIFIERS)
    bool direct_read = false;     // from the provider of the class named, not of a subclass
    // The session's changes are the batch's, and get_object and schema see them. Instances of
    // classes that stand alone are refused with InvalidOperation, and so are enumerations, queries,
    // events and methods. Confined to the batch's thread.
    std::shared_ptr<Batch> batch;
};

struct QueryOptions {
    bool prototype = false;         // the class that results would have, instead of results
    bool ensure_locatable = false;  // results have their path, whatever is selected
};

// A verified person or program at work in one namespace: the one place through which COM, the wire
// and JSON reach the service (decision 3). Work on the repository is done on the calling thread,
// synchronous deliveries included; what needs a provider completes later, on the provider's thread.
// An operation whose sink is never told is told CallCancelled. Outlives the service: then
// everything fails with ShuttingDown. Thread-safe.
class Session {
  public:
    virtual ~Session() = default;

    virtual const security::Identity& identity() const = 0;
    virtual const cim::NamespacePath& name_space() const = 0;
    virtual std::shared_ptr<const cim::Schema> schema() const = 0;
    // A session of the same identity in another namespace; relative or absolute.
    virtual Result<std::shared_ptr<Session>> open(const cim::NamespacePath& ns) = 0;

    // This session for a call with options; the session itself has none.
    virtual std::shared_ptr<Session> with(CallOptions options) = 0;
    // This session for a provider of that name: it is never asked for classes itself when it asks
    // the service, not even for one that nobody else has.
    virtual std::shared_ptr<Session> as_provider(std::string name) = 0;
    // Waits for the repository's writer place and keeps it for the batch. Null where class
    // providers are registered: changes are made one by one then. Fails with ShuttingDown.
    virtual Result<std::shared_ptr<Batch>> begin_batch() = 0;

    virtual void get_object(const cim::ObjectPath& path, SinkPtr sink) = 0;  // class or instance
    virtual void put_class(cim::ClassDeclaration declaration, repository::PutClassOptions options,
                           SinkPtr sink) = 0;
    virtual void delete_class(const cim::Name& name, SinkPtr sink) = 0;
    virtual void enumerate_classes(const cim::Name& superclass, Depth depth, SinkPtr sink) = 0;
    virtual void put_instance(cim::InstancePtr instance, repository::PutMode mode,
                              SinkPtr sink) = 0;
    virtual void delete_instance(const cim::ObjectPath& path, SinkPtr sink) = 0;
    virtual void enumerate_instances(const cim::Name& class_name, Depth depth, SinkPtr sink) = 0;
    virtual void exec_query(std::string_view language, std::string_view query, QueryOptions options,
                            SinkPtr sink) = 0;
    // Indicates the out-parameters, if there are any: an instance of __PARAMETERS (COM-061).
    virtual void exec_method(const cim::ObjectPath& path, const cim::Name& method,
                             const cim::InstancePtr& in, SinkPtr sink) = 0;

    // Empty; keeps things of this namespace current. The session's options hold for it.
    virtual std::unique_ptr<Refresher> make_refresher() = 0;

    // A temporary subscription (COM-066 to 081).
    virtual Result<std::unique_ptr<eventing::TemporarySubscription>> subscribe(
        std::string_view language, std::string_view query,
        std::shared_ptr<eventing::Receiver> receiver) = 0;
    // Switches a stored filter off and on again; it stays stored (ours). Fails with NotFound.
    virtual Result<> enable_filter(const cim::ObjectPath& filter, bool enabled) = 0;
    // An observed binding's consumer is only asked what it would do. Fails as enable_filter.
    virtual Result<> observe_binding(const cim::ObjectPath& binding, bool observed) = 0;
    // Why a stored filter fires, or does not. With a supposed event, what it would say of that one.
    // Fails with NotFound.
    virtual Result<FilterExplanation> explain_filter(
        const cim::ObjectPath& filter, const std::optional<SupposedEvent>& supposed = {}) = 0;
    // Everything that is wrong, dangerous or dear about the subscriptions of all namespaces.
    virtual Result<std::vector<LintFinding>> lint(const LintOptions& options) = 0;
    // What became of events, and those that were given up. Fails with AccessDenied.
    virtual Result<std::shared_ptr<Deliveries>> deliveries() = 0;
    // An extrinsic event from a client (GEN-017, OD-058).
    virtual Result<> raise(const cim::InstancePtr& event) = 0;
};

// Runs one operation and waits for it: for threads that may wait, never for the executor's own.
struct Collected {
    std::vector<cim::ObjectPtr> objects;
    std::string path;
    Status status = Status::Ok;  // a success
};
Result<Collected> wait_for(base::Executor& executor, const std::function<void(SinkPtr)>& start);

}  // namespace openwmi::core
