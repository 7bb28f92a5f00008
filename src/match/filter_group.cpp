#include "match/filter_group.h"

#include <algorithm>

#include "base/fold.h"
#include "wql/evaluator.h"
#include "wql/path_reader.h"

namespace openwmi::match {
namespace {

using cim::ValueView;
using wql::BoundNode;

// Keys only lead to candidates, which are evaluated in full: a collision costs time, no mistake.
std::uint64_t key_of(std::string_view text) {
    return base::fold_hash(text);
}
std::uint64_t key_of(const wql::Number& integer) {
    return integer.hash() ^ 0x517CC1B727220A95;
}
std::uint64_t key_of(bool boolean) {
    return boolean ? 0x2545F4914F6CDD1D : 0x9E3779B97F4A7C15;
}

enum class Lookup : std::uint8_t { ByKey, Nothing, Everything };

// How the filters that may accept a value are found. A value without an exact key (a real, a
// datetime, a reference) may equal constants that are written in another way.
Lookup lookup_of(const wql::Reading& reading, std::uint64_t& key) {
    const ValueView& view = reading.view();
    switch (view.kind) {
        case ValueView::Kind::Null: return Lookup::Nothing;  // also where there is no such property
        case ValueView::Kind::Boolean: key = key_of(view.boolean); return Lookup::ByKey;
        case ValueView::Kind::Signed:
        case ValueView::Kind::Unsigned:
            if (view.type == cim::CimType::Char16) return Lookup::Everything;
            key = key_of(*wql::Number::of(view));
            return Lookup::ByKey;
        case ValueView::Kind::Text:
            if (view.type != cim::CimType::String) return Lookup::Everything;
            key = key_of(view.text);
            return Lookup::ByKey;
        case ValueView::Kind::Real:
        case ValueView::Kind::Object:
        case ValueView::Kind::Array: break;
    }
    return Lookup::Everything;
}

void evaluate(const Filter& filter, const cim::Instance& event, std::vector<FilterId>& out) {
    if (wql::evaluate_condition(*filter.query, event) == wql::Truth::True) {
        out.push_back(filter.id);
    }
}

std::string name_of(const wql::BoundPath& path) {
    std::string name;
    for (const auto& step : path.steps) name += base::fold(step.name.text()) + '.';
    return name;
}

}  // namespace

// The condition itself, or the terms of the AND that it is.
std::vector<FilterGroup::Equality> FilterGroup::equalities(const wql::BoundQuery& query) {
    std::vector<Equality> found;
    const auto nodes = query.nodes();
    const auto consider = [&](const BoundNode& node) {
        if (node.kind != BoundNode::Kind::CompareConstant || node.op != wql::Operator::Equal)
            return;
        found.push_back({&query.path(node.path), &query.constant(node.operand)});
    };
    if (nodes.empty()) return found;
    consider(nodes[0]);
    if (nodes[0].kind == BoundNode::Kind::And) {
        for (std::uint32_t term = 1; term < nodes[0].end; term = nodes[term].end) {
            consider(nodes[term]);
        }
    }
    return found;
}

// A key for each kind of value that can equal the constant (see wql::compare).
std::vector<std::uint64_t> FilterGroup::keys_of(const wql::Constant& constant) {
    std::vector<std::uint64_t> keys;
    if (constant.text) keys.push_back(key_of(*constant.text));
    if (constant.integer) keys.push_back(key_of(*constant.integer));
    if (constant.boolean) keys.push_back(key_of(*constant.boolean));
    if (constant.kind == wql::Constant::Kind::Boolean) {
        const auto number = [&](std::int64_t value) {
            keys.push_back(key_of(wql::Number::of(value)));
        };
        number(*constant.boolean ? 1 : 0);
        if (*constant.boolean) number(-1);  // OD-017
    }
    return keys;
}

const FilterGroup::AccessPtr* FilterGroup::find(const std::string& name) const {
    const auto found = std::ranges::find(accesses_, name, &Access::name);
    return found == accesses_.end() ? nullptr : &*found;
}

// Of several equalities the one whose value the fewest filters share so far: an equality that all
// filters have in common finds nothing.
std::optional<FilterGroup::Equality> FilterGroup::choose(const wql::BoundQuery& query) const {
    std::optional<Equality> best;
    std::size_t fewest = 0;
    for (const auto& equality : equalities(query)) {
        std::size_t shared = 0;
        if (const auto* access = find(name_of(*equality.path))) {
            for (const auto key : keys_of(*equality.constant)) {
                const auto* filters = (*access)->by_value.find(key);
                shared = std::max(shared, filters ? filters->size() : 0);
            }
        }
        if (!best || shared < fewest) {
            best = equality;
            fewest = shared;
        }
    }
    return best;
}

void FilterGroup::file(Access& access, const FilterPtr& filter, const wql::Constant& constant) {
    access.all.put(filter->id, filter);
    for (const auto key : keys_of(constant)) {
        const auto* filed = access.by_value.find(key);
        Filters filters = filed ? *filed : Filters{};
        filters.push_back(filter);
        access.by_value.put(key, std::move(filters));
    }
}

void FilterGroup::add(const FilterPtr& filter) {
    const auto equality = choose(*filter->query);
    if (!equality) {
        scanned_.put(filter->id, filter);
        return;
    }
    const std::string name = name_of(*equality->path);
    const auto found = std::ranges::find(accesses_, name, &Access::name);
    auto access = std::make_shared<Access>();
    if (found != accesses_.end()) {
        *access = **found;
    } else {
        access->name = name;
        access->path = *equality->path;
    }
    file(*access, filter, *equality->constant);
    if (found != accesses_.end()) {
        *found = std::move(access);
    } else {
        accesses_.push_back(std::move(access));
    }
}

void FilterGroup::remove(const Filter& filter) {
    if (scanned_.erase(filter.id)) return;
    const auto found = std::ranges::find_if(
        accesses_, [&](const AccessPtr& access) { return access->all.find(filter.id) != nullptr; });
    if (found == accesses_.end()) return;
    if ((*found)->all.size() == 1) {
        accesses_.erase(found);
        return;
    }
    auto access = std::make_shared<Access>(**found);
    access->all.erase(filter.id);
    for (const auto& equality : equalities(*filter.query)) {
        for (const auto key : keys_of(*equality.constant)) {
            const auto* filed = access->by_value.find(key);
            if (!filed) continue;
            Filters filters = *filed;
            std::erase_if(filters, [&](const FilterPtr& other) { return other->id == filter.id; });
            if (filters.empty()) {
                access->by_value.erase(key);
            } else {
                access->by_value.put(key, std::move(filters));
            }
        }
    }
    *found = std::move(access);
}

void FilterGroup::match(const Access& access, const cim::Instance& event,
                        std::vector<FilterId>& out) {
    std::uint64_t key = 0;
    const wql::Reading reading(access.path, event);
    switch (lookup_of(reading, key)) {
        case Lookup::Nothing: return;
        case Lookup::ByKey:
            if (const auto* filters = access.by_value.find(key)) {
                for (const auto& filter : *filters) evaluate(*filter, event, out);
            }
            return;
        case Lookup::Everything:
            access.all.for_each(
                [&](FilterId, const FilterPtr& filter) { evaluate(*filter, event, out); });
            return;
    }
}

void FilterGroup::match(const cim::Instance& event, std::vector<FilterId>& out) const {
    scanned_.for_each([&](FilterId, const FilterPtr& filter) { evaluate(*filter, event, out); });
    for (const auto& access : accesses_) match(*access, event, out);
}

}  // namespace openwmi::match
