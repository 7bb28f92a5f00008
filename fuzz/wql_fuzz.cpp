// Any text as a query: refused with a reason and a place, or its tree is written and read again as
// the same tree; bound to sample classes, evaluated and explained, which must agree.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "wql/limits.h"
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

void check_evaluation(const wql::Query& query, wql::BindFor purpose) {
    static const wql::test::SampleSchema schema;
    static const auto process =
        schema.make("Win32_Process", {{"Name", "a"}, {"ProcessId", 42U}, {"WorkingSetSize", 1U}});
    static const auto event = schema.event("__InstanceModificationEvent", process, process);
    const auto bound = wql::bind(query, schema, purpose);
    if (!bound) return require(!bound.error().message.empty());
    const cim::Object* object = event.get();
    if (bound->kind() == wql::QueryKind::Data) object = process.get();
    if (bound->kind() == wql::QueryKind::Schema) object = &process->class_of();
    require(wql::explain(*bound, *object).truth == wql::evaluate(*bound, *object));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
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
