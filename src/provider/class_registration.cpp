#include "provider/class_registration.h"

#include <algorithm>
#include <utility>

namespace openwmi::provider {
namespace {

using Queries = ClassProviderRegistration::Queries;

std::string path_text(const cim::Instance& instance) {
    const auto path = instance.path();
    return path ? path->relative_text() : instance.class_of().name().text();
}

tl::unexpected<Error> illegal(const cim::Instance& registration, std::string_view why) {
    return fail(Status::InvalidProviderRegistration, "{}: {}", path_text(registration), why);
}

bool flag(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name).value_or(cim::Value());
    const auto* flag = value.get_if<bool>();
    return flag && *flag;
}

std::int64_t number(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name).value_or(cim::Value());
    const auto* number = value.get_if<std::int64_t>();
    return number ? *number : 0;
}

Result<std::shared_ptr<const wql::BoundQuery>> bind_query(const std::string& text,
                                                          const cim::Schema& schema) {
    auto bound = wql::bind(WMI_TRY(wql::parse(text)), schema, wql::BindFor::Data);
    if (!bound) return fail(bound.error());
    if (bound->kind() != wql::QueryKind::Schema) {
        return fail(Status::InvalidQuery, "it is no query of classes (SELECT * FROM meta_class)");
    }
    const auto is_or = [](const wql::BoundNode& node) {
        return node.kind == wql::BoundNode::Kind::Or;
    };
    if (std::ranges::any_of(bound->nodes(), is_or)) {  // WQL-079
        return fail(Status::InvalidQuery, "OR is not supported here: write a query for each class");
    }
    return std::make_shared<const wql::BoundQuery>(std::move(*bound));
}

Result<Queries> read_queries(const cim::Instance& registration, const char* property,
                             const cim::Schema& schema) {
    const auto value = registration.find(property).value_or(cim::Value());
    const auto* texts = value.get_if<cim::Strings>();
    Queries queries;
    for (const auto& text : texts ? *texts : cim::Strings()) {
        auto query = bind_query(text, schema);
        if (!query) {
            return illegal(registration,
                           fmt::format("{}: {}: {}", property, text, query.error().message));
        }
        queries.push_back(std::move(*query));
    }
    return queries;
}

// What a single condition says of a class of which only the name is known.
enum class Verdict { Yes, No, Unknown };

Verdict judge(const wql::BoundQuery& query, const cim::Name& name) {
    using Kind = wql::BoundNode::Kind;
    if (query.nodes().empty()) return Verdict::Yes;
    const auto& node = query.nodes().front();
    if (query.nodes().size() > 1) return Verdict::Unknown;
    if (node.kind == Kind::IsA && query.class_name(node.operand) == name) return Verdict::Yes;
    if (node.kind != Kind::CompareConstant || node.op != wql::Operator::Equal ||
        query.path(node.path).steps.back().kind != wql::BoundStep::Kind::ClassName) {
        return Verdict::Unknown;
    }
    const auto& text = query.constant(node.operand).text;
    return text && cim::Name(*text) == name ? Verdict::Yes : Verdict::No;
}

bool selects(const wql::BoundQuery& query, const cim::Class& cls) {
    return wql::evaluate(query, cls) == wql::Truth::True;
}

Result<> check(const cim::Instance& registration, const ClassProviderRegistration& read) {
    const auto interaction = number(registration, "InteractionType");
    if (interaction == 2) {
        return fail(Status::NotSupported,
                    "{}: InteractionType is 2: PushVerify is not supported; 0 is Pull, 1 is Push",
                    path_text(registration));
    }
    if (interaction != 0 && interaction != 1) {
        return illegal(registration,
                       fmt::format("InteractionType is {}; 0 is Pull, 1 is Push", interaction));
    }
    // A push provider enumerates nothing, and its page asks for no more than InteractionType.
    if (read.push) return {};
    if (!flag(registration, "SupportsEnumeration")) {
        return illegal(registration,
                       "SupportsEnumeration is FALSE, but a class provider must be able to list "
                       "its classes");
    }
    if (read.results.empty()) {
        return illegal(registration,
                       "ResultSetQueries is empty; it must say which classes the provider has");
    }
    return {};
}

}  // namespace

bool ClassProviderRegistration::may_supply(const cim::Name& name) const {
    const auto says = [&](Verdict verdict) {
        return [&name, verdict](const auto& query) { return judge(*query, name) == verdict; };
    };
    return !std::ranges::all_of(results, says(Verdict::No)) &&
           std::ranges::none_of(unsupported, says(Verdict::Yes));
}

bool ClassProviderRegistration::supplies(const cim::Class& cls) const {
    const auto selected = [&](const auto& query) { return selects(*query, cls); };
    return std::ranges::any_of(results, selected) && std::ranges::none_of(unsupported, selected);
}

bool ClassProviderRegistration::claims(const cim::Class& cls) const {
    return supplies(cls) && std::ranges::any_of(results, [&](const auto& query) {
               return !query->nodes().empty() && selects(*query, cls);
           });
}

Result<ClassProviderRegistration> read_class_registration(const cim::InstancePtr& registration,
                                                          const cim::Schema& schema) {
    const auto& instance = *registration;
    ClassProviderRegistration read;
    const auto path = instance.find("provider").value_or(cim::Value());
    if (const auto* text = path.get_if<std::string>()) read.provider_path = *text;
    if (read.provider_path.empty()) return illegal(instance, "it names no provider");
    read.push = number(instance, "InteractionType") == 1;
    read.supports_get = flag(instance, "SupportsGet");
    read.supports_put = flag(instance, "SupportsPut");
    read.supports_delete = flag(instance, "SupportsDelete");
    read.results = WMI_TRY(read_queries(instance, "ResultSetQueries", schema));
    read.references = WMI_TRY(read_queries(instance, "ReferencedSetQueries", schema));
    read.unsupported = WMI_TRY(read_queries(instance, "UnsupportedQueries", schema));
    WMI_TRY(check(instance, read));
    return read;
}

}  // namespace openwmi::provider
