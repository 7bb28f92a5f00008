#include "mof/rules.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "cim/limits.h"
#include "mof/alias_table.h"
#include "mof/literal.h"
#include "mof/qualifier_table.h"
#include "mof/standard_qualifiers.h"
#include "mof/token.h"

namespace openwmi::mof {
namespace {

using cim::CimType;
using cim::Name;

// What no property may be called (MOF-010).
constexpr std::string_view wql_keywords[] = {"select", "from",   "where",
                                             "group",  "having", "within"};
constexpr std::string_view mof_keywords[] = {
    "class",  "instance", "ref",    "void",   "sint8",  "uint8",  "sint16",    "uint16",
    "sint32", "uint32",   "sint64", "uint64", "real32", "real64", "string",    "boolean",
    "char16", "datetime", "object", "true",   "false",  "null",   "qualifier", "typedef"};

bool is_one_of(std::span<const std::string_view> words, const std::string& name) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return equals_ignoring_ascii_case(name, word);
    });
}

bool has_word(const std::vector<FlavorUse>& flavors, FlavorWord word) {
    return std::any_of(flavors.begin(), flavors.end(),
                       [&](const FlavorUse& use) { return use.word == word; });
}

const QualifierUse* find_use(const std::vector<QualifierUse>& uses, std::string_view name) {
    const auto found = std::find_if(uses.begin(), uses.end(), [&](const QualifierUse& use) {
        return equals_ignoring_ascii_case(use.name, name);
    });
    return found == uses.end() ? nullptr : &*found;
}

// Present, and not written as FALSE.
bool holds(const std::vector<QualifierUse>& uses, std::string_view name) {
    const QualifierUse* use = find_use(uses, name);
    const bool* value = use && use->value ? use->value->get_if<bool>() : nullptr;
    return use && (!value || *value);
}

// What one document has to keep to. Lives for one check. Confined.
class RuleChecker {
  public:
    RuleChecker(const Document& document, Reporter& reporter, const ParseOptions& options)
        : document_(document),
          reporter_(reporter),
          options_(options),
          qualifiers_(document),
          aliases_(document) {}

    void check();

  private:
    void check_class(const ClassNode& node);
    void check_property(const PropertyNode& property);
    void check_method(const MethodNode& method);
    void check_direction(const PropertyNode& parameter);
    bool completes(const PropertyNode& first, const PropertyNode& second) const;
    void check_instance(const InstanceNode& node);
    void check_nested(const Literal& literal);
    void check_value(const PropertyNode& element);
    void check_qualifiers(const std::vector<QualifierUse>& uses, std::uint16_t scope);
    void check_qualifier(const QualifierUse& use, std::uint16_t scope);
    void check_standard(const QualifierUse& use, std::uint16_t scope);
    void check_company(const std::vector<QualifierUse>& uses);
    void check_dynamic(const AssignmentNode& assignment);
    void check_against_declaration(const QualifierUse& use, const QualifierNode& declaration,
                                   std::uint16_t scope);
    // `travels_by_default`: what carries the words needs none of them to reach subclasses.
    void check_flavors(const std::vector<FlavorUse>& words, const cim::Flavor& effective,
                       bool travels_by_default);
    void check_declaration(const QualifierNode& node);
    void check_class_name(const NameUse& name);
    void check_element_name(const NameUse& name, Status too_wide);
    bool fits_width(const NameUse& name, Status too_wide);
    void check_aliases();
    // Where each name of one element stands.
    using Places = std::unordered_map<Name, Place>;
    // Where the name stands already, for a message; nothing when it is the first.
    std::optional<std::string> insert(Places& places, const std::string& name,
                                      const Place& place) const;
    void report(const Problem& found) {
        reporter_.error(found.status, found.place, "{}", found.message);
    }

    const Document& document_;
    Reporter& reporter_;
    const ParseOptions& options_;
    QualifierTable qualifiers_;
    AliasTable aliases_;
    std::size_t item_ = 0;  // the item being checked
    bool direction_reported_ = false;
    std::unordered_set<Name> unusual_;  // standard qualifiers whose use was warned of
};

