#pragma once

#include <optional>

#include "format/image.h"
#include "fuse/connection.h"
#include "fuse/idle_trimmer.h"
#include "fuse/inode_set.h"
#include "fuse/inspector.h"
#include "fuse/memory_ahead.h"
#include "fuse/mount_options.h"
#include "fuse/page_filler.h"
#include "fuse/readahead.h"
#include "fuse/session.h"
#include "fuse/signal_thread.h"

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
