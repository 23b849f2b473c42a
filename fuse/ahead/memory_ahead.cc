#include "fuse/ahead/memory_ahead.h"

#include <new>

#include "base/parallel.h"

namespace zvfs {

void MemoryAhead::start() {
  thread_ = start_thread([this] { run(); });
}

void MemoryAhead::stop() {
  memory_.stop();
  if (thread_.joinable()) thread_.join();
}

void MemoryAhead::run() {
  try {
    while (memory_.make_ready()) {
    }
  } catch (const std::bad_alloc&) {
    // A reader that needs memory now will report the failure itself.
  }
}

}  // namespace zvfs