std::optional<std::string> RuleChecker::insert(Places& places, const std::string& name,
                                               const Place& place) const {
    const auto [found, inserted] = places.emplace(name, place);
    if (inserted) return std::nullopt;
    return fmt::format("in line {}", document_.begin_of(found->second).line);
}

void RuleChecker::check() {
    for (item_ = 0; item_ < document_.items.size() && !reporter_.full(); ++item_) {
        const Item& item = document_.items[item_];
        if (const auto* cls = std::get_if<ClassNode>(&item.node)) {
            check_class(*cls);
        } else if (const auto* instance = std::get_if<InstanceNode>(&item.node)) {
            check_qualifiers(instance->qualifiers, 0);
            check_instance(*instance);
        } else if (const auto* declaration = std::get_if<QualifierNode>(&item.node)) {
            check_declaration(*declaration);
        }
    }
    check_aliases();
}

void RuleChecker::check_class(const ClassNode& node) {
    check_class_name(node.name);
    std::uint16_t scope = ScopeClass | ScopeSchema;
    const bool association = holds(node.qualifiers, "association");
    const bool indication = holds(node.qualifiers, "indication");
    if (association) scope |= ScopeAssociation;
    if (indication) scope |= ScopeIndication;
    // A subclass of an association or indication is one without saying so.
    if (node.superclass) scope |= ScopeAssociation | ScopeIndication;
    check_qualifiers(node.qualifiers, scope);
    if (association && indication) {
        reporter_.error(Status::MofInvalidClassDeclaration, node.name.place,
                        "class {} cannot be both an association and an indication", node.name.text);
    }
    if (holds(node.qualifiers, "terminal") && holds(node.qualifiers, "abstract")) {
        reporter_.error(Status::MofInvalidClassDeclaration, node.name.place,
                        "class {} cannot be both terminal and abstract", node.name.text);
    }
    Places properties;
    for (const PropertyNode& property : node.properties) {
        if (const auto earlier = insert(properties, property.name.text, property.name.place)) {
            reporter_.error(Status::MofDuplicateProperty, property.name.place,
                            "class {} already has a property {}, {}", node.name.text,
                            property.name.text, *earlier);
        }
        check_property(property);
    }
    Places methods;
    for (const MethodNode& method : node.methods) {
        if (const auto earlier = insert(methods, method.name.text, method.name.place)) {
            reporter_.error(Status::MofDuplicateProperty, method.name.place,
                            "class {} already has a method {}, {}", node.name.text,
                            method.name.text, *earlier);
        }
        check_method(method);
    }
}

void RuleChecker::check_property(const PropertyNode& property) {
    check_element_name(property.name, Status::PropertyNameTooWide);
    const bool reference = property.type.type.element == CimType::Reference;
    const int scope = reference ? ScopeReference | ScopeProperty : ScopeProperty;
    check_qualifiers(property.qualifiers, static_cast<std::uint16_t>(scope));
    check_value(property);
}

void RuleChecker::check_value(const PropertyNode& element) {
    if (!element.value) return;
    const DeclaredType declared{element.type.type, element.type.class_name};
    const Judged<cim::Value> value = convert(*element.value, declared, nullptr);
    if (!value) report(value.error());
    check_nested(*element.value);
}

void RuleChecker::check_method(const MethodNode& method) {
    fits_width(method.name, Status::MethodNameTooWide);
    check_qualifiers(method.qualifiers, ScopeMethod);
    std::unordered_map<Name, const PropertyNode*> seen;
    for (const PropertyNode& parameter : method.parameters) {
        fits_width(parameter.name, Status::PropertyNameTooWide);
        const bool reference = parameter.type.type.element == CimType::Reference;
        const int scope = reference ? ScopeReference | ScopeParameter : ScopeParameter;
        check_qualifiers(parameter.qualifiers, static_cast<std::uint16_t>(scope));
        check_direction(parameter);
        check_value(parameter);
        const auto [found, inserted] = seen.emplace(parameter.name.text, &parameter);
        if (!inserted && !completes(*found->second, parameter)) {
            reporter_.error(Status::MofDuplicateProperty, parameter.name.place,
                            "method {} already has a parameter {}", method.name.text,
                            parameter.name.text);
        }
    }
}

