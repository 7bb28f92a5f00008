#include <nlohmann/json.hpp>

#include "cim/schema.h"
#include "cli/exit_code.h"
#include "cli/render.h"
#include "cli/verbs.h"
#include "wql/query.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

// The classes that every namespace has; others are known to a service only.
class SystemSchema final : public cim::Schema {
  public:
    cim::ClassPtr find_class(const cim::Name& name) const override {
        return cim::find_system_class(name);
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override {
        std::vector<cim::ClassPtr> all;
        for (const auto& each : cim::system_classes()) {
            if (!(each.cls->name() == name) && each.cls->is_a(name)) all.push_back(each.cls);
        }
        return all;
    }
};

std::string kind_of(const wql::AssociationQuery& query) {
    const bool references = query.kind == wql::AssociationQuery::Kind::References;
    if (query.schema_only) {
        return references
                   ? "an association query about classes: gives the association classes"
                   : "an association query about classes: gives the classes at the other end";
    }
    std::string what = references ? "the associations of" : "what is associated with";
    if (query.class_defs_only) what = "the classes of " + what;
    return fmt::format("an association query: gives {} {}; its classes are known to a service only",
                       what, query.source.text());
}

// What can be said of a query that is correct, for people.
std::vector<std::string> remarks(const wql::Query& query, bool bound) {
    std::vector<std::string> all;
    const auto* select = query.select();
    if (!select) return {kind_of(*query.association())};
    if (select->is_schema_query()) return {"a schema query: its results are classes"};
    if (!bound) {
        all.push_back(
            fmt::format("the class {} is known to a service only: its properties are not "
                        "checked",
                        select->from.text()));
    }
    return all;
}

}  // namespace

int check_query(const Setting& setting, const CheckQueryOptions& options) {
    base::Diagnostics diagnostics;
    auto parsed = wql::parse(options.query, &diagnostics);
    bool good = parsed.has_value();
    bool bound = false;
    std::string canonical;
    std::vector<std::string> said;
    if (good) {
        canonical = wql::print(*parsed);
        const auto* select = parsed->select();
        const auto from = select ? cim::find_system_class(select->from) : nullptr;
        bound = from || (select && select->is_schema_query());
        said = remarks(*parsed, bound);
        if (bound) {
            const bool event = from && from->is_a("__Event");
            wql::BindOptions binding;
            binding.diagnostics = &diagnostics;
            const auto fits = wql::bind(std::move(*parsed), SystemSchema(),
                                        event ? wql::BindFor::Event : wql::BindFor::Data, binding);
            good = fits.has_value();
            if (!good && diagnostics.empty()) {
                diagnostics.push_back({fits.error().status, fits.error().message, {}, {}, {}});
            }
        }
    }
    if (setting.json) {
        Json json{{"ok", good}, {"canonical", canonical}, {"diagnostics", Json::array()}};
        for (const auto& each : diagnostics) {
            const auto place = base::position(options.query, each.span.begin);
            json["diagnostics"].push_back({{"status", base::symbol(each.status)},
                                           {"message", each.message},
                                           {"line", place.line},
                                           {"column", place.column}});
        }
        setting.terminal.line(json.dump());
        return good ? ok : problems_found;
    }
    for (const auto& each : diagnostics) {
        setting.terminal.note(
            painted_diagnostic(setting.terminal, base::render(each, options.query, "query")));
    }
    if (!good) return problems_found;
    setting.terminal.line(setting.terminal.paint(Style::Good, "correct: ") + canonical);
    for (const auto& each : said) {
        setting.terminal.note(setting.terminal.paint(Style::Dim, "  " + each));
    }
    return ok;
}

}  // namespace openwmi::cli
