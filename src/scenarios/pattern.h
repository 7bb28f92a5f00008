#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cim/object.h"
#include "cim/value.h"
#include "wql/like.h"

namespace openwmi::scenarios {

// Objects and events as scenarios write them:
//
//   event    = [ class ":" ] fields ;
//   object   = class [ "{" fields "}" ] ;
//   fields   = { field [ "," ] } ;
//   field    = property "=" ( scalar | "{" [ scalar { "," scalar } ] "}" | object
//                           | "class" class   (* a class definition of that name *)
//                           | "like" text     (* as WQL's LIKE *)
//                           | "*"             (* anything but NULL *)
//                           | "now" ) ;       (* a FILETIME: the moment of delivery *)
//   scalar   = text | number | "TRUE" | "FALSE" | "NULL" ;
//   text     = '"' { character | "\" character } '"' ;   (* \n, \r and \t as in MOF *)
//
// Only the properties that are written are compared, in any order; system properties may be
// written.

struct ObjectPattern;

struct AnyValue {};
struct CurrentTime {};
struct ClassNamed {
    cim::Name name;
};
using ValuePattern = std::variant<cim::Value, AnyValue, CurrentTime, ClassNamed, wql::LikePattern,
                                  std::shared_ptr<const ObjectPattern>>;

struct FieldPattern {
    cim::Name property;
    ValuePattern value;
};

struct ObjectPattern {
    cim::Name class_name;  // empty: any
    std::vector<FieldPattern> fields;
    std::string text;  // as it was written
};

// Fail with InvalidParameter, saying what is expected at which column of the text.
Result<ObjectPattern> parse_event(std::string_view text);
Result<ObjectPattern> parse_object(std::string_view text);

// `seen`: when the object was delivered.
bool matches(const ObjectPattern& pattern, const cim::Object& object, base::WallTime seen);

// The object in the same form: what is not NULL, but for what every event carries, and everything
// that the pattern asks for.
std::string describe(const cim::Object& object, const ObjectPattern* pattern = nullptr);

// The object as a scenario writes one that is to be built: every property that is not the class's
// default, on one line. Fails with NotSupported for what a scenario has no words for (arrays of
// objects, reals that are no numbers).
Result<std::string> write(const cim::Instance& object);

// What parts a scenario's line: names, numbers and texts, read from left to right. Confined.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : text_(text) {}

    bool at_end();
    bool skip(char character);                        // after blanks
    bool skip_word(std::string_view word);            // a whole word
    Result<std::string> word(std::string_view what);  // letters, digits, _ and -
    Result<std::string> quoted();
    Result<std::string> name(std::string_view what);  // a word, or in quotes
    Result<cim::Value> scalar();
    Result<ObjectPattern> object();
    Result<std::vector<FieldPattern>> fields(char end);
    std::string_view rest();
    tl::unexpected<Error> expected(std::string_view what) const;

  private:
    void skip_blanks();
    Result<cim::Value> number();
    Result<cim::Value> array();
    Result<ValuePattern> value();

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace openwmi::scenarios
