#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/completion.h"
#include "core/session.h"
#include "provider/class_registration.h"

namespace openwmi::core {

struct ServiceState;

// How often each class is being looked up with a provider now: a provider that asks the service for
// the very class that the service asks it for would never end (decision 9). Thread-safe.
class ClassLookups : public std::enable_shared_from_this<ClassLookups> {
  public:
    static constexpr int most = 8;  // at a time, of one class with one provider

    // Held while a lookup is under way. Null when there are too many.
    std::shared_ptr<void> begin(const std::string& lookup);

  private:
    std::mutex mutex_;
    std::map<std::string, int> under_way_;
};

// A class, and the pull provider that it came from; without one it is the repository's.
struct FoundClass {
    cim::ClassPtr cls;
    std::optional<provider::ClassProviderRegistration> supplier;
    bool is_one_of_several = false;  // another provider has it too
};

struct ClassQuestion {
    cim::NamespacePath name_space;
    cim::Name name;
    cim::CallContextPtr sent;               // along to the providers
    Status missing = Status::InvalidClass;  // what it is when nobody has the class
    std::string asker = {};        // the provider that asks, which is not asked itself; empty: none
    bool look_for_others = false;  // ask the other providers too, whether they have it
};

// Goes on with the class of that name: at once, on this thread, when the repository has it, else on
// a provider's thread, once a pull class provider has given it (SYS-094). The first provider that
// has it counts (COM-034). Where nobody has it, the completion is told.
void with_class(const std::shared_ptr<ServiceState>& service, const ClassQuestion& question,
                Completion completion, std::function<void(FoundClass, Completion)> then);

// Goes on with the classes that pull providers have below the superclass and the repository has
// not, each once. At once where there are no such providers.
void with_provided_classes(const std::shared_ptr<ServiceState>& service,
                           const ClassQuestion& superclass, Depth depth, Completion completion,
                           std::function<void(std::vector<cim::ClassPtr>, Completion)> then);

// Stores a class with its provider, or deletes it there. Completes with ProviderNotCapable when
// the provider's registration does not say that it can (SYS-098), with the name otherwise.
void put_with_provider(const std::shared_ptr<ServiceState>& service,
                       const provider::ClassProviderRegistration& supplier,
                       const cim::ClassPtr& cls, const cim::CallContextPtr& sent,
                       Completion completion);
void delete_with_provider(const std::shared_ptr<ServiceState>& service, const FoundClass& found,
                          const cim::CallContextPtr& sent, Completion completion);

// The pull class providers of a namespace, without the one that asks.
Result<std::deque<provider::ClassProviderRegistration>> pull_providers(const ServiceState& service,
                                                                       const cim::NamespacePath& ns,
                                                                       std::string_view asker = {});

// Whether a pull class provider is registered in any namespace.
bool has_class_providers(const ServiceState& service);

// Lets the push providers of a namespace put their classes into the repository: each is
// initialised, on the executor for calls. What fails is told to the observer. With a registration:
// its provider alone.
void start_push_providers(const std::shared_ptr<ServiceState>& service,
                          const cim::NamespacePath& ns,
                          const cim::InstancePtr& registration = nullptr);

}  // namespace openwmi::core
