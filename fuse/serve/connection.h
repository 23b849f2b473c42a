#pragma once

#include <atomic>

#include "fuse/serve/filesystem.h"
#include "fuse/serve/helpers.h"
#include "fuse/serve/lowlevel.h"

namespace zvfs {

/// The kernel's end of a mounted filesystem: who serves it, and what was agreed when it connected.
/// Thread-safe once connected; requests follow negotiate().
class Connection {
 public:
  /// Borrows `filesystem`, and whom `helpers` names. `max_read_bytes` is the mount option max_read,
  /// which libfuse wants repeated; 0 is none.
  Connection(const Filesystem& filesystem, const Helpers& helpers, unsigned max_read_bytes)
      : filesystem_(filesystem), helpers_(helpers), max_read_bytes_(max_read_bytes) {}

  [[nodiscard]] const Filesystem& filesystem() const { return filesystem_; }
  [[nodiscard]] const Helpers& helpers() const { return helpers_; }

  /// Chooses from what the kernel offers.
  void negotiate(fuse_conn_info& kernel);

  /// True when the kernel takes ENOSYS for "always succeeds, do not ask again", so that open and
  /// close cost no request.
  [[nodiscard]] bool open_is_optional() const { return open_is_optional_; }
  [[nodiscard]] bool opendir_is_optional() const { return opendir_is_optional_; }

 private:
  const Filesystem& filesystem_;
  const Helpers helpers_;
  const unsigned max_read_bytes_;
  std::atomic<bool> open_is_optional_ = false;
  std::atomic<bool> opendir_is_optional_ = false;
};

}  // namespace zvfs