// OD-059. Said once: a schema that leaves it out leaves it out everywhere.
void RuleChecker::check_direction(const PropertyNode& parameter) {
    if (find_use(parameter.qualifiers, "in") || find_use(parameter.qualifiers, "out")) return;
    if (options_.strict) {
        reporter_.error(Status::MofMustBeInOrOut, parameter.place,
                        "parameter {} needs [in] or [out]", parameter.name.text);
    } else if (!direction_reported_) {
        direction_reported_ = true;
        reporter_.warning(Status::MofMustBeInOrOut, parameter.place,
                          "parameter {} has neither [in] nor [out] and is taken as an input; "
                          "further ones are not reported",
                          parameter.name.text);
    }
}

// The same parameter written once as input and once as output (MOF-015).
bool RuleChecker::completes(const PropertyNode& first, const PropertyNode& second) const {
    const bool in_and_out = holds(first.qualifiers, "in") != holds(second.qualifiers, "in") &&
                            holds(first.qualifiers, "out") != holds(second.qualifiers, "out") &&
                            holds(first.qualifiers, "in") != holds(first.qualifiers, "out");
    return in_and_out && first.type.type == second.type.type &&
           Name(first.type.class_name) == Name(second.type.class_name) &&
           first.bound == second.bound;
}

void RuleChecker::check_instance(const InstanceNode& node) {
    Places assigned;
    for (const AssignmentNode& assignment : node.assignments) {
        const auto earlier = insert(assigned, assignment.name.text, assignment.name.place);
        if (earlier) {
            reporter_.error(Status::MofDuplicateProperty, assignment.name.place,
                            "property {} is set twice, first {}", assignment.name.text, *earlier);
        }
        check_qualifiers(assignment.qualifiers, 0);
        check_dynamic(assignment);
        if (assignment.value) check_nested(*assignment.value);
    }
}

// The objects within a value.
void RuleChecker::check_nested(const Literal& literal) {
    if (const auto* list = literal.get_if<std::vector<Literal>>()) {
        for (const Literal& element : *list) check_nested(element);
    } else if (const auto* node = literal.get_if<std::shared_ptr<const InstanceNode>>()) {
        check_instance(**node);
    }
}

// `scope`: what the element is; 0: an instance, or a property within one.
void RuleChecker::check_qualifiers(const std::vector<QualifierUse>& uses, std::uint16_t scope) {
    Places seen;
    for (const QualifierUse& use : uses) {
        if (const auto earlier = insert(seen, use.name, use.place)) {
            reporter_.error(Status::MofDuplicateQualifier, use.place,
                            "the qualifier {} stands here twice, first {}", use.name, *earlier);
        }
        check_qualifier(use, scope);
    }
    check_company(uses);
}

// What is said once is not said again: a schema that has it has it everywhere.
void RuleChecker::check_standard(const QualifierUse& use, std::uint16_t scope) {
    const Name name(use.name);
    const StandardQualifier* standard = find_standard_qualifier(name);
    // A declaration in the document decides for itself.
    if (!standard || unusual_.contains(name) || qualifiers_.find(use.name, item_)) return;
    const int place = scope == 0 ? ScopeInstance | ScopeProperty : scope;
    if ((standard->scopes & place) == 0) {
        unusual_.insert(name);
        reporter_.warning(Status::MofQualifierUsedOutsideScope, use.place,
                          "the qualifier {} does not belong here; further uses are not reported",
                          use.name);
        return;
    }
    const cim::Type yes{CimType::Boolean, false};
    const Judged<TypedValue> value =
        use.value ? qualifier_value(*use.value) : Judged<TypedValue>(TypedValue{yes, true});
    const bool usual = !value || value->value.is_null() || has_form(value->type, standard->form);
    if (usual) return;
    unusual_.insert(name);
    reporter_.warning(Status::MofUnsupportedCimv22QualValue, use.place,
                      "the value of the qualifier {} is {}; further uses are not reported",
                      use.name, described(standard->form));
}

