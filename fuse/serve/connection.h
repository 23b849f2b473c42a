#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "fuse/serve/filesystem.h"
#include "fuse/serve/helpers.h"
#include "fuse/serve/lowlevel.h"
#include "fuse/serve/pending_requests.h"

namespace zvfs {

/// The connection of a mounted filesystem to the kernel: who serves it, and what was negotiated.
/// Thread-safe after negotiate(), which precedes all requests.
class Connection {
 public:
  /// Borrows `filesystem` and everything in `helpers`. `max_read_bytes` is the mount option
  /// max_read, which libfuse wants to be given again; 0 is no limit.
  Connection(const Filesystem& filesystem, const Helpers& helpers, unsigned max_read_bytes)
      : filesystem_(filesystem), helpers_(helpers), max_read_bytes_(max_read_bytes) {}

  [[nodiscard]] const Filesystem& filesystem() const { return filesystem_; }
  [[nodiscard]] const Helpers& helpers() const { return helpers_; }
  /// The requests that wait.
  [[nodiscard]] PendingRequests& pending() { return pending_; }

  /// True once, for the reply to the kernel's first request: it shall say that this filesystem can
  /// answer several lookups in a directory at once.
  [[nodiscard]] bool takes_parallel_lookups() {
    return parallel_lookups_.load(std::memory_order_relaxed) && parallel_lookups_.exchange(false);
  }

  /// What to do when the kernel ends the connection. Set it before requests are read.
  void at_end(std::function<void()> act) { at_end_ = std::move(act); }
  /// The kernel has ended the connection. Called by each thread that finds out.
  void has_ended() {
    pending_.stop();
    if (at_end_) at_end_();
  }

  /// Chooses among the capabilities that the kernel offers.
  void negotiate(fuse_conn_info& kernel);

  /// True if the kernel takes ENOSYS to mean "always succeeds, do not ask again", so that open and
  /// close cost no request.
  [[nodiscard]] bool open_is_optional() const { return open_is_optional_; }
  [[nodiscard]] bool opendir_is_optional() const { return opendir_is_optional_; }

 private:
  const Filesystem& filesystem_;
  const Helpers helpers_;
  const unsigned max_read_bytes_;
  PendingRequests pending_;
  std::function<void()> at_end_;
  std::atomic<bool> parallel_lookups_ = false;
  std::atomic<bool> open_is_optional_ = false;
  std::atomic<bool> opendir_is_optional_ = false;
};

}  // namespace zvfs
