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
