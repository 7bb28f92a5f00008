#pragma once

#include <cstddef>

#include "mof/compiler.h"
#include "mof/target.h"

namespace openwmi::mof {

// Groups what one compilation puts into the batches of its target, and tells how far it has come.
// The report counts what is stored; where a batch is lost, what it counted of it is taken back.
// Lives for one compilation. Confined to its thread.
class Batching {
  public:
    Batching(Target& target, const CompileOptions& options, Report& report, std::size_t total)
        : target_(target), options_(options), report_(report), total_(total) {}

    // Before something is put: a batch is open then, unless batches are not wanted.
    Result<> begin();
    // Before something that is put or deleted on its own.
    Result<> commit();
    // An item is done; commits a batch that is full.
    Result<> done();
    // Commits what is left, and tells that.
    Result<> finish();

  private:
    void tell();

    Target& target_;
    const CompileOptions& options_;
    Report& report_;
    std::size_t total_;
    std::size_t done_ = 0;
    std::size_t told_ = 0;
    bool open_ = false;
    std::size_t size_ = 0;  // of the open batch
    struct {
        std::size_t classes = 0;
        std::size_t instances = 0;
        std::size_t stored = 0;
    } before_;  // what the report counted when the batch began
};

}  // namespace openwmi::mof
