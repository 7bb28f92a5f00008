#pragma once

#include "base/result.h"
#include "cim/class.h"
#include "cim/qualifier.h"
#include "wbem/content.h"

namespace openwmi::wbem {

// The qualifier that every property has and nobody stores (COM-152): "uint32", "ref:Class",
// "object:Class".
inline constexpr std::string_view cimtype_qualifier = "CIMTYPE";
cim::Qualifier cimtype_of(const cim::Property& property);
// The class that such a text names for a property of that type; empty: any. Fails with TypeMismatch
// when it names another type.
Result<cim::Name> class_in_cimtype(const cim::Value& cimtype, cim::CimType type);

// What an element of a class, or of an instance of it, carries; `own` is written on the instance.
// Fails with NotFound, SystemProperty.
Result<cim::QualifierSet> class_qualifiers(const cim::Class& cls, const Element& element);
Result<cim::QualifierSet> instance_qualifiers(const cim::Class& cls, const Element& element,
                                              const cim::QualifierSet& own);

// Fails with InvalidQualifier when a qualifier of that name does not belong on such an element
// (COM-154).
Result<> check_placement(const cim::Qualifier& qualifier, const Element& element, bool of_class);

}  // namespace openwmi::wbem