void RuleChecker::check_company(const std::vector<QualifierUse>& uses) {
    for (const QualifierCompany& company : qualifier_companies()) {
        const QualifierUse* use = find_use(uses, company.name);
        if (!use || (find_use(uses, company.other) != nullptr) == company.needed) continue;
        if (!unusual_.insert(Name(use->name)).second) continue;
        reporter_.warning(Status::MofInvalidQualifierSyntax, use->place,
                          "the qualifier {} {} {}; further uses are not reported", use->name,
                          company.needed ? "needs" : "excludes", company.other);
    }
}

// A property provider finds its value by the context (MOF-059).
void RuleChecker::check_dynamic(const AssignmentNode& assignment) {
    if (!holds(assignment.qualifiers, "dynamic")) return;
    if (find_use(assignment.qualifiers, "propertycontext")) return;
    reporter_.error(Status::MofInvalidQualifierSyntax, assignment.place,
                    "property {} is dynamic: it needs the qualifier PropertyContext",
                    assignment.name.text);
}

void RuleChecker::check_qualifier(const QualifierUse& use, std::uint16_t scope) {
    const NameUse name{use.place, use.name};
    fits_width(name, Status::QualifierNameTooWide);
    if (use.name.front() == '_' || use.name.back() == '_') {
        reporter_.error(Status::MofExpectedQualifierName, use.place,
                        "the name of a qualifier cannot begin or end with an underscore: {}",
                        use.name);
    }
    if (equals_ignoring_ascii_case(use.name, "cimtype")) {
        reporter_.error(Status::MofCimtypeQualifier, use.place,
                        "the qualifier CIMTYPE comes from the type and cannot be written");
    }
    if (use.value) {
        const Judged<TypedValue> value = qualifier_value(*use.value);
        if (!value) report(value.error());
    }
    check_flavors(use.flavors, qualifiers_.flavor(use, item_), false);
    if (scope == 0 && has_word(use.flavors, FlavorWord::ToSubClass)) {
        reporter_.error(Status::MofExpectedFlavorType, use.place,
                        "a qualifier of an instance cannot travel to subclasses");
    }
    check_standard(use, scope);
    if (const QualifierNode* declaration = qualifiers_.find(use.name, item_)) {
        check_against_declaration(use, *declaration, scope);
    }
}

void RuleChecker::check_against_declaration(const QualifierUse& use,
                                            const QualifierNode& declaration, std::uint16_t scope) {
    if (declaration.scopes != 0 && scope != 0 && (declaration.scopes & scope) == 0) {
        reporter_.error(Status::MofQualifierUsedOutsideScope, use.place,
                        "the qualifier {} is not declared for use here", use.name);
    }
    if (!declaration.type || !use.value) return;
    const Judged<cim::Value> value = convert(*use.value, {declaration.type->type, {}}, nullptr);
    if (!value) report(value.error());
}

void RuleChecker::check_flavors(const std::vector<FlavorUse>& words, const cim::Flavor& effective,
                                bool travels_by_default) {
    if (words.empty()) return;
    const Place& place = words.front().place;
    const bool enable = has_word(words, FlavorWord::EnableOverride);
    const bool disable = has_word(words, FlavorWord::DisableOverride);
    const bool travels =
        has_word(words, FlavorWord::ToInstance) || has_word(words, FlavorWord::ToSubClass);
    if (enable && disable) {
        reporter_.error(Status::MofIncompatibleFlavorTypes, place,
                        "EnableOverride and DisableOverride exclude each other");
    } else if (has_word(words, FlavorWord::Restricted) && travels) {
        reporter_.error(Status::MofIncompatibleFlavorTypes2, place,
                        "a restricted qualifier cannot travel to instances or subclasses");
    } else if ((enable || disable) && !effective.to_instance && !effective.to_subclass &&
               !travels_by_default) {
        reporter_.error(Status::MofIncompatibleFlavorTypes, place,
                        "EnableOverride and DisableOverride need ToInstance or ToSubClass");
    }
}

