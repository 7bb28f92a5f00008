#pragma once

#include "base/clock.h"
#include "base/diagnostics.h"
#include "base/result.h"
#include "cim/schema.h"
#include "wql/ast.h"
#include "wql/bound_query.h"

namespace openwmi::wql {

enum class BindFor : std::uint8_t { Event, Data };

struct BindOptions {
    // WITHIN must be longer (OD-020).
    base::Duration polling_floor = std::chrono::milliseconds(1);
    // Gets every mistake with its place in the text; the error is the first of them.
    base::Diagnostics* diagnostics = nullptr;
};

// Fits a SELECT to the classes of its namespace. Bound for data, a query FROM meta_class becomes a
// schema query. Top-level names must be known; a name within an embedded object is checked as far
// as the property's declaration, ISA or __CLASS say of which class the object is, else when it
// comes. Fails with
//   InvalidClass         the class after FROM does not exist (WQL-023)
//   NotEventClass        it is no event class (WQL-043)
//   InvalidProperty      WQL-026
//   PropertyNotAnObject  a name after a property that holds none (WQL-024; event queries only)
//   InvalidOperator      WQL-025
//   MissingGroupWithin, MissingAggregationList, AggregatingByObject  (WQL-058, 067, 063)
//   InvalidQuery         all else, ASSOCIATORS OF and REFERENCES OF among it
Result<BoundQuery> bind(Query query, const cim::Schema& schema, BindFor purpose,
                        const BindOptions& options = {});

}  // namespace openwmi::wql
