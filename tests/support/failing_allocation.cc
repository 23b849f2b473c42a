// Replaces `new` and `delete` of the program that it is linked to.
#include "tests/support/failing_allocation.h"

#include <cstdlib>
#include <new>

namespace zvfs::testing {
namespace {

std::atomic<unsigned> left{0};  // allocations until the one that fails; 0 if none will fail
std::atomic<bool> has_failed{false};
std::atomic<bool> of_all_threads{false};
thread_local bool is_counted = false;

bool is_due() noexcept {
  if (left.load(std::memory_order_relaxed) == 0) return false;
  if (!is_counted && !of_all_threads.load(std::memory_order_relaxed)) return false;
  unsigned before = left.load();
  while (before != 0 && !left.compare_exchange_weak(before, before - 1)) {
  }
  if (before == 1) has_failed = true;
  return before == 1;
}

void* allocate(std::size_t size, std::size_t alignment) {
  void* const block =
      is_due() ? nullptr
      : alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
          ? std::malloc(size)
          : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

FailingAllocation::FailingAllocation(unsigned number, Of of) {
  has_failed = false;
  of_all_threads = of == Of::kAllThreads;
  is_counted = true;
  left = number;
}

FailingAllocation::~FailingAllocation() {
  left = 0;
  is_counted = false;
}

bool FailingAllocation::happened() { return has_failed; }

}  // namespace zvfs::testing

// The other forms of `new` and `delete` call these; but sanitizers have their own, so the form that
// std::stable_sort() uses is here, too.
void* operator new(std::size_t size) { return zvfs::testing::allocate(size, 1); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return zvfs::testing::allocate(size, 1);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return zvfs::testing::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
