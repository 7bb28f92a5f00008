#include "core/associations.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "core/association_schema.h"
#include "core/association_source.h"
#include "core/enumeration.h"
#include "core/put_rules.h"
#include "core/steps.h"
#include "provider/registration.h"

namespace openwmi::core {
namespace {

using wql::AssociationQuery;

// Reasons for which a reference leads nowhere, rather than the query being in trouble.
bool leads_nowhere(Status status) {
    switch (status) {
        case Status::NotFound:
        case Status::InvalidClass:
        case Status::InvalidNamespace:
        case Status::InvalidObjectPath:
        case Status::AccessDenied: return true;
        default: return false;
    }
}

std::optional<cim::ObjectPath> reference_in(const cim::Instance& instance, std::size_t property) {
    const auto value = instance.get(property);
    const auto* text = value.get_if<std::string>();
    auto path = text ? cim::ObjectPath::parse(*text) : Result<cim::ObjectPath>(fail(Error{}));
    if (!path) return std::nullopt;
    return std::move(*path);
}

// One query under way, a step at a time: fetches the source, then reads association after
// association and fetches what stands at the other end of each, a page of stored ones at a time.
// Owned by the step under way. Confined to it.
class Walk final : public std::enable_shared_from_this<Walk> {
  public:
    struct Plan {
        std::shared_ptr<ServiceState> service;
        std::shared_ptr<Session> session;
        Caller caller;
        AssociationQuery query;
        std::shared_ptr<const KnownClasses> classes;
        AssociationSource source;
    };
    Walk(Plan plan, Completion completion)
        : plan_(std::move(plan)),
          completion_(std::move(completion)),
          work_(std::make_shared<Work>(plan_.service->max_examined)) {}

    void start() {
        run_steps([self = shared_from_this()](std::function<void()> ended) {
            return self->step(std::move(ended));
        });
    }

  private:
    struct Scan {  // of the stored associations of one class
        AssociationClass association;
        std::size_t role = 0;  // index in its roles: through which reference they are found
        std::string after;
    };
    class Sink;

    bool step(std::function<void()> ended);
    void fetch_source(std::function<void()> ended);
    void fetch_endpoint(std::function<void()> ended);
    void begin_association(std::function<void()> ended);
    void read_page();

    void take_source(const Result<>& outcome, const cim::ObjectPtr& object);
    void take_association(const AssociationClass& association, const cim::InstancePtr& instance);
    void take_endpoint(const Result<>& outcome, const cim::ObjectPtr& object);
    bool examine();
    void give(const cim::ObjectPtr& object);
    void fail_later(const Error& error);
    std::string text_for(const cim::Class& association) const;

    bool is_source(const cim::Instance& association, std::size_t role) const {
        const auto path = reference_in(association, role);
        return path && plan_.source.is(*path);
    }
    const AssociationQuery& query() const { return plan_.query; }

    Plan plan_;
    Completion completion_;
    const std::shared_ptr<Work> work_;
    bool found_source_ = false;
    std::deque<AssociationClass> associations_;
    std::optional<Scan> scan_;
    std::deque<cim::ObjectPath> endpoints_;
    std::set<cim::Name> given_classes_;
    std::optional<Error> error_;  // reported at the end
    bool over_ = false;
};

// Takes the answer of one operation that a step started.
class Walk::Sink final : public ResultSink {
  public:
    using Take = std::function<bool(const cim::ObjectPtr&)>;
    using End = std::function<void(const Result<>&)>;
    Sink(Take take, End end) : take_(std::move(take)), end_(std::move(end)) {}

    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        return std::ranges::all_of(objects, take_);
    }
    void complete(Result<std::string> outcome) override {
        end_(outcome ? Result<>() : Result<>(fail(outcome.error())));
    }

