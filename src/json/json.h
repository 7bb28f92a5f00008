#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cim/object.h"
#include "cim/schema.h"
#include "cim/type.h"
#include "cim/value.h"

// Objects as JSON, for programs and people. An instance or event is an object of
//   "__CLASS"   always first,
//   "__PATH"    when it has an origin and a path (events have none),
//   and its properties in the order of the class; hidden ones (not selected) are left out.
// A class is an object of "__GENUS": 1, "__CLASS", "__SUPERCLASS" and the lists "qualifiers",
// "properties" and "methods", complete: what the superclass gave is marked "inherited": true.
// Values: NULL is null; integers are numbers up to 2^53 either side of zero and strings of decimal
// digits beyond; reals are numbers, NaN and the infinities are "NaN", "Infinity", "-Infinity";
// char16 is its number; datetimes and references are strings; embedded objects are nested.
namespace openwmi::json {

enum class Layout : std::uint8_t { Compact, Indented };
enum class Nulls : std::uint8_t { Write, Omit };

struct WriteOptions {
    Layout layout = Layout::Compact;
    Nulls nulls = Nulls::Write;  // Omit: reading it back gives the class's default instead
};
std::string write(const cim::Object& object, const WriteOptions& options = {});
// A value alone, as it would stand in an object.
std::string write(const cim::Value& value, cim::Type type, const WriteOptions& options = {});
std::string quote(std::string_view text);

// What becomes of "__PATH". Ignore: where an object lives is not for its sender to say.
enum class Origins : std::uint8_t { Ignore, Keep };

struct ReadOptions {
    std::size_t max_bytes = std::size_t{16} << 20;
    Origins origins = Origins::Ignore;
};
// Reads what write wrote, and the same by hand: both notations for any integer of 64 bits, members
// in any order, names without case, what is missing gets the class's default; "__CLASS" may be
// missing in an embedded object whose property declares its class. Other system properties are
// ignored, anything else unknown is refused. Fails with InvalidParameter (no JSON, too large, too
// deep, a member twice), InvalidClass, InvalidProperty, TypeMismatch and what InstanceBuilder::set
// fails with; the message starts with the JSON pointer of the place.
Result<cim::InstancePtr> read_instance(std::string_view text, const cim::Schema& schema,
                                       const ReadOptions& options = {});

// The class that is defined, derived from the superclass that the schema has; what is marked as
// inherited comes from there, whatever the text says of it. Fails like read_instance, and with what
// Class::derive fails with.
Result<cim::ClassPtr> read_class(std::string_view text, const cim::Schema& schema,
                                 const ReadOptions& options = {});

}  // namespace openwmi::json
