#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace openwmi::base {

// A piece of a source text, in bytes.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;

    friend bool operator==(const Span&, const Span&) = default;
};

enum class Severity { Error, Warning };

// One mistake in a text that a person wrote: what was expected, what came, where.
struct Diagnostic {
    Status status = Status::Failed;
    std::string message;
    Span span;
    std::string file;  // empty: the text itself
    Severity severity = Severity::Error;
};
using Diagnostics = std::vector<Diagnostic>;

// Lines and columns count from one; columns count code points.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;

    friend bool operator==(const Position&, const Position&) = default;
};
Position position(std::string_view text, std::size_t offset);

// The diagnostic as people read it:
//   sample.mof:3:14: error: expected ';' after the property, found '}'  [WBEMMOF_E_EXPECTED_SEMI]
//       string Name }
//                   ^
std::string render(const Diagnostic& diagnostic, std::string_view text, std::string_view name);

bool has_errors(const Diagnostics& diagnostics);

}  // namespace openwmi::base
