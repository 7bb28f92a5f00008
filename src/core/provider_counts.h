#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "cim/name.h"
#include "eventing/ports.h"
#include "provider/provider.h"

namespace openwmi::core {

// The calls to providers, by their documented names (DIA-013); those that have no events of their
// own stand last.
enum class ProviderOperation : std::uint8_t {
    GetObjectAsync,
    PutClassAsync,
    PutInstanceAsync,
    DeleteClassAsync,
    DeleteInstanceAsync,
    CreateClassEnumAsync,
    CreateInstanceEnumAsync,
    ExecQueryAsync,
    ExecMethodAsync,
    NewQuery,
    CancelQuery,
    ProvideEvents,
    AccessCheck,
    FindConsumer,
    GetProperty,
    PutProperty,
    QueryInstances,
    GetObjects,
    CreateRefresher,
};
inline constexpr std::size_t provider_operations = 19;

// How an operation is called in troubleshooting classes.
struct OperationNames {
    cim::Name before;  // the class of the event; empty: there is none
    cim::Name after;
    cim::Name counter;  // the property of MSFT_WmiProvider_Counters
};
const OperationNames& names_of(ProviderOperation operation);

// How often providers were called since the service started. Thread-safe.
class ProviderCounts {
  public:
    void count(ProviderOperation operation) {
        at(operation).fetch_add(1, std::memory_order_relaxed);
    }
    std::uint64_t of(ProviderOperation operation) const {
        return counts_[static_cast<std::size_t>(operation)].load(std::memory_order_relaxed);
    }

  private:
    std::atomic<std::uint64_t>& at(ProviderOperation operation) {
        return counts_[static_cast<std::size_t>(operation)];
    }
    std::array<std::atomic<std::uint64_t>, provider_operations> counts_{};
};

// The provider of MSFT_WmiProvider_Counters, which has one instance (DIA-012). The catalog outlives
// it.
std::shared_ptr<provider::Provider> make_counts_provider(
    const eventing::Catalog& catalog, std::shared_ptr<const ProviderCounts> counts,
    cim::NamespacePath ns);

}  // namespace openwmi::core
