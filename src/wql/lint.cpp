#include "wql/lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fold.h"
#include "wql/binder.h"
#include "wql/meant.h"
#include "wql/parser.h"
#include "wql/printer.h"

namespace openwmi::wql {
namespace {

constexpr double small_interval = 1;  // seconds

std::string code_of(Status status) {
    switch (status) {
        case Status::InvalidClass: return "unknown-class";
        case Status::NotEventClass: return "not-an-event";
        case Status::InvalidProperty: return "unknown-property";
        case Status::UnparsableQuery: return "unparsable";
        default: return "type";
    }
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// Walks the tree as it was written. Confined to one call.
class Reader {
  public:
    Reader(const BoundQuery& query, const cim::Schema& schema, std::vector<Remark>& remarks)
        : query_(query), schema_(schema), remarks_(remarks) {}

    void run() {
        const auto& select = query_.select();
        if (select.where) read(*select.where);
        if (!select.where && query_.target_property() == cim::Name("TargetInstance")) {
            warn("no-condition", select.from_span,
                 "without WHERE it asks for the changes of all instances of the namespace: "
                 "TargetInstance ISA names the class that is meant");
        }
        if (select.within && select.within->seconds < small_interval &&
            !query_.target_property().empty()) {
            warn("within-small", select.within->span,
                 fmt::format("WITHIN {} reads the class {:.0f} times a second where it is polled",
                             select.within->seconds, 1 / select.within->seconds));
        }
    }

  private:
    void warn(const char* code, base::Span span, std::string text) {
        remarks_.push_back({code, std::move(text), span, base::Severity::Warning});
    }

    void read(const Expression& expression) {
        std::visit([&](const auto& node) { look(node); }, expression.node);
    }
    void look(const Logical& node) {
        for (const auto& term : node.terms) read(term);
    }
    void look(const IsNull&) {}
    void look(const IsA& node) { look_for_class(node.class_name, node.class_span); }
    void look(const Like& node) {
        look_for_controls(node.pattern, node.pattern_span);
        if (node.pattern.find_first_of("%_[") != std::string::npos) return;
        const bool asterisk = node.pattern.find_first_of("*?") != std::string::npos;
        warn("like-without-wildcard", node.pattern_span,
             asterisk ? "* and ? are no wildcards of LIKE: % and _ are"
                      : "LIKE without % or _ asks for the whole text, as = does");
    }
    void look(const Comparison& node) {
        const auto* path = std::get_if<PropertyPath>(&node.left);
        const auto* literal = std::get_if<Literal>(path ? &node.right : &node.left);
        if (!path) path = std::get_if<PropertyPath>(&node.right);
        const auto* text = literal ? literal->value.get_if<std::string>() : nullptr;
        if (!path || !text) return;
        look_for_controls(*text, literal->span);
        if (path->parts.back() == cim::Name("__CLASS")) {
            return look_for_class(cim::Name(*text), literal->span);
        }
        if (node.op == Operator::Equal && (text->starts_with('%') || text->ends_with('%'))) {
            warn("wildcard-without-like", literal->span,
                 "= takes % as it is: LIKE knows wildcards");
        }
    }

    void look_for_class(const cim::Name& name, base::Span span) {
        if (schema_.find_class(name)) return;
        remarks_.push_back({"unknown-class",
                            fmt::format("there is no class {}{}", name.text(),
                                        meant_class(schema_, name.text(), "")),
                            span, base::Severity::Error});
    }

    // A path whose backslashes MOF has taken for escapes: C:\temp with a tabulator.
    void look_for_controls(std::string_view text, base::Span span) {
        if (!has_control(text)) return;
        warn("escape", span,
             "there is a control character in it: was a backslash meant? MOF wants it four times, "
             "as it stands in a string of a query in a string");
    }

    const BoundQuery& query_;
    const cim::Schema& schema_;
    std::vector<Remark>& remarks_;
};

}  // namespace

std::vector<Remark> lint_event_query(std::string_view text, const cim::Schema& schema) {
    std::vector<Remark> remarks;
    base::Diagnostics mistakes;
    auto query = parse(text, &mistakes);
    Result<BoundQuery> bound = fail(Status::UnparsableQuery, "");
    if (query) {
        const BindOptions options{.diagnostics = &mistakes};
        bound = bind(std::move(*query), schema, BindFor::Event, options);
    }
    for (const auto& each : mistakes) {
        remarks.push_back({code_of(each.status), each.message, each.span, each.severity});
    }
    if (!bound) return remarks;
    Reader(*bound, schema, remarks).run();
    for (auto& each : find_contradictions(*bound, schema)) remarks.push_back(std::move(each));
    return remarks;
}

}  // namespace openwmi::wql
