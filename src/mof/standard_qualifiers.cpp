#include "mof/standard_qualifiers.h"

#include <algorithm>
#include <array>

namespace openwmi::mof {
namespace {

using enum QualifierForm;
using Group = QualifierGroup;

// The words of the pages.
constexpr std::uint16_t classes = ScopeClass;
constexpr std::uint16_t associations = ScopeAssociation;
constexpr std::uint16_t properties = ScopeProperty;
constexpr std::uint16_t references = ScopeReference;
constexpr std::uint16_t methods = ScopeMethod;
constexpr std::uint16_t parameters = ScopeParameter;
constexpr std::uint16_t instances = ScopeInstance;
constexpr std::uint16_t any = ScopeAny;
constexpr std::uint16_t members = properties | methods | parameters;
// An indication is a class, and so is an association.
constexpr std::uint16_t kinds_of_class = classes | associations | ScopeIndication;

constexpr auto table = std::to_array<StandardQualifier>({
    {"Association", Group::Meta, Boolean, kinds_of_class},
    {"Indication", Group::Meta, Boolean, kinds_of_class},

    {"Abstract", Group::Standard, Boolean, kinds_of_class},
    {"Aggregate", Group::Standard, Boolean, references},
    {"Aggregation", Group::Standard, Boolean, associations},
    {"Alias", Group::Standard, Text, properties | references | methods},
    {"ArrayType", Group::Standard, Text, properties | parameters},
    {"BitMap", Group::Standard, Texts, members},
    {"BitValues", Group::Standard, Texts, members},
    {"Constructor", Group::Standard, Boolean, methods},
    {"CreateBy", Group::Standard, Text, classes},
    {"DeleteBy", Group::Standard, Text, classes},
    {"Description", Group::Standard, Text, any},
    {"Destructor", Group::Standard, Boolean, methods},
    {"DisplayName", Group::Standard, Text, any},
    {"EmbeddedInstance", Group::Standard, Text, any},
    {"Gauge", Group::Standard, Boolean, any},
    {"In", Group::Standard, Boolean, parameters},
    {"Key", Group::Standard, Boolean, properties | references},
    {"Lazy", Group::Standard, Any, properties},
    {"MappingStrings", Group::Standard, Texts, kinds_of_class | members | references},
    {"Max", Group::Standard, Number, references},
    {"MaxLen", Group::Standard, Number, members},
    {"MaxValue", Group::Standard, Number, members},
    {"Min", Group::Standard, Number, references},
    {"MinValue", Group::Standard, Number, members},
    {"ModelCorrespondence", Group::Standard, Texts, properties},
    {"Nonlocal", Group::Standard, Text, references},
    {"NonlocalType", Group::Standard, Text, references},
    {"NullValue", Group::Standard, Text, properties},
    {"Out", Group::Standard, Boolean, parameters},
    {"Override", Group::Standard, Text, properties | methods | references},
    {"OverrideValue", Group::Standard, Any, classes},
    {"Propagated", Group::Standard, Text, properties},
    {"Read", Group::Standard, Boolean, properties},
    {"Required", Group::Standard, Boolean, properties},
    {"Revision", Group::Standard, Text, kinds_of_class},
    {"Schema", Group::Standard, Text, properties | methods},
    {"Source", Group::Standard, Text, kinds_of_class | references},
    {"SourceType", Group::Standard, Text, kinds_of_class | references},
    {"SupportsCreate", Group::Standard, Boolean, classes},
    {"SupportsDelete", Group::Standard, Boolean, classes},
    {"SupportsUpdate", Group::Standard, Boolean, classes},
    {"Terminal", Group::Standard, Boolean, classes},
    {"Units", Group::Standard, Text, members},
    {"ValueMap", Group::Standard, Texts, members},
    {"Values", Group::Standard, Texts, members},
    {"Version", Group::Standard, Text, kinds_of_class},
    {"Weak", Group::Standard, Boolean, references},
    {"Write", Group::Standard, Boolean, properties},
    {"WriteAtCreate", Group::Standard, Boolean, properties},
    {"WriteAtUpdate", Group::Standard, Boolean, properties},

    {"Delete", Group::Optional, Boolean, associations | references},
    {"Expensive", Group::Optional, Boolean, kinds_of_class | properties | references | methods},
    {"IfDeleted", Group::Optional, Boolean, associations | references},
    {"Indexed", Group::Optional, Boolean, properties | methods},
    {"Invisible", Group::Optional, Boolean, kinds_of_class | properties | references | methods},
    {"Large", Group::Optional, Boolean, classes | properties},
    {"Not_Null", Group::Optional, Boolean, properties},
    {"Provider", Group::Optional, Text, any},
    {"Experimental", Group::Optional, Boolean, any},
    {"Syntax", Group::Optional, Text, members | references},
    {"SyntaxType", Group::Optional, Text, members | references},
    {"TriggerType", Group::Optional, Text, kinds_of_class | properties | references | methods},
    {"UnknownValues", Group::Optional, Texts, properties},
    {"UnsupportedValues", Group::Optional, Texts, properties},

    {"Amendment", Group::Wmi, Boolean, classes},
    {"Bypass_GetObject", Group::Wmi, Boolean, methods},
    {"CIM_Key", Group::Wmi, Boolean, properties},
    {"ClassContext", Group::Wmi, Text, classes},
    {"ClassVersion", Group::Wmi, Text, classes},
    {"Deprecated", Group::Wmi, Any, any},  // a boolean here, the DMTF's lists what replaces it
    {"Display", Group::Wmi, Any, classes | properties},
    {"Dynamic", Group::Wmi, Boolean, classes | properties},
    {"DynProps", Group::Wmi, Boolean, classes | instances},
    {"Fixed", Group::Wmi, Boolean, instances | properties},
    {"ID", Group::Wmi, Number, properties | parameters},
    {"Implemented", Group::Wmi, Boolean, methods},
    {"InstanceContext", Group::Wmi, Text, instances},
    {"Locale", Group::Wmi, Any, classes | instances},  // published as text and as number
    {"NamespaceSecuritySDDL", Group::Wmi, Texts, instances},
    {"Optional", Group::Wmi, Boolean, parameters},
    {"Privileges", Group::Wmi, Texts, properties | methods | classes},
    {"PropertyContext", Group::Wmi, Text, properties},
    {"RequiresEncryption", Group::Wmi, Boolean, instances},
    {"Singleton", Group::Wmi, Boolean, classes},
    {"Static", Group::Wmi, Boolean, methods},
    {"SubType", Group::Wmi, Text, properties},
    {"UUID", Group::Wmi, Text, classes},
    {"WritePrivileges", Group::Wmi, Texts, properties},
});

constexpr auto companies = std::to_array<QualifierCompany>({
    {"CreateBy", "SupportsCreate"},
    {"DeleteBy", "SupportsDelete"},
    {"Revision", "Version"},
    {"Propagated", "Key"},
    {"Syntax", "SyntaxType"},
    {"SyntaxType", "Syntax"},
    {"SourceType", "Source", false},
    {"NonlocalType", "Nonlocal", false},
});

}  // namespace

std::span<const StandardQualifier> standard_qualifiers() {
    return table;
}

std::span<const QualifierCompany> qualifier_companies() {
    return companies;
}

const StandardQualifier* find_standard_qualifier(const cim::Name& name) {
    const auto found = std::ranges::find_if(
        table, [&](const StandardQualifier& each) { return name == cim::Name(each.name); });
    return found == table.end() ? nullptr : &*found;
}

bool has_form(cim::Type type, QualifierForm form) {
    const cim::CimType element = type.element;
    switch (form) {
        case Boolean: return !type.array && element == cim::CimType::Boolean;
        case Text: return !type.array && element == cim::CimType::String;
        case Texts: return type.array && element == cim::CimType::String;
        case Number: return !type.array && (cim::is_integer(element) || cim::is_real(element));
        case Any: return true;
    }
    return true;
}

std::string_view described(QualifierForm form) {
    constexpr std::string_view forms[] = {"TRUE or FALSE", "a string", "a list of strings",
                                          "a number", "any value"};
    return forms[static_cast<std::size_t>(form)];
}

}  // namespace openwmi::mof
