// Any text as a query: refused with a reason and a place, or its tree is written and read again as
// the same tree; bound to sample classes, evaluated and explained, which must agree. What an index
// is asked for holds for every object that passes. Any text as a date, too.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "wql/limits.h"
#include "wql/local_time.h"
#include "wql/query.h"
#include "wql/sample_schema.h"

namespace {

using namespace openwmi;

void require(bool condition) {
    if (!condition) std::abort();
}

void check_refusal(std::string_view text, const Error& error,
                   const base::Diagnostics& diagnostics) {
    require(diagnostics.size() == 1 && !error.message.empty());
    require(diagnostics[0].span.begin <= text.size() && diagnostics[0].span.end <= text.size());
    base::render(diagnostics[0], text, "fuzz");
}

void check_round_trip(const wql::Query& query) {
    const std::string printed = wql::print(query);
    // Escapes may make the canonical text too long to be read again.
    if (base::utf16_length(printed) > wql::max_query_units) return;
    const auto again = wql::parse(printed);
    require(again.has_value() && *again == query);
}

// What passes meets all that the query would look up.
void check_lookup(const wql::BoundQuery& query, const cim::Instance& object) {
    if (query.kind() != wql::QueryKind::Data) return;
    const auto terms = wql::lookup_terms(query);
    const auto classes = wql::exact_classes(query);
    if (wql::evaluate(query, object) != wql::Truth::True) return;
    for (const auto& term : terms) {
        const auto index = object.class_of().find_property(term.property);
        require(index && !object.is_null(*index) && term.op != wql::Operator::NotEqual);
    }
    require(classes.empty() ||
            std::ranges::find(classes, object.class_of().name()) != classes.end());
}

void check_date(std::string_view text) {
    const auto time = wql::LocalTime::parse(text);
    if (!time) return;
    const auto size = time->digits().size();
    require(size == 21 || size == 13);
    require(size == 13 || cim::DateTime::parse(time->digits() + "+000").has_value());
    require(time->counterpart("20260131180509.250000+060").size() == size);
}

void check_evaluation(const wql::Query& query, wql::BindFor purpose) {
    static const wql::test::SampleSchema schema;
    static const auto process =
        schema.make("Win32_Process", {{"Name", "a"}, {"ProcessId", 42U}, {"WorkingSetSize", 1U}});
    static const auto everything = schema.make(
        "Everything", {{"Small", 1}, {"Text", "a"}, {"Moment", "20260131180509.250000+060"}});
    static const auto event = schema.event("__InstanceModificationEvent", process, process);
    const auto bound = wql::bind(query, schema, purpose);
    if (!bound) return require(!bound.error().message.empty());
    const cim::Object* object = event.get();
    if (bound->kind() == wql::QueryKind::Data) {
        const auto& data = bound->from()->name() == cim::Name("Everything") ? everything : process;
        check_lookup(*bound, *data);
        object = data.get();
    }
    if (bound->kind() == wql::QueryKind::Schema) object = &process->class_of();
    require(wql::explain(*bound, *object).truth == wql::evaluate(*bound, *object));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    check_date(text);
    base::Diagnostics diagnostics;
    const auto query = wql::parse(text, &diagnostics);
    if (!query) {
        check_refusal(text, query.error(), diagnostics);
        return 0;
    }
    check_round_trip(*query);
    check_evaluation(*query, wql::BindFor::Event);
    check_evaluation(*query, wql::BindFor::Data);
    return 0;
}
