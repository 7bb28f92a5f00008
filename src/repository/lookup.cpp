#include "repository/lookup.h"

#include <algorithm>
#include <charconv>

#include "repository/index_value.h"
#include "repository/instance_rules.h"

namespace openwmi::repository {
namespace {

// As it stands in the index; numbers may be given as text (WQL-018).
std::optional<std::string> value_for(const cim::Property& property, const cim::Value& value) {
    const auto type = property.type.element;
    if (auto direct = index_value(type, value)) return direct;
    if (cim::is_text(type) || !value.get_if<std::string>()) return std::nullopt;
    for (const auto wide : {cim::CimType::Sint64, cim::CimType::Uint64, cim::CimType::Real64}) {
        const auto number = cim::coerce(value, {wide, false});
        if (number) return index_value(type, *number);
    }
    return std::nullopt;
}

std::optional<Lookup> plan_key(const cim::Class& cls, std::span<const Condition> conditions) {
    if (!has_direct_key(cls)) return std::nullopt;
    const auto& property = cls.properties()[cls.keys().front()];
    for (const auto& condition : conditions) {
        if (condition.property != property.name || condition.kind != Condition::Kind::Equal ||
            condition.value.is_null() || condition.value.is_array()) {
            continue;
        }
        const bool text = condition.value.get_if<std::string>() != nullptr;
        if (text != (property.type.element == cim::CimType::String)) continue;
        cim::ObjectPath path;
        path.class_name = cls.name();
        path.keys.push_back({property.name, condition.value});
        if (auto key = cim::instance_key(path, cls)) {
            return Lookup{Lookup::Way::Key, property.name, std::move(*key), {}};
        }
    }
    return std::nullopt;
}

// The part of a property's index that its conditions leave; empty: they say nothing about it.
struct Narrowed {
    IndexRange range;
    int ends = 0;  // 1 or 2 of a range; 3: equality
};
std::optional<Narrowed> narrow(const cim::Property& property,
                               std::span<const Condition> conditions) {
    Narrowed result{{row_key(property.name), "", ""}, 0};
    for (const auto& condition : conditions) {
        if (condition.property != property.name) continue;
        const auto value = value_for(property, condition.value);
        if (!value) continue;
        const bool equal = condition.kind == Condition::Kind::Equal;
        if (equal) result.ends = 3;
        if (equal || condition.kind == Condition::Kind::AtLeast) {
            if (result.range.from.empty()) result.ends |= 1;
            result.range.from = std::max(result.range.from, *value);
        }
        if (equal || condition.kind == Condition::Kind::AtMost) {
            result.ends |= 2;
            result.range.to = result.range.to.empty() ? *value : std::min(result.range.to, *value);
        }
    }
    auto& range = result.range;
    if (range.from.empty() && range.to.empty()) return std::nullopt;
    // An open end is the end of the family of values, whose number is the first byte.
    if (range.from.empty()) range.from = range.to.substr(0, 1);
    if (range.to.empty()) range.to.assign(1, static_cast<char>(range.from.front() + 1));
    return result;
}

int rank(const Narrowed& narrowed) {
    if (narrowed.range.from == narrowed.range.to) return 3;
    return narrowed.ends == 3 ? 2 : 1;
}

// The namespaces below one are the instances of its __Namespace: rows without bytes.
bool append_children(const Catalog& catalog, const std::string& class_key,
                     const std::optional<std::string>& after, std::size_t limit, RawPage& page) {
    for (const auto& child : catalog.children(page.name_space->path)) {
        auto key = row_key(child->path.last());
        if (after && key <= *after) continue;
        if (page.rows.size() >= limit) return true;
        page.rows.push_back({class_key, std::move(key), {}});
        page.children.push_back(child);
    }
    return false;
}

Result<> append_one(Database& database, const RawPage& page, const cim::Class& cls,
                    const Lookup& lookup, std::vector<Row>& rows) {
    const auto* dynasty = keyed_dynasty(cls);
    if (!dynasty) return {};
    auto row =
        WMI_TRY(find_row(database, {page.name_space->id, row_key(dynasty->name()), lookup.key}));
    if (row && row->class_key == row_key(cls.name())) rows.push_back(std::move(*row));
    return {};
}

tl::unexpected<Error> not_from_here(const std::string& text) {
    return fail(Status::InvalidParameter, "'{}' is not where a page ended", text);
}

// Appends what one class has. True: there may be more of it.
Result<bool> append_class(Database& database, const Catalog& catalog, const PageRequest& request,
                          const cim::Class& cls, RawPage& page) {
    const auto key = row_key(cls.name());
    const bool here = key == request.after.class_key;
    const auto start = here ? request.after.key : std::nullopt;
    if (is_namespace_class(cls)) {
        return append_children(catalog, key, start, request.limit, page);
    }
    const auto lookup = plan_lookup(cls, request.conditions);
    page.positions.clear();
    if (here && request.after.entry.has_value() != (lookup.way == Lookup::Way::Index)) {
        return not_from_here(request.after.text());
    }
    const PageLimit limit{.rows = request.limit};
    switch (lookup.way) {
        case Lookup::Way::Key:
            if (here) return false;
            if (page.rows.size() >= request.limit) return true;
            WMI_TRY(append_one(database, page, cls, lookup, page.rows));
            return false;
        case Lookup::Way::Index:
            return append_matches(
                database,
                {page.name_space->id, key, lookup.range, here ? request.after.entry : std::nullopt},
                limit, page.rows, page.positions);
        case Lookup::Way::All: break;
    }
    return append_page(database, page.name_space->id, key, start, limit, page.rows);
}

}  // namespace

Lookup plan_lookup(const cim::Class& cls, std::span<const Condition> conditions) {
    if (conditions.empty() || is_namespace_class(cls)) return {};
    if (auto key = plan_key(cls, conditions)) return std::move(*key);
    Lookup best;
    int best_rank = 0;
    for (const auto index : indexed_properties(cls)) {
        const auto& property = cls.properties()[index];
        auto narrowed = narrow(property, conditions);
        if (!narrowed || rank(*narrowed) <= best_rank) continue;
        best_rank = rank(*narrowed);
        best = {Lookup::Way::Index, property.name, "", std::move(narrowed->range)};
    }
    return best;
}

// "class\n" and then "k" with the key or "i" with the number of the instance, a colon and the
// value.
std::string PagePosition::text() const {
    if (entry) return fmt::format("{}\ni{}:{}", class_key, entry->instance, entry->value);
    return fmt::format("{}\nk{}", class_key, key.value_or(""));
}

Result<PagePosition> PagePosition::parse(const std::string& text) {
    if (text.empty()) return PagePosition{};
    const auto at = text.find('\n');
    if (at == std::string::npos || at + 1 == text.size()) return not_from_here(text);
    PagePosition result{text.substr(0, at), std::nullopt, std::nullopt};
    const std::string rest = text.substr(at + 2);
    if (text[at + 1] == 'k') {
        result.key = rest;
        return result;
    }
    IndexPosition entry;
    const auto [end, code] =
        std::from_chars(rest.data(), rest.data() + rest.size(), entry.instance);
    const auto colon = static_cast<std::size_t>(end - rest.data());
    if (text[at + 1] != 'i' || code != std::errc() || colon == rest.size() || rest[colon] != ':') {
        return not_from_here(text);
    }
    entry.value = rest.substr(colon + 1);
    result.entry = std::move(entry);
    return result;
}

Result<std::vector<cim::ClassPtr>> stored_classes(const Namespace& ns, const cim::Name& name,
                                                  bool deep) {
    auto cls = ns.classes->find_class(name);
    if (!cls) {
        return fail(Status::InvalidClass, "there is no class {} in {}", name.text(),
                    ns.path.text());
    }
    std::vector<cim::ClassPtr> result;
    if (deep) result = ns.classes->subclasses(name);
    result.push_back(std::move(cls));
    std::erase_if(result, [](const cim::ClassPtr& each) { return each->is_abstract(); });
    std::ranges::sort(result, {}, [](const cim::ClassPtr& each) { return row_key(each->name()); });
    return result;
}

Result<RawPage> collect_page(Database& database, const Catalog& catalog,
                             const PageRequest& request) {
    RawPage page{WMI_TRY(catalog.get(request.name_space)), {}, {}, {}, false, ""};
    for (const auto& cls :
         WMI_TRY(stored_classes(*page.name_space, request.class_name, request.deep))) {
        if (row_key(cls->name()) < request.after.class_key) continue;
        const auto before = page.rows.size();
        page.more = WMI_TRY(append_class(database, catalog, request, *cls, page));
        if (page.rows.size() > before) {
            const auto& last = page.rows.back();
            PagePosition position{last.class_key, last.key, std::nullopt};
            if (!page.positions.empty()) position.entry = std::move(page.positions.back());
            page.next = position.text();
        }
        if (page.more) break;
    }
    if (!page.more) page.next.clear();
    return page;
}

}  // namespace openwmi::repository
