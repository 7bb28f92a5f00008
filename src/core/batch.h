#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "core/service_state.h"
#include "repository/store.h"

namespace openwmi::core {

// Changes that become durable and visible together. Holds the repository's only writer place from
// its making to commit(), so whoever holds it calls no provider and waits for nobody; dropped, it
// changes nothing. Owned by a SessionTarget; used by the sessions that stand within it. Confined to
// one thread.
class Batch {
  public:
    explicit Batch(std::shared_ptr<ServiceState> service);

    // What fails changes nothing; what was done before it remains.
    Result<> change(const std::function<Result<>(repository::Transaction&)>& make);
    const repository::Transaction& transaction() const { return transaction_; }
    // With all that follows from a commit, as if each change had been committed by itself.
    Result<> commit();

  private:
    const std::shared_ptr<ServiceState> service_;
    repository::Transaction transaction_;
};

// Whether somebody acts upon instances of the class as soon as they are stored, or keeps them: they
// are never put within a batch.
bool stands_alone(const cim::Class& cls);

}  // namespace openwmi::core
