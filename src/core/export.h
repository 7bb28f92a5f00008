#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "repository/store.h"

namespace openwmi::core {

// Takes the text of one object, or of what stands between objects. Returning an error ends the
// export with it.
using ExportSink = std::function<Result<>(std::string text)>;

// Everything that is stored, as MOF: compiled into an empty repository, it makes one whose export
// is the same text. Not in it: __CIMOMIdentification (the program says it), and the access rights
// of namespaces. Pages by key; nothing is held but a page.
Result<> export_mof(const repository::Store& store, const ExportSink& sink);

}  // namespace openwmi::core
