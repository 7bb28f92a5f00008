#include "core/data_query.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/enumeration.h"
#include "core/prototype.h"
#include "wql/lookup.h"

namespace openwmi::core {
namespace {

using Condition = repository::Condition;

// What an index of the store can answer; the condition itself is looked at afterwards.
std::vector<Condition> conditions_of(const std::vector<wql::LookupTerm>& terms) {
    std::vector<Condition> conditions;
    for (const auto& term : terms) {
        Condition condition{term.property, Condition::Kind::Equal, term.value};
        switch (term.op) {
            case wql::Operator::Less:
            case wql::Operator::LessOrEqual: condition.kind = Condition::Kind::AtMost; break;
            case wql::Operator::Greater:
            case wql::Operator::GreaterOrEqual: condition.kind = Condition::Kind::AtLeast; break;
            default: break;
        }
        conditions.push_back(std::move(condition));
    }
    return conditions;
}

// The path that the condition gives to instances of the class: it says what each key is equal to.
std::optional<cim::ObjectPath> path_in(const std::vector<wql::LookupTerm>& terms,
                                       const cim::Class& cls) {
    cim::ObjectPath path;
    path.class_name = cls.name();
    for (const auto index : cls.keys()) {
        const auto& key = cls.properties()[index];
        const auto term = std::ranges::find_if(terms, [&](const wql::LookupTerm& each) {
            return each.op == wql::Operator::Equal && each.property == key.name;
        });
        if (term == terms.end()) return std::nullopt;
        path.keys.push_back({key.name, term->value});
    }
    if (path.keys.empty()) return std::nullopt;
    return path;
}

// The query as the provider of a class gets it: about that class, with the properties that are
// needed to look at its answers again (SYS-095).
std::string text_for(const wql::BoundQuery& query, const cim::Class& cls) {
    auto select = query.select();
    select.from = cls.name();
    if (!select.selects_all()) {
        const auto add = [&](const cim::Name& name) {
            const wql::PropertyPath path{{name}, {}};
            if (std::ranges::find(select.properties, path) == select.properties.end()) {
                select.properties.push_back(path);
            }
        };
        for (const auto index : cls.keys()) add(cls.properties()[index].name);
        for (const auto& node : query.nodes()) {
            if (node.is_predicate()) add(query.path(node.path).steps.front().name);
        }
    }
    return wql::print(wql::Query{std::move(select)});
}

// The classes to look into: those that the condition names exactly; nothing: the query's own and
// those below it.
std::optional<std::vector<cim::ClassPtr>> exactly(const DataQuery& query) {
    const auto names = wql::exact_classes(*query.query);
    if (names.empty()) return std::nullopt;
    std::vector<cim::ClassPtr> classes;
    for (const auto& name : names) {
        auto cls = query.classes->find_class(name);
        if (cls && cls->is_a(query.query->from()->name())) classes.push_back(std::move(cls));
    }
    return classes;
}

Shortcuts shortcuts_of(const DataQuery& query) {
    auto terms = wql::lookup_terms(*query.query);
    Shortcuts shortcuts;
    shortcuts.conditions = conditions_of(terms);
    shortcuts.exactly = exactly(query);
    shortcuts.path = [terms = std::move(terms)](const cim::Class& cls) {
        return path_in(terms, cls);
    };
    shortcuts.level = "WQL:UnarySelect";
    shortcuts.query = [bound = query.query](const cim::Class& cls) {
        return text_for(*bound, cls);
    };
    return shortcuts;
}

}  // namespace

void run_data_query(const std::shared_ptr<ServiceState>& service, const QueryRequest& request,
                    const DataQuery& query, Completion completion) {
    const auto& bound = query.query;
    if (request.options.prototype) {
        const auto prototype = prototype_of(*bound);
        if (!prototype) return completion.complete(Result<>(fail(prototype.error())));
        return give_classes({*prototype}, std::move(completion));
    }
    const auto keys = request.options.ensure_locatable ? wql::Keys::Always : wql::Keys::AsSelected;
    const bool direct = request.call.direct_read;
    enumerate(service,
              {.name_space = request.session->name_space(),
               .cls = bound->from(),
               .depth = direct ? Depth::Shallow : Depth::Deep,
               .select = [bound, keys](const cim::InstancePtr& instance) -> cim::ObjectPtr {
                   if (wql::evaluate(*bound, *instance) != wql::Truth::True) return nullptr;
                   return wql::project(*bound, instance, keys);
               },
               .caller = request.caller,
               .provided = direct ? std::vector<cim::ClassPtr>()
                                  : query.classes->provided_below(bound->from()->name()),
               .shortcuts = shortcuts_of(query),
               .work = std::make_shared<Work>(service->max_examined)},
              std::move(completion));
}

}  // namespace openwmi::core
