#pragma once

#include <functional>

namespace zvfs {

/// The number of threads that keep this machine busy: at least 1.
unsigned processor_count();

/// Calls `body(worker)` for each worker from 0 to `threads` - 1, each on a thread of its own, the
/// calling thread being worker 0; returns when all have returned. Where the system gives fewer
/// threads, it makes do with those: so `body` must take its work from a queue that all share.
/// Rethrows the first exception of a body, after all have ended.
void run_on_threads(unsigned threads, const std::function<void(unsigned worker)>& body);

}  // namespace zvfs
