#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <pthread.h>
#include <string>
#include <sys/types.h>

#include "base/result.h"
#include "fuse/mount/mount_options.h"
#include "fuse/mount/signal_waiter.h"
#include "fuse/serve/connection.h"
#include "fuse/serve/lowlevel.h"

namespace zvfs {

/// A FUSE session: mounts a filesystem, serves it, and unmounts it when it is destroyed. A process
/// can have one at a time, since signals belong to the process. Not thread-safe, but serve() runs
/// threads of its own.
class Session {
 public:
  /// `source` is the source to show in /proc/mounts, unless an option overrides it. Borrows
  /// `connection`. From now on, SIGTERM, SIGINT and SIGHUP only end serve(), so that no signal
  /// leaves a mount behind that nobody serves.
  /// Errors: InvalidArgument (libfuse refuses an option), NoMemory.
  static Result<std::unique_ptr<Session>> create(const MountOptions& options,
                                                 const std::string& source, Connection& connection);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Mounts at `mount_point`, an absolute path without symbolic links, by mount(2) or, if that is
  /// not permitted, through fusermount3. Requests wait until serve().
  /// Errors: Io, with the reason that libfuse or fusermount3 gave.
  Result<void> mount(const std::string& mount_point);

  /// Puts `content` into the page cache of a file at `offset`, in bytes. Returns 0 or a negative
  /// errno (-ENOENT: the kernel does not hold the inode). Never call it from a request: it may wait
  /// until a read of the file is answered. Thread-safe while mounted.
  int store(InodeNumber inode, std::uint64_t offset, ByteSpan content);

  /// Answers requests until the filesystem is unmounted or one of the signals arrives. On a signal
  /// it first calls `before_end`, on another thread, while requests are still answered. Callers of
  /// store() must stop there, since a store may wait for an answer.
  /// Errors: Io (the connection to the kernel failed).
  Result<void> serve(const std::function<void()>& before_end);

 private:
  Session(fuse_session* session, bool nosymfollow) : session_(session), nosymfollow_(nosymfollow) {}
  [[nodiscard]] bool is_on_top() const;
  int run_loop(fuse_loop_config* config);
  [[nodiscard]] Result<void> forbid_symlinks() const;
  void end_loop(pthread_t loop_thread);

  SignalWaiter signals_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<bool> loop_has_ended_ = false;
  fuse_session* session_;
  const bool nosymfollow_;
  std::string mount_point_;      // empty while nothing is mounted
  std::optional<dev_t> device_;  // of the mounted filesystem
};

}  // namespace zvfs
