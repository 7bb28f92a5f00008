#pragma once

#include <memory>

#include "base/executor.h"
#include "base/result.h"
#include "com/class_object.h"
#include "core/service.h"
#include "security/identity.h"

namespace openwmi::bridge {

class Door;

// CLSID_MofCompiler of this process: an IMofCompiler that stores into its own service, as one
// identity (COM-163 to 166). Revoked by destruction, which must come before the service's;
// compilers that are still held answer ShuttingDown from then on. Confined to its owner.
class MofCompilerRegistration {
  public:
    static Result<MofCompilerRegistration> open(core::Service& service, base::Executor& calls,
                                                security::Identity identity);
    ~MofCompilerRegistration();
    MofCompilerRegistration(MofCompilerRegistration&&) noexcept = default;
    MofCompilerRegistration& operator=(MofCompilerRegistration&&) = delete;

  private:
    MofCompilerRegistration(std::shared_ptr<Door> door, com::ClassRegistration registration)
        : door_(std::move(door)), class_(std::move(registration)) {}

    std::shared_ptr<Door> door_;  // null when moved from
    com::ClassRegistration class_;
};

}  // namespace openwmi::bridge
