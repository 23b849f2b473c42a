#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <sys/types.h>
#include <thread>

#include "base/mutex.h"
#include "format/task.h"
#include "fuse/serve/lowlevel.h"

namespace zvfs {

class RequestTask;

/// The requests that wait for something slow. Each can be answered before its work is done: with
/// EINTR when its caller is being killed, with ENOTCONN when the mount ends. The late answer of the
/// thread that works on it is then dropped. Thread-safe.
///
/// The kernel reports any signal that a waiting caller gets, once for each request. A caller that
/// handles the signal goes on waiting, as on any disk: programs do not expect EINTR from stat(2).
class PendingRequests {
 public:
  /// True if a thread is on its way to its end.
  using IsKilled = std::function<bool(pid_t)>;

  PendingRequests() = default;
  /// Ends its thread.
  ~PendingRequests();
  PendingRequests(const PendingRequests&) = delete;
  PendingRequests& operator=(const PendingRequests&) = delete;

  /// Starts a thread that answers killed callers. Call it once.
  void start(IsKilled is_killed);

  /// From now on, no request is worth waiting for.
  void stop() { stopped_ = true; }

  /// Stops, and answers all requests that wait. Later ones are answered when they would wait.
  void stop_and_answer() ZVFS_EXCLUDES(mutex_);

 private:
  friend class RequestTask;
  struct Interrupted {
    fuse_req_t request;
    pid_t caller;
  };

  static void on_interrupt(fuse_req_t request, void* pending);
  void run(const IsKilled& is_killed) ZVFS_EXCLUDES(mutex_);
  std::optional<Interrupted> interrupted_after(std::size_t count) ZVFS_EXCLUDES(mutex_);
  bool wait_for_work() ZVFS_EXCLUDES(mutex_);

  void add(RequestTask& task) ZVFS_EXCLUDES(mutex_);
  bool has(const RequestTask& task) const ZVFS_EXCLUDES(mutex_);
  bool take(RequestTask& task) ZVFS_EXCLUDES(mutex_);
  bool take_interrupted(const Interrupted& found) ZVFS_EXCLUDES(mutex_);
  fuse_req_t take_any() ZVFS_EXCLUDES(mutex_);
  void unlink(RequestTask& task) ZVFS_REQUIRES(mutex_);

  std::atomic<bool> stopped_ = false;
  mutable Mutex mutex_;
  CondVar interrupted_;
  RequestTask* first_ ZVFS_GUARDED_BY(mutex_) = nullptr;
  std::size_t interrupted_count_ ZVFS_GUARDED_BY(mutex_) = 0;
  bool is_over_ ZVFS_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

/// The work on one request, by one thread. A request that never has to wait costs nothing here.
class RequestTask final : public Task {
 public:
  /// Borrows both; the request is not answered yet.
  RequestTask(PendingRequests& pending, fuse_req_t request)
      : pending_(pending), request_(request) {}
  ~RequestTask() override { static_cast<void>(claim()); }

  /// False if the request was answered meanwhile, or the mount ends.
  bool is_wanted() override;

  /// True if the request is now the caller's to answer. False if it was answered, and must not be
  /// touched.
  [[nodiscard]] bool claim();

 private:
  friend class PendingRequests;

  PendingRequests& pending_;
  const fuse_req_t request_;
  bool is_known_ = false;  // to pending_, or was

  // Guarded by pending_.mutex_.
  RequestTask* previous_ = nullptr;
  RequestTask* next_ = nullptr;
  pid_t caller_ = 0;
  bool is_listed_ = false;
  bool is_being_added_ = false;  // libfuse uses the request: it must not be answered
  bool is_interrupted_ = false;
};

}  // namespace zvfs
