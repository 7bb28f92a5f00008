#pragma once

// The whole of WQL for those who ask: text to Query (parse), Query to BoundQuery (bind), BoundQuery
// and object to Truth (evaluate), to a projection (project) or to reasons (explain), and back to
// text (print). What a key or an index can answer of it, lookup.h says.
#include "wql/ast.h"
#include "wql/binder.h"
#include "wql/bound_query.h"
#include "wql/evaluator.h"
#include "wql/explain.h"
#include "wql/lookup.h"
#include "wql/parser.h"
#include "wql/printer.h"
#include "wql/truth.h"
