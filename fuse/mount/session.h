#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <pthread.h>
#include <string>
#include <sys/types.h>

#include "base/result.h"
#include "fuse/mount/broker.h"
#include "fuse/mount/mount_options.h"
#include "fuse/mount/signal_waiter.h"
#include "fuse/mount/unmount.h"
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

  /// Starts a broker, which unmounts from now on: the caller may give up its right to.
  /// Errors: Io.
  Result<void> start_broker();
  /// Precondition: start_broker() has succeeded.
  [[nodiscard]] std::shared_ptr<Broker> broker() const { return broker_; }

  /// Puts `content` into the page cache of a file at `offset`, in bytes. Returns 0 or a negative
  /// errno (-ENOENT: the kernel does not hold the inode). Never call it from a request: it may wait
  /// until a read of the file is answered. Thread-safe while mounted.
  int store(InodeNumber inode, std::uint64_t offset, ByteSpan content);

  /// Answers requests until the filesystem is unmounted or one of the signals arrives.
  ///
  /// On a signal it unmounts, whatever is busy, and answers all requests that wait. Then it calls
  /// `stop_helpers`, on another thread, while requests are still answered. Callers of store() must
  /// stop there, since a store may wait for an answer. However the mount ends, the process ends
  /// half a second later at the latest: see exit_within().
  /// Errors: Io (the connection to the kernel failed).
  Result<void> serve(const std::function<void()>& stop_helpers);

 private:
  Session(fuse_session* session, Connection& connection, bool nosymfollow)
      : session_(session), connection_(connection), nosymfollow_(nosymfollow) {}
  [[nodiscard]] Result<void> forbid_symlinks() const;
  int run_loop(fuse_loop_config* config);
  void unmount();
  void end(const std::function<void()>& stop_helpers, pthread_t loop_thread);
  void end_loop(pthread_t loop_thread);

  SignalWaiter signals_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<bool> loop_has_ended_ = false;
  fuse_session* session_;
  Connection& connection_;
  const bool nosymfollow_;
  MountPlace place_;  // without a mount point while nothing is mounted
  std::shared_ptr<Broker> broker_;
};

}  // namespace zvfs
