#include "base/thread_group.h"

#include <exception>
#include <system_error>
#include <utility>

namespace zvfs {

std::thread start_thread(std::function<void()> body) {
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "cannot start a thread");
  }
}

void ThreadGroup::start(unsigned count, const std::function<void()>& body) noexcept {
  try {
    threads_.reserve(count);
    while (threads_.size() < count) threads_.push_back(start_thread(body));
  } catch (const std::exception&) {
    // Those that run do the work.
  }
}

void ThreadGroup::start_at_least_one(unsigned count, const std::function<void()>& body) {
  threads_.reserve(count);
  threads_.push_back(start_thread(body));
  start(count, body);
}

void ThreadGroup::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace zvfs
