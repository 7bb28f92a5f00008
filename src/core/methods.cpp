#include "core/methods.h"

#include <mutex>
#include <utility>

#include "core/class_providers.h"
#include "core/instances.h"
#include "core/method_parameters.h"
#include "core/system_security.h"

namespace openwmi::core {
namespace {

using cim::ClassPtr;
using cim::Name;

// What the class says itself of a method; null: nothing.
const cim::Method* declared(const cim::Class& cls, const Name& method) {
    for (const auto& each : cls.declaration().methods) {
        if (each.name == method) return &each;
    }
    return nullptr;
}

// Whether the nearest class that says anything of it says so: Static, Bypass_GetObject and Disabled
// hold for subclasses, whatever the flavor of the qualifier.
bool says(const ClassPtr& cls, const Name& method, const Name& qualifier) {
    for (auto at = cls; at; at = at->superclass()) {
        const auto* own = declared(*at, method);
        if (own && own->qualifiers.find(qualifier)) return own->qualifiers.is_true(qualifier);
    }
    return false;
}

// The class whose provider implements the method: a redeclaration without [Implemented] leaves it
// to the classes above.
Result<ClassPtr> implementing_class(const ClassPtr& cls, const Name& method) {
    for (auto at = cls; at; at = at->superclass()) {
        const auto* own = declared(*at, method);
        if (own && own->qualifiers.is_true("implemented")) return at;
    }
    return fail(Status::MethodNotImplemented,
                "{}.{} is declared, but no class on the way up says that it is [Implemented]",
                cls->name().text(), method.text());
}

Result<const cim::Method*> find_method(const cim::Class& cls, const Name& name) {
    if (const auto* method = cls.find_method(name)) return method;
    std::string known;
    for (const auto& each : cls.methods()) known += (known.empty() ? "" : ", ") + each.name.text();
    return fail(Status::InvalidMethod, "the class {} has no method {}; {}", cls.name().text(),
                name.text(), known.empty() ? "it has none" : "it has " + known);
}

Result<> check_target(const cim::ObjectPath& path, const ClassPtr& cls, const Name& method) {
    const bool is_static = says(cls, method, "static");
    if (is_static == path.is_class()) return {};
    if (is_static) {
        return fail(Status::InvalidMethod,
                    "{}.{} is static: it is called on the class {}, not on an instance",
                    cls->name().text(), method.text(), cls->name().text());
    }
    return fail(Status::InvalidMethod, "{}.{} is not static: it is called on an instance",
                cls->name().text(), method.text());
}

// One call, checked, for the provider of the class that implements it.
struct ReadyCall {
    ClassPtr implementing;
    cim::ObjectPath path;
    const cim::Method* method;  // of `owner`
    ClassPtr owner;
    cim::MethodSignature signature;
    cim::InstancePtr in;
};

Result<ReadyCall> prepare(const MethodRequest& request, const ClassPtr& cls, cim::ObjectPath path) {
    const auto* method = WMI_TRY(find_method(*cls, request.method));
    if (says(cls, request.method, "disabled")) {
        return fail(Status::MethodDisabled, "{}.{} is disabled", cls->name().text(),
                    request.method.text());
    }
    ReadyCall ready{.implementing = WMI_TRY(implementing_class(cls, request.method)),
                    .path = std::move(path),
                    .method = method,
                    .owner = cls,
                    .signature = WMI_TRY(cim::signature_of(*method)),
                    .in = nullptr};
    ready.in = WMI_TRY(admit_in_parameters(*method, ready.signature, request.in));
    ready.path.class_name = ready.implementing->name();
    return ready;
}

// What the provider of a method answers with: at most one object. Thread-safe.
class MethodAnswer final : public provider::ObjectSink {
  public:
    MethodAnswer(ReadyCall call, Completion completion)
        : call_(std::move(call)), completion_(std::move(completion)) {}

