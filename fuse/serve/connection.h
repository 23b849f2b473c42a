#pragma once

#include <atomic>

#include "fuse/ahead/page_filler.h"
#include "fuse/ahead/readahead.h"
#include "fuse/serve/filesystem.h"
#include "fuse/serve/inspector.h"
#include "fuse/serve/lowlevel.h"
#include "fuse/serve/request_stats.h"

namespace zvfs {

/// The kernel's end of a mounted filesystem: what was agreed when it connected. Thread-safe once
/// connected; requests follow negotiate().
class Connection {
 public:
  /// `max_read_bytes` is the mount option max_read, which libfuse wants repeated; 0 is none.
  Connection(const Filesystem& filesystem, unsigned max_read_bytes)
      : filesystem_(filesystem), max_read_bytes_(max_read_bytes) {}

  [[nodiscard]] const Filesystem& filesystem() const { return filesystem_; }

  /// Sets who is told of reads; null for nobody. Borrows both. Call it before requests come, and
  /// with null only after the last.
  void set_helpers(PageFiller* filler, Readahead* readahead) {
    filler_ = filler;
    readahead_ = readahead;
  }
  /// Who answers for virtual extended attributes; as set_helpers().
  void set_inspector(const Inspector* inspector) { inspector_ = inspector; }
  [[nodiscard]] const Inspector* inspector() const { return inspector_; }
  [[nodiscard]] RequestStats& stats() { return stats_; }

  [[nodiscard]] PageFiller* filler() const { return filler_; }
  [[nodiscard]] Readahead* readahead() const { return readahead_; }

  /// Chooses from what the kernel offers.
  void negotiate(fuse_conn_info& kernel);

  /// True when the kernel takes ENOSYS for "always succeeds, do not ask again", so that open and
  /// close cost no request.
  [[nodiscard]] bool open_is_optional() const { return open_is_optional_; }
  [[nodiscard]] bool opendir_is_optional() const { return opendir_is_optional_; }

 private:
  const Filesystem& filesystem_;
  const unsigned max_read_bytes_;
  PageFiller* filler_ = nullptr;
  Readahead* readahead_ = nullptr;
  const Inspector* inspector_ = nullptr;
  RequestStats stats_;
  std::atomic<bool> open_is_optional_ = false;
  std::atomic<bool> opendir_is_optional_ = false;
};

}  // namespace zvfs
