#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cim/name.h"
#include "mof/ast.h"

namespace openwmi::mof {

enum class QualifierGroup : std::uint8_t { Meta, Standard, Optional, Wmi };
enum class QualifierForm : std::uint8_t { Boolean, Text, Texts, Number, Any };

// A qualifier that the documentation describes (MOF-052 to 055). WMI acts on few of them (MOF-051);
// a use that is not as described is worth a warning, no more.
struct StandardQualifier {
    std::string_view name;
    QualifierGroup group = QualifierGroup::Standard;
    QualifierForm form = QualifierForm::Any;
    std::uint16_t scopes = ScopeAny;  // where it belongs
};

// Another qualifier that has to stand, or must not stand, on the same element.
struct QualifierCompany {
    std::string_view name;
    std::string_view other;
    bool needed = true;  // false: they exclude each other
};

std::span<const StandardQualifier> standard_qualifiers();
std::span<const QualifierCompany> qualifier_companies();
const StandardQualifier* find_standard_qualifier(const cim::Name& name);  // null: any other

// Whether a value of the type is of the form.
bool has_form(cim::Type type, QualifierForm form);
std::string_view described(QualifierForm form);

}  // namespace openwmi::mof
