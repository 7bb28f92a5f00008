#include "core/queries.h"

#include <algorithm>
#include <utility>

#include "core/associations.h"
#include "core/class_providers.h"
#include "core/data_query.h"

namespace openwmi::core {
namespace {

using Classes = std::shared_ptr<const KnownClasses>;

Result<wql::Query> read_query(const QueryRequest& request) {
    if (!base::fold_equal(request.language, "WQL")) {
        return fail(Status::InvalidQueryType, "the query language is '{}'; only WQL is known",
                    request.language);
    }
    auto parsed = wql::parse(request.text);
    if (parsed || parsed.error().status != Status::UnparsableQuery) return parsed;
    return fail(Status::InvalidQuery, "{}", parsed.error().message);  // OD-009
}

void query_schema(const wql::BoundQuery& query, const cim::Schema& schema, Completion completion) {
    auto classes = schema.subclasses({});
    std::erase_if(classes, [&](const cim::ClassPtr& cls) {
        return wql::evaluate(query, *cls) != wql::Truth::True;
    });
    give_classes(classes, std::move(completion));
}

void answer(const std::shared_ptr<ServiceState>& service, const QueryRequest& request,
            const wql::Query& query, const Classes& classes, Completion completion) {
    if (const auto* association = query.association()) {
        return run_association_query(service, request, {*association, classes},
                                     std::move(completion));
    }
    auto bound = wql::bind(query, *classes, wql::BindFor::Data);
    if (!bound) return completion.complete(Result<>(fail(bound.error())));
    if (bound->kind() == wql::QueryKind::Schema) {
        return query_schema(*bound, *classes, std::move(completion));
    }
    run_data_query(service, request,
                   {std::make_shared<const wql::BoundQuery>(std::move(*bound)), classes},
                   std::move(completion));
}

}  // namespace

void run_query(const std::shared_ptr<ServiceState>& service, const QueryRequest& request,
               Completion completion) {
    const auto& ns = request.session->name_space();
    const auto schema = service->store->schema(ns);
    if (!schema) {
        return completion.complete(Result<>(
            fail(Status::InvalidNamespace, "the namespace {} does not exist any more", ns.text())));
    }
    auto query = read_query(request);
    if (!query) return completion.complete(Result<>(fail(query.error())));
    auto kept = request;  // without the texts, which are the caller's
    kept.language = {};
    kept.text = {};
    with_provided_classes(service, {.name_space = ns, .name = {}, .sent = request.caller.sent},
                          Depth::Deep, std::move(completion),
                          [service, request = std::move(kept), query = std::move(*query), schema](
                              std::vector<cim::ClassPtr> provided, Completion rest) {
                              answer(
                                  service, request, query,
                                  std::make_shared<const KnownClasses>(schema, std::move(provided)),
                                  std::move(rest));
                          });
}

void give_classes(const std::vector<cim::ClassPtr>& classes, Completion completion) {
    const auto give = [&](const cim::ClassPtr& cls) { return completion.indicate(cls); };
    if (std::ranges::all_of(classes, give)) return completion.complete(Result<>());
    completion.complete(Result<>(fail(Status::CallCancelled, "the caller gave up")));
}

}  // namespace openwmi::core
