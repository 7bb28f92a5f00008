#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cim/object.h"
#include "cim/value.h"

// Objects as XML: <CLASS> and <INSTANCE> of DSP0201.
namespace openwmi::xml {

// Cim: embedded objects are text with the attribute EmbeddedObject. Wmi: they stand in
// PROPERTY.OBJECT and VALUE.OBJECT, amended qualifiers say so, and the system properties are
// written, with the CLASSORIGIN ___SYSTEM.
enum class Dialect : std::uint8_t { Cim, Wmi };

// A class with all it inherits (PROPAGATED), an instance with all its properties, NULL ones without
// a value; of an instance's qualifiers those of its own and the key. Fails with InvalidObject for
// text that XML cannot hold (control characters), InvalidObjectPath for a reference that is no
// path of a class or instance.
Result<std::string> write(const cim::Object& object, Dialect dialect);

struct ReadOptions {
    std::size_t max_bytes = std::size_t{16} << 20;
};
// Reads what write wrote, in either dialect. The object stands on a class made from the text: with
// the ancestors that __DERIVATION or SUPERCLASS name, and in them the properties of their
// CLASSORIGIN; where it lives is ignored. Fails with InvalidSyntax (no XML, too large, too deep, an
// element that does not belong), InvalidObject, and with what Class::derive and
// InstanceBuilder::set fail with.
Result<cim::ObjectPtr> read(std::string_view text, const ReadOptions& options = {});

}  // namespace openwmi::xml
