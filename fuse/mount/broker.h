#pragma once

#include <memory>
#include <string_view>
#include <sys/types.h>

#include "base/mutex.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "fuse/mount/unmount.h"

namespace zvfs {

/// A process beside the daemon that keeps the rights which the daemon gives up. It unmounts, writes
/// to syslog(3), and looks at the state of other processes. It reads nothing of the image, ignores
/// the signals that end the daemon, and ends when the daemon has ended. Thread-safe.
class Broker {
 public:
  /// Forks it. Call it before there are other threads.
  /// Errors: Io (no process or descriptor to be had). Throws std::bad_alloc.
  static Result<std::shared_ptr<Broker>> start(const MountPlace& place);

  /// unmount_lazily(), in the other process.
  void unmount();
  /// unmount_dead(), there.
  void unmount_dead();

  /// is_being_killed(), there.
  bool is_being_killed(pid_t thread);

  /// Writes a line to syslog(3). Never waits: a line is lost if the log is slow.
  void log(int priority, std::string_view line);

 private:
  explicit Broker(UniqueFd socket) : socket_(std::move(socket)) {}
  bool ask(std::string_view request);

  UniqueFd socket_;
  Mutex mutex_;  // held by who waits for an answer
};

}  // namespace zvfs
