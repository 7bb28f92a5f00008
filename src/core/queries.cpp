#include "core/queries.h"

#include <utility>

#include "core/enumeration.h"
#include "wql/query.h"

namespace openwmi::core {
namespace {

void query_schema(const wql::BoundQuery& query, const cim::Schema& schema, Completion completion) {
    for (const auto& cls : schema.subclasses({})) {
        if (wql::evaluate(query, *cls) == wql::Truth::True && !completion.indicate(cls)) {
            return completion.complete(Result<>(fail(Status::CallCancelled, "the caller gave up")));
        }
    }
    completion.complete(Result<>());
}

Result<wql::BoundQuery> read_query(const QueryRequest& request, const cim::Schema& schema) {
    if (!base::fold_equal(request.language, "WQL")) {
        return fail(Status::InvalidQueryType, "the query language is '{}'; only WQL is known",
                    request.language);
    }
    auto parsed = wql::parse(request.text);
    if (!parsed) return fail(Status::InvalidQuery, "{}", parsed.error().message);
    if (!parsed->select()) {
        return fail(Status::NotSupported,
                    "ASSOCIATORS OF and REFERENCES OF are not served in this release");
    }
    return wql::bind(std::move(*parsed), schema, wql::BindFor::Data);
}

}  // namespace

void run_query(const std::shared_ptr<ServiceState>& service, const QueryRequest& request,
               Completion completion) {
    const auto schema = service->store->schema(request.name_space);
    if (!schema) {
        return completion.complete(
            Result<>(fail(Status::InvalidNamespace, "the namespace {} does not exist any more",
                          request.name_space.text())));
    }
    auto bound = read_query(request, *schema);
    if (!bound) return completion.complete(Result<>(fail(bound.error())));
    if (request.options.prototype) {
        return completion.complete(Result<>(
            fail(Status::NotSupported,
                 "prototypes of queries (WBEM_FLAG_PROTOTYPE) are not served in this release")));
    }
    const auto shared = std::make_shared<const wql::BoundQuery>(std::move(*bound));
    if (shared->kind() == wql::QueryKind::Schema) {
        return query_schema(*shared, *schema, std::move(completion));
    }
    const auto select = [shared](const cim::InstancePtr& instance) -> cim::ObjectPtr {
        if (wql::evaluate(*shared, *instance) != wql::Truth::True) return nullptr;
        return wql::project(*shared, instance);
    };
    enumerate(service,
              {.name_space = request.name_space,
               .cls = shared->from(),
               .select = select,
               .caller = request.caller},
              std::move(completion));
}

}  // namespace openwmi::core
