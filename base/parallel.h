#pragma once

#include <functional>

namespace zvfs {

/// The number of threads that keep this machine busy: at least 1.
unsigned processor_count();

/// Calls `body(worker)` for each worker from 0 to `threads` - 1, each on its own thread (worker 0
/// on the calling one), and returns when all have returned. If the system provides fewer threads,
/// those do all the work, so `body` must take it from a shared queue. Rethrows the first exception
/// of a body, after all have ended.
void run_on_threads(unsigned threads, const std::function<void(unsigned worker)>& body);

}  // namespace zvfs
