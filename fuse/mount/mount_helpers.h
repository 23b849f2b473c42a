#pragma once

#include <optional>

#include "format/image.h"
#include "fuse/ahead/idle_trimmer.h"
#include "fuse/ahead/inode_set.h"
#include "fuse/ahead/memory_ahead.h"
#include "fuse/ahead/page_filler.h"
#include "fuse/ahead/readahead.h"
#include "fuse/mount/mount_options.h"
#include "fuse/mount/session.h"
#include "fuse/mount/signal_thread.h"
#include "fuse/serve/connection.h"
#include "fuse/serve/inspector.h"

namespace zvfs {

/// What works beside the threads that answer requests: page-cache fill, readahead, memory made
/// ready for frames, and returned when idle, and statistics for who asks. Not thread-safe.
class MountHelpers {
 public:
  /// Borrows all of its arguments, and `known` as PageFiller does.
  MountHelpers(const Image& image, InodeSet& known, Session& session, Connection& connection,
               const MountOptions& options);
  /// Stops.
  ~MountHelpers() { stop(); }
  MountHelpers(const MountHelpers&) = delete;
  MountHelpers& operator=(const MountHelpers&) = delete;

  /// Starts the threads, and makes them known to the connection. Call it once, in the process
  /// that serves, before requests are answered. From then on SIGUSR1 logs the statistics.
  void start();
  /// Ends the threads; the connection may still call them, to no effect.
  void stop();

 private:
  Connection& connection_;
  const bool fill_;
  PageFiller filler_;
  Readahead readahead_;
  MemoryAhead memory_ahead_;
  IdleTrimmer trimmer_;
  const Inspector inspector_;
  std::optional<SignalThread> reporter_;
};

}  // namespace zvfs
