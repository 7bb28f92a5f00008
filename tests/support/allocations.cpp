#include "support/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

// Linked only into programs that ask for the count. Never inlined, so that g++ sees new and delete
// as a pair.
namespace {
std::atomic<std::size_t> count{0};
}

[[gnu::noinline]] void* operator new(std::size_t size) {
    count.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    count.fetch_add(1, std::memory_order_relaxed);
    return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace openwmi::support {

std::size_t allocations() {
    return count.load();
}

}  // namespace openwmi::support