void RuleChecker::check_declaration(const QualifierNode& node) {
    fits_width(node.name, Status::QualifierNameTooWide);
    check_flavors(node.flavors, declared_flavor(node), node.type.has_value());
    if (!node.type || !node.value) return;
    const Judged<TypedValue> own = qualifier_value(*node.value);
    if (!own) {
        report(own.error());
        return;
    }
    const Judged<cim::Value> value = convert(*node.value, {node.type->type, {}}, nullptr);
    if (!value) report(value.error());
}

void RuleChecker::check_class_name(const NameUse& name) {
    if (!fits_width(name, Status::ClassNameTooWide)) return;
    const std::string& text = name.text;
    if (text.starts_with("__")) {
        if (options_.system_classes) return;
        reporter_.error(Status::MofInvalidClassDeclaration, name.place,
                        "{}: names that begin with two underscores are those of system classes",
                        text);
    } else if (text.front() == '_' || text.back() == '_') {
        reporter_.error(Status::MofInvalidClassDeclaration, name.place,
                        "the name of a class cannot begin or end with an underscore: {}", text);
    }
}

void RuleChecker::check_element_name(const NameUse& name, Status too_wide) {
    if (!fits_width(name, too_wide)) return;
    if (is_one_of(mof_keywords, name.text) ||
        (options_.strict && is_one_of(wql_keywords, name.text))) {
        reporter_.error(Status::MofExpectedPropertyName, name.place,
                        "{} is a keyword and cannot be the name of a property", name.text);
    } else if (is_one_of(wql_keywords, name.text)) {
        reporter_.warning(Status::MofExpectedPropertyName, name.place,
                          "{} is a keyword of WQL: no query can name this property", name.text);
    } else if (name.text.starts_with("__") && !options_.system_classes) {
        reporter_.error(Status::MofExpectedPropertyName, name.place,
                        "{}: names that begin with two underscores are those of system properties",
                        name.text);
    }
}

bool RuleChecker::fits_width(const NameUse& name, Status too_wide) {
    if (base::utf16_length(name.text) <= cim::max_name_length) return true;
    reporter_.error(too_wide, name.place, "a name has at most {} characters", cim::max_name_length);
    return false;
}

void RuleChecker::check_aliases() {
    for (const NameUse& duplicate : aliases_.duplicates()) {
        reporter_.error(Status::MofMultipleAliases, duplicate.place,
                        "the alias ${} already names another object", duplicate.text);
    }
    const std::vector<bool> circular = aliases_.circular();
    for (std::size_t i = 0; i < document_.items.size(); ++i) {
        for (const AliasTable::Use& use : aliases_.uses_in(i)) {
            if (!aliases_.item_of(use.name) && options_.fragments) {
                reporter_.warning(Status::MofUnexpectedAlias, use.place,
                                  "no object here has the alias ${}", use.name.text());
            } else if (!aliases_.item_of(use.name)) {
                reporter_.error(Status::MofUnexpectedAlias, use.place,
                                "no object has the alias ${}", use.name.text());
            } else if (circular[i]) {
                reporter_.error(Status::MofUnexpectedAlias, use.place,
                                "${} depends on aliases that depend on each other in a circle",
                                use.name.text());
            }
        }
    }
}

}  // namespace

void check_rules(const Document& document, Reporter& reporter, const ParseOptions& options) {
    RuleChecker(document, reporter, options).check();
}

}  // namespace openwmi::mof
