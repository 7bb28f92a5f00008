#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cim/name.h"
#include "cim/namespace_path.h"
#include "cim/object.h"
#include "cim/value.h"

namespace openwmi::cim {

// A path to a class or an instance: \\server\root\cimv2:Class.Key="v",Other=1, Class=@ (singleton),
// Class="v" (the only key), Class (a class). Keys keep the literal as written: text, integer or
// boolean. A value is text in single or double quotes, in which a backslash escapes a quote or a
// backslash (before anything else it stands for itself); a decimal or 0x integer within 32 bits,
// signed or not; TRUE or FALSE. No white space outside quotes. 8192 UTF-16 units at most. Value.
class ObjectPath {
  public:
    struct Key {
        Name name;  // empty in the single-key short form
        Value value;
        friend bool operator==(const Key&, const Key&) = default;
    };

    ObjectPath() = default;
    // InvalidObjectPath; also for what is wrong with the namespace in it.
    static Result<ObjectPath> parse(std::string_view text);
    static ObjectPath of_class(Name class_name);

    std::optional<std::string> server;
    std::optional<NamespacePath> name_space;
    Name class_name;  // may be empty: a path to a namespace
    std::vector<Key> keys;
    bool singleton = false;

    bool is_class() const { return keys.empty() && !singleton; }
    std::string text() const;           // with server and namespace when set
    std::string relative_text() const;  // Class.Key="v": keys in the order they stand
};

// The text of a key's value in a path; integers beyond 32 bits stand in quotes (COM-178).
std::string key_text(const Value& value);

// One object of a path: Class.Key="v", Class="v", Class=@ or Class. Value.
struct PathObject {
    Name class_name;
    std::vector<ObjectPath::Key> keys;
    bool singleton = false;

    std::string text() const;
    std::string keys_text() const;  // Key="v",Other=1 or @
};

// A path as a path parser for people reads it: with namespaces of any name, and with objects that
// stand for scopes before the last one, A.K=1/B.K=2. Value.
struct PathParts {
    std::optional<std::string> server;
    std::vector<Name> namespaces;
    std::vector<PathObject> scopes;
    std::optional<PathObject> object;

    std::string namespace_text() const;  // root\cimv2, blanks as %20
};
// What a name that stands alone is.
enum class LoneName : std::uint8_t { Class, Namespace };
// Reads what ObjectPath::parse reads, and the forms that PathParts adds. InvalidObjectPath.
Result<PathParts> parse_path(std::string_view text, LoneName lone_name = LoneName::Class);

// The path's keys completed and ordered by the class's key properties, each value coerced to the
// property's type; text that is equal for equal instances ("paths compare without case", COM-176).
// A reference is compared as a path: quotes, slashes and the order of its keys do not matter, the
// server "." neither; relative and absolute, short and long forms differ, because only the
// namespace at hand could tell. Fails with InvalidObjectPath when keys are missing, unknown or of a
// wrong type, or when it is no instance path.
class Class;
Result<std::string> instance_key(const ObjectPath& path, const Class& cls);

std::string quote(std::string_view text);  // "v" with \ and " escaped

}  // namespace openwmi::cim
