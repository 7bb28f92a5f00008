#include "mof/wdm_check.h"

#include <fmt/core.h>

#include <set>

#include "base/guid.h"
#include "mof/token.h"

namespace openwmi::mof {
namespace {

const QualifierUse* find(const std::vector<QualifierUse>& uses, std::string_view name) {
    for (const QualifierUse& use : uses) {
        if (equals_ignoring_ascii_case(use.name, name)) return &use;
    }
    return nullptr;
}

const PropertyNode* find(const ClassNode& node, std::string_view name) {
    for (const PropertyNode& property : node.properties) {
        if (equals_ignoring_ascii_case(property.name.text, name)) return &property;
    }
    return nullptr;
}

bool has_guid(const ClassNode& node) {
    const QualifierUse* use = find(node.qualifiers, "guid");
    const std::string* text = use && use->value ? use->value->get_if<std::string>() : nullptr;
    return text && base::Guid::parse(*text).has_value();
}

bool is_of_type(const PropertyNode* property, cim::CimType type) {
    return property && property->type.type == cim::Type{type, false};
}

// The WmiDataId of every property, which have to be 1, 2, 3 ….
bool counts_up(const ClassNode& node) {
    std::set<std::uint64_t> ids;
    std::size_t count = 0;
    for (const PropertyNode& property : node.properties) {
        const QualifierUse* use = find(property.qualifiers, "WmiDataId");
        if (!use) continue;
        ++count;
        const Integer* id = use->value ? use->value->get_if<Integer>() : nullptr;
        if (!id || id->negative) return false;
        ids.insert(id->magnitude);
    }
    return ids.size() == count && (ids.empty() || (*ids.begin() == 1 && *ids.rbegin() == count));
}

void check(const ClassNode& node, std::vector<std::string>& mistakes) {
    const std::string& name = node.name.text;
    if (!has_guid(node)) mistakes.push_back(fmt::format("class {} needs the qualifier guid", name));
    if (!counts_up(node)) {
        mistakes.push_back(
            fmt::format("class {}: the numbers WmiDataId do not go from 1 on without gaps", name));
    }
    // A subclass, such as one of WMIEvent, inherits the two.
    if (node.superclass) return;
    const PropertyNode* instance = find(node, "InstanceName");
    if (!is_of_type(instance, cim::CimType::String) || !find(instance->qualifiers, "key")) {
        mistakes.push_back(
            fmt::format("class {} needs the property [key] string InstanceName", name));
    }
    if (!is_of_type(find(node, "Active"), cim::CimType::Boolean)) {
        mistakes.push_back(fmt::format("class {} needs the property boolean Active", name));
    }
}

}  // namespace

std::vector<std::string> check_wdm(const Document& document) {
    std::vector<std::string> mistakes;
    for (const Item& item : document.items) {
        const auto* node = std::get_if<ClassNode>(&item.node);
        if (node && find(node->qualifiers, "WMI")) check(*node, mistakes);
    }
    return mistakes;
}

}  // namespace openwmi::mof
