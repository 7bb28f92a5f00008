#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "cim/name.h"
#include "cim/object.h"
#include "cim/qualifier.h"
#include "cim/value.h"
#include "mof/ast.h"

namespace openwmi::mof {

// Why something written cannot be, and where it stands.
struct Problem {
    Status status = Status::Failed;
    std::string message;
    Place place;
};
template <class T = void>
using Judged = tl::expected<T, Problem>;

template <class... Args>
tl::unexpected<Problem> problem(Status status, const Place& place,
                                fmt::format_string<Args...> format, Args&&... args) {
    return tl::unexpected<Problem>(
        Problem{status, fmt::format(format, std::forward<Args>(args)...), place});
}

// What only a repository knows about a value: what an embedded object is, where an alias points.
class LiteralResolver {
  public:
    virtual ~LiteralResolver() = default;
    // Null: nobody knows (then the value is NULL).
    virtual Judged<cim::ObjectPtr> embedded_object(const InstanceNode& node,
                                                   const cim::Name& declared_class) = 0;
    virtual Judged<std::string> alias_path(const AliasUse& alias, const Place& place) = 0;
};

// The declared type of a place where a value is written.
struct DeclaredType {
    cim::Type type;
    cim::Name class_name;  // of references and embedded objects; empty: any
};

// The value as that type (MOF-005 to 007, 011, 012, 016, OD-106). Fails with MofTypeMismatch,
// MofOutOfRange, MofUnexpectedArrayInit or MofUnexpectedAlias. Without a resolver only judges:
// aliases give empty text and objects NULL.
Judged<cim::Value> convert(const Literal& literal, const DeclaredType& declared,
                           LiteralResolver* resolver);

struct TypedValue {
    cim::Type type;
    cim::Value value;
};
// The value of a qualifier, which is boolean, sint32, real64, string or an array of one of them:
// what the literal says itself.
Judged<TypedValue> qualifier_value(const Literal& literal);

}  // namespace openwmi::mof