    void indicate(std::span<const cim::ObjectPtr> objects) override {
        const std::lock_guard lock(mutex_);
        for (const auto& object : objects) {
            if (const auto* instance = object->as_instance()) out_ = cim::InstancePtr(instance);
        }
    }
    // The first one counts (COM-183).
    void complete(Result<> outcome) override {
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(finished_, true)) return;
        }
        if (outcome && out_) outcome = give(out_);
        completion_.complete(outcome);
    }

  private:
    Result<> give(const cim::InstancePtr& out) {
        auto admitted = WMI_TRY(admit_out_parameters(*call_.method, call_.signature, out));
        if (admitted) completion_.indicate(std::move(admitted));
        return {};
    }

    const ReadyCall call_;
    std::mutex mutex_;
    Completion completion_;
    cim::InstancePtr out_;
    bool finished_ = false;
};

void send(const std::shared_ptr<ServiceState>& service, const MethodRequest& request,
          ReadyCall ready, Completion completion) {
    const auto call = ready;
    auto answer = std::make_shared<MethodAnswer>(std::move(ready), std::move(completion));
    service->calls->post([service, call, answer = std::move(answer), ns = request.caller.name_space,
                          caller = caller_of({service, request.caller, request.call})] {
        const auto registration = service->registry->method_provider(ns, *call.implementing);
        if (!registration) return answer->complete(fail(registration.error()));
        const auto loaded =
            service->registry->use(*registration, provider::Role::Instances, caller.client);
        if (!loaded) return answer->complete(fail(loaded.error()));
        auto started =
            (*loaded)->exec_method(call.path, call.method->name, call.in, {answer, caller.sent});
        if (!started) answer->complete(std::move(started));
    });
}

void run(const std::shared_ptr<ServiceState>& service, const MethodRequest& request,
         const ClassPtr& cls, cim::ObjectPath path, Completion completion) {
    auto ready = prepare(request, cls, std::move(path));
    if (!ready) return completion.complete(Result<>(fail(ready.error())));
    send(service, request, std::move(*ready), std::move(completion));
}

// COM-063: the object itself says of which class it is.
void look_up_and_run(const std::shared_ptr<ServiceState>& service, const MethodRequest& request,
                     Completion completion) {
    const auto held = std::make_shared<Completion>(std::move(completion));
    const auto session = make_session(service, request.caller)->with(request.call);
    session->get_object(
        request.path, gather([service, request, held](const Result<Collected>& found) {
            if (!found) return held->complete(Result<>(fail(found.error())));
            const auto* instance =
                found->objects.empty() ? nullptr : found->objects.front()->as_instance();
            if (!instance) {
                return held->complete(Result<>(
                    fail(Status::NotFound, "there is no {}", request.path.relative_text())));
            }
            auto path = instance->path();
            if (!path) return held->complete(Result<>(fail(path.error())));
            run(service, request, instance->class_ptr(), std::move(*path), std::move(*held));
        }));
}

void call(const std::shared_ptr<ServiceState>& service, const MethodRequest& request,
          const ClassPtr& cls, Completion completion) {
    const auto method = find_method(*cls, request.method);
    if (!method) return completion.complete(Result<>(fail(method.error())));
    if (const auto fits = check_target(request.path, cls, request.method); !fits) {
        return completion.complete(fits);
    }
    if (request.path.is_class() || says(cls, request.method, "Bypass_GetObject")) {
        return run(service, request, cls, request.path, std::move(completion));
    }
    look_up_and_run(service, request, std::move(completion));
}

}  // namespace

void call_method(const std::shared_ptr<ServiceState>& service, const MethodRequest& request,
                 Completion completion) {
    if (request.path.class_name == Name("__SystemSecurity")) {
        return call_system_security(*service, request, std::move(completion));
    }
    with_class(service,
               {.name_space = request.caller.name_space,
                .name = request.path.class_name,
                .sent = request.call.context,
                .asker = request.caller.provider},
               std::move(completion), [service, request](const FoundClass& found, Completion rest) {
                   call(service, request, found.cls, std::move(rest));
               });
}

}  // namespace openwmi::core