  private:
    const Take take_;
    const End end_;
};

bool Walk::step(std::function<void()> ended) {
    if (over_ || (found_source_ && endpoints_.empty() && !scan_ && associations_.empty())) {
        completion_.complete(error_ ? Result<>(fail(*error_)) : Result<>());
        return false;
    }
    if (!found_source_) {
        fetch_source(std::move(ended));
    } else if (!endpoints_.empty()) {
        fetch_endpoint(std::move(ended));
    } else if (scan_) {
        read_page();
        ended();
    } else {
        begin_association(std::move(ended));
    }
    return true;
}

void Walk::fetch_source(std::function<void()> ended) {
    const auto object = std::make_shared<cim::ObjectPtr>();
    plan_.session->get_object(
        plan_.source.path(),
        std::make_shared<Sink>(
            [object](const cim::ObjectPtr& found) {
                *object = found;
                return true;
            },
            [self = shared_from_this(), object, ended = std::move(ended)](const Result<>& outcome) {
                self->take_source(outcome, *object);
                ended();
            }));
}

// A provider that gives no single instances does not keep its objects from having associations.
void Walk::take_source(const Result<>& outcome, const cim::ObjectPtr& object) {
    found_source_ = true;
    if (!outcome && outcome.error().status != Status::ProviderNotCapable) {
        fail_later(outcome.error());
        over_ = true;
        return;
    }
    const auto& cls = outcome && object ? object->class_of() : plan_.source.cls();
    auto found = find_associations(*plan_.classes, query(), cls);
    if (!found) {
        fail_later(found.error());
        return;
    }
    associations_.assign(found->begin(), found->end());
}

void Walk::begin_association(std::function<void()> ended) {
    const auto association = associations_.front();
    associations_.pop_front();
    if (!is_kept_by_provider(*association.cls)) {
        scan_ = Scan{association, 0, {}};
        return ended();
    }
    auto sink = std::make_shared<Sink>(
        [self = shared_from_this(), association](const cim::ObjectPtr& object) {
            if (const auto* instance = object->as_instance()) {
                self->take_association(association, cim::InstancePtr(instance));
            }
            return !self->over_;
        },
        [self = shared_from_this(), ended = std::move(ended)](const Result<>& outcome) {
            if (!outcome && !self->over_) self->fail_later(outcome.error());
            ended();
        });
    enumerate(plan_.service,
              {.name_space = plan_.session->name_space(),
               .cls = association.cls,
               .depth = Depth::Shallow,
               .select = [](const cim::InstancePtr& instance) { return instance; },
               .caller = plan_.caller,
               .shortcuts = {.level = "WQL:References",
                             .query = [self = shared_from_this()](
                                          const cim::Class& cls) { return self->text_for(cls); }},
               .work = work_},
              Completion(std::move(sink)));
}

void Walk::read_page() {
    auto& scan = *scan_;
    const auto& reference = scan.association.cls->properties()[scan.association.roles[scan.role]];
    const auto page = plan_.service->store->find(
        {.name_space = plan_.session->name_space(),
         .class_name = scan.association.cls->name(),
         .deep = false,
         .conditions = {{reference.name, repository::Condition::Kind::Equal,
                         cim::Value(plan_.source.path().relative_text())}}},
        scan.after);
    if (!page) {
        fail_later(page.error());
        scan_.reset();
        return;
    }
    for (const auto& instance : page->instances) {
        if (over_ || !examine()) return;
        const auto& roles = scan.association.roles;
        if (!is_source(*instance, roles[scan.role])) continue;
        // Found through an earlier reference already.
        const auto earlier = std::span(roles).first(scan.role);
        const auto refers = [&](std::size_t role) { return is_source(*instance, role); };
        if (std::ranges::none_of(earlier, refers)) take_association(scan.association, instance);
    }
    scan.after = page->next;
    if (!scan.after.empty()) return;
    if (++scan.role == scan.association.roles.size()) scan_.reset();
}

void Walk::take_association(const AssociationClass& association, const cim::InstancePtr& instance) {
    std::vector<std::size_t> ends;
    bool refers = false;
    for (const auto role : association.roles) {
        if (!is_source(*instance, role)) continue;
        refers = true;
        for (const auto end : other_ends(*association.cls, role, query())) {
            if (std::ranges::find(ends, end) == ends.end()) ends.push_back(end);
        }
    }
    if (!refers) return;
    if (query().kind == AssociationQuery::Kind::References) {
        if (is_result(*instance, query())) give(instance);
        return;
    }
    // Each endpoint once for each association (WQL-080).
    std::vector<std::string> texts;
    for (const auto end : ends) {
        auto path = reference_in(*instance, end);
        if (!path || std::ranges::find(texts, path->text()) != texts.end()) continue;
        texts.push_back(path->text());
        endpoints_.push_back(std::move(*path));
    }
}

void Walk::fetch_endpoint(std::function<void()> ended) {
    auto path = std::move(endpoints_.front());
    endpoints_.pop_front();
    if (path.server && !provider::is_this_computer(*path.server)) return ended();
    auto session = plan_.session;
    if (path.name_space && *path.name_space != session->name_space()) {
        auto other = session->open(*path.name_space);
        if (!other) {
            take_endpoint(Result<>(fail(other.error())), nullptr);
            return ended();
        }
        session = std::move(*other);
    }
    const auto object = std::make_shared<cim::ObjectPtr>();
    session->get_object(path, std::make_shared<Sink>(
                                  [object](const cim::ObjectPtr& found) {
                                      *object = found;
                                      return true;
                                  },
                                  [self = shared_from_this(), object,
                                   ended = std::move(ended)](const Result<>& outcome) {
                                      self->take_endpoint(outcome, *object);
                                      ended();
                                  }));
}

void Walk::take_endpoint(const Result<>& outcome, const cim::ObjectPtr& object) {
    if (!outcome) {
        if (!leads_nowhere(outcome.error().status)) fail_later(outcome.error());
        return;
    }
    if (object && examine() && is_result(*object, query())) give(object);
}

bool Walk::examine() {
    if (over_) return false;
    const auto looked = work_->look();
    if (looked) return true;
    fail_later(looked.error());
    over_ = true;
    return false;
}

void Walk::give(const cim::ObjectPtr& object) {
    auto result = object;
    const auto* instance = object->as_instance();
    if (query().class_defs_only && instance) {
        if (!given_classes_.insert(instance->class_of().name()).second) return;
        result = instance->class_ptr();
    } else if (query().keys_only && instance) {
        const auto& cls = instance->class_of();
        std::vector<bool> keys(cls.properties().size(), false);
        for (const auto index : cls.keys()) keys[index] = true;
        result = instance->with_projection(std::move(keys));
    }
    if (completion_.indicate(result)) return;
    over_ = true;
    error_ = Error{Status::CallCancelled, "the caller gave up"};
}

// What is still to come comes first.
void Walk::fail_later(const Error& error) {
    if (!error_) error_ = error;
}

// What a provider of associations is asked (SYS-095).
std::string Walk::text_for(const cim::Class& association) const {
    AssociationQuery references;
    references.kind = AssociationQuery::Kind::References;
    references.source = plan_.source.path();
    references.source_text = references.source.relative_text();
    references.result_class = association.name();
    references.role = query().role;
    return wql::print(wql::Query{std::move(references)});
}

Result<std::vector<cim::ClassPtr>> related_classes(const cim::Schema& schema,
                                                   AssociationQuery query,
                                                   const AssociationSource& source) {
    query.schema_only = true;
    const auto associations = WMI_TRY(find_associations(schema, query, source.cls()));
    return associated_classes(schema, query, associations);
}

// Endpoints may lie in another namespace, so their class may be one of it.
Result<> check_result_class(const ServiceState& service, const AssociationQuery& query,
                            const cim::Schema& classes) {
    const auto& name = query.result_class;
    if (name.empty() || classes.find_class(name)) return {};
    const auto has_it = [&](const cim::NamespacePath& ns) {
        const auto schema = service.store->schema(ns);
        return schema && schema->find_class(name);
    };
    const bool own = query.kind == AssociationQuery::Kind::References || query.schema_only;
    if (!own && std::ranges::any_of(service.store->namespaces(), has_it)) return {};
    return fail(Status::InvalidClass, "there is no class {}, which ResultClass names", name.text());
}

}  // namespace

void run_association_query(const std::shared_ptr<ServiceState>& service,
                           const QueryRequest& request, const AssociationRequest& wanted,
                           Completion completion) {
    const auto& query = wanted.query;
    auto source =
        AssociationSource::resolve(request.session->name_space(), query.source, wanted.classes);
    if (!source) return completion.complete(Result<>(fail(source.error())));
    if (const auto known = check_result_class(*service, query, *wanted.classes); !known) {
        return completion.complete(known);
    }
    if (query.schema_only || request.options.prototype) {
        const auto classes = related_classes(*wanted.classes, query, *source);
        if (!classes) return completion.complete(Result<>(fail(classes.error())));
        return give_classes(*classes, std::move(completion));
    }
    std::make_shared<Walk>(Walk::Plan{.service = service,
                                      .session = request.session,
                                      .caller = request.caller,
                                      .query = query,
                                      .classes = wanted.classes,
                                      .source = std::move(*source)},
                           std::move(completion))
        ->start();
}

}  // namespace openwmi::core
