#pragma once

#include <functional>

#include "cim/class.h"
#include "cim/instance.h"

namespace openwmi::cim {

// Gives the localized form of a class as its locale's namespace holds it; null: there is none.
using FindLocalized = std::function<ClassPtr(const Name&)>;

// The class with the amended qualifiers of its localized form, and of those of its ancestors, over
// its own; with Amendment and Locale, which say what was done (MOF-061). Its layout, defaults and
// methods are its own: nothing but qualifiers is taken. Gives the class itself where nobody
// localized it or the forms contradict each other.
ClassPtr localize(const ClassPtr& cls, const FindLocalized& find);

// The instance as one of the localized class, whose amended qualifiers it then shows.
InstancePtr localize(const Instance& instance, const ClassPtr& localized);

}  // namespace openwmi::cim
