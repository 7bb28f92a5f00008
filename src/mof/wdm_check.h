#pragma once

#include <string>
#include <vector>

#include "mof/ast.h"

namespace openwmi::mof {

// What keeps the classes with the qualifier WMI from being those of a WDM driver (-WMI): each needs
// a guid; one without a superclass also the properties InstanceName (a string and the
// key) and Active (boolean), and WmiDataId from 1 on without gaps on the others. One sentence a
// mistake.
std::vector<std::string> check_wdm(const Document& document);

}  // namespace openwmi::mof
