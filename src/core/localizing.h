#pragma once

#include <string>

#include "core/session.h"
#include "repository/store.h"

namespace openwmi::core {

// A sink whose objects show the amended qualifiers that the child namespace of the locale keeps for
// them (MOF-061): MS_407 in ms_407. A locale that the namespace does not have is that of the
// service, MS_409 (OD-104); where there is none either, the sink itself.
SinkPtr localizing(SinkPtr sink, const repository::Store& store, const cim::NamespacePath& ns,
                   const std::string& locale);

// Classes of a locale's namespace describe those above it and have no instances (MOF-061). Fails
// with InvalidOperation.
Result<> check_not_localized(const cim::NamespacePath& ns, const cim::Class& cls);

}  // namespace openwmi::core
