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

// What can be said of a query that is correct, for people.
std::vector<std::string> remarks(const wql::Query& query, bool bound) {
    std::vector<std::string> all;
    const auto* select = query.select();
    if (!select) return {"an association query"};
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
        bound = select && cim::find_system_class(select->from);
        said = remarks(*parsed, bound);
        if (bound) {
            const bool event = cim::find_system_class(select->from)->is_a("__Event");
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
