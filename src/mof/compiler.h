#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "mof/ast.h"
#include "mof/target.h"

namespace openwmi::mof {

// How far a compilation has come: items of the document, whatever they are.
struct Progress {
    std::size_t done = 0;
    std::size_t total = 0;
};

struct CompileOptions {
    cim::NamespacePath name_space = cim::NamespacePath::literal("root\\default");  // MOF-068
    PutFlags class_flags;
    PutFlags instance_flags;  // its mode only
    // For -check: a class that is not there is a warning, and what hangs on it is not judged, so
    // that a fragment of a schema passes; after a mistake the rest is checked all the same.
    bool fragments = false;
    bool warn_autorecover = false;  // the warning of MOF-077 when the pragma is missing
    std::size_t batch = 500;        // objects that the target commits together; 0 or 1: each alone
    // Told after each batch and at the end, never while a batch is open, so it may take its time.
    std::function<void(const Progress&)> progress;
};

// Where a compilation ended, in the terms of WBEM_COMPILE_STATUS_INFO (COM-165).
enum class Phase : std::uint8_t { None = 0, Parse = 1, Argument = 2, Store = 3 };

struct Report {
    Phase phase = Phase::None;  // None: everything is stored
    Error error{Status::Ok, {}};
    std::size_t object_number = 0;  // of the item that failed, counted from 1; 0: none
    std::size_t first_line = 0;     // of that item (or of the mistake), within `file`
    std::size_t last_line = 0;
    std::string file;

    std::size_t classes = 0;  // stored before the compilation ended
    std::size_t instances = 0;
    std::size_t deleted = 0;
    std::vector<std::string> stored;  // their full paths, in order
    base::Diagnostics diagnostics;    // of the parser, then of the compiler

    bool ok() const { return phase == Phase::None; }
};

// Stores what the document says, item after item; stops at the first that fails and keeps what was
// stored before (MOF-064). Stores nothing when the document has errors (MOF-065). An instance that
// uses an alias defined further down is stored right after that one (MOF-020).
Report compile(const Document& document, Target& target, const CompileOptions& options = {});

// For people: what failed, where, and what had been stored before.
std::string summary(const Report& report);

// Flags that contradict each other (MOF-038, MOF-081) cannot be held by PutFlags; this reads the
// numbers of WBEM_CHANGE_FLAG_TYPE. Fails with InvalidParameter.
Result<PutFlags> put_flags_of_bits(std::uint32_t bits);

}  // namespace openwmi::mof
