#include "fuse/serve/pending_requests.h"

#include <cerrno>
#include <chrono>
#include <utility>

namespace zvfs {
namespace {

// A caller that was interrupted may be killed later, which the kernel does not report.
constexpr std::chrono::milliseconds kPeriod{20};

}  // namespace

PendingRequests::~PendingRequests() {
  if (!thread_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    is_over_ = true;
  }
  interrupted_.notify_all();
  thread_.join();
}

void PendingRequests::start(IsKilled is_killed) {
  thread_ = std::thread([this, is_killed = std::move(is_killed)] { run(is_killed); });
}

// libfuse calls this on any thread, with locks of its own held, so it answers nothing.
void PendingRequests::on_interrupt(fuse_req_t request, void* pending) {
  auto& requests = *static_cast<PendingRequests*>(pending);
  const MutexLock lock(requests.mutex_);
  for (RequestTask* task = requests.first_; task != nullptr; task = task->next_) {
    if (task->request_ != request || task->is_interrupted_) continue;
    task->is_interrupted_ = true;
    ++requests.interrupted_count_;
    requests.interrupted_.notify_all();
  }
}

// Answers the callers that are being killed, and looks at the other interrupted ones again later.
void PendingRequests::run(const IsKilled& is_killed) {
  while (wait_for_work()) {
    std::size_t kept = 0;
    while (const auto found = interrupted_after(kept)) {
      if (!is_killed(found->caller)) {
        ++kept;
      } else if (take_interrupted(*found)) {
        fuse_reply_err(found->request, EINTR);
      }
    }
    if (kept != 0) std::this_thread::sleep_for(kPeriod);
  }
}

// Waits for an interrupted request; false when it is time to end.
bool PendingRequests::wait_for_work() {
  const MutexLock lock(mutex_);
  while (interrupted_count_ == 0 && !is_over_) interrupted_.wait(mutex_);
  return !is_over_;
}

// The interrupted request that follows the first `count` of them, if any.
std::optional<PendingRequests::Interrupted> PendingRequests::interrupted_after(std::size_t count) {
  const MutexLock lock(mutex_);
  for (RequestTask* task = first_; task != nullptr && !is_over_; task = task->next_) {
    if (!task->is_interrupted_ || task->is_being_added_ || count-- != 0) continue;
    return Interrupted{task->request_, task->caller_};
  }
  return std::nullopt;
}

// Takes a request from the list, if it is still there.
bool PendingRequests::take_interrupted(const Interrupted& found) {
  const MutexLock lock(mutex_);
  for (RequestTask* task = first_; task != nullptr; task = task->next_) {
    // The address alone may be that of a later request.
    if (task->request_ != found.request || task->caller_ != found.caller ||
        !task->is_interrupted_ || task->is_being_added_) {
      continue;
    }
    unlink(*task);
    return true;
  }
  return false;
}

// Takes a request from the list; null if there is none.
fuse_req_t PendingRequests::take_any() {
  const MutexLock lock(mutex_);
  for (RequestTask* task = first_; task != nullptr; task = task->next_) {
    if (task->is_being_added_) continue;
    unlink(*task);
    return task->request_;
  }
  return nullptr;
}

void PendingRequests::stop_and_answer() {
  stop();
  while (fuse_req_t const request = take_any()) fuse_reply_err(request, ENOTCONN);
}

void PendingRequests::add(RequestTask& task) {
  {
    const MutexLock lock(mutex_);
    task.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &task;
    first_ = &task;
    task.caller_ = fuse_req_ctx(task.request_)->pid;
    task.is_listed_ = true;
    task.is_being_added_ = true;
  }
  fuse_req_interrupt_func(task.request_, on_interrupt, this);
  {
    const MutexLock lock(mutex_);
    task.is_being_added_ = false;
    if (!stopped_) return;
    unlink(task);
  }
  fuse_reply_err(task.request_, ENOTCONN);
}

bool PendingRequests::has(const RequestTask& task) const {
  const MutexLock lock(mutex_);
  return task.is_listed_;
}

// True if it was in the list.
bool PendingRequests::take(RequestTask& task) {
  const MutexLock lock(mutex_);
  if (!task.is_listed_) return false;
  unlink(task);
  return true;
}

void PendingRequests::unlink(RequestTask& task) {
  RequestTask* const previous = std::exchange(task.previous_, nullptr);
  RequestTask* const next = std::exchange(task.next_, nullptr);
  (previous != nullptr ? previous->next_ : first_) = next;
  if (next != nullptr) next->previous_ = previous;
  if (task.is_interrupted_) --interrupted_count_;
  task.is_listed_ = false;
}

bool RequestTask::is_wanted() {
  if (!std::exchange(is_known_, true)) pending_.add(*this);
  return pending_.has(*this) && !pending_.stopped_;
}

bool RequestTask::claim() { return !is_known_ || pending_.take(*this); }

}  // namespace zvfs
