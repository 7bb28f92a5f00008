#pragma once

#include <string>

#include "cim/class.h"
#include "cim/instance.h"
#include "cim/qualifier.h"

namespace openwmi::mof {

// MOF text of an object: what GetObjectText returns and `openwmi show` prints. Only what the object
// says itself; what it inherits is left out. Reading the text again gives an equal object, but for
// what MOF cannot say: a real that is no number and a class as an embedded object are written as
// NULL with a comment, and DisableOverride is left out where the qualifier does not travel
// (MOF-047).

std::string write(const cim::ClassDeclaration& declaration);
std::string write(const cim::Class& cls);
std::string write(const cim::Instance& instance);
std::string write(const cim::Object& object);

// One value as MOF writes it: 5, "text", {1,2}, instance of X {…}, NULL.
std::string write_value(const cim::Value& value, cim::Type type);

}  // namespace openwmi::mof
