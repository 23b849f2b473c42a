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
#include "fuse/serve/helpers.h"
#include "fuse/serve/inspector.h"
#include "fuse/serve/request_stats.h"

namespace zvfs {

/// Everything that runs besides the threads that answer requests: page-cache fill, readahead,
/// preparing memory for frames, returning idle memory, and statistics. Make it before the session
/// whose requests call it, and destroy it afterwards. Not thread-safe.
class MountHelpers {
 public:
  /// Stops helpers when it is destroyed. Make it after a session, so that they stop before the
  /// session ends.
  class Stopper {
   public:
    explicit Stopper(MountHelpers& helpers) : helpers_(helpers) {}
    ~Stopper() { helpers_.stop(); }
    Stopper(const Stopper&) = delete;
    Stopper& operator=(const Stopper&) = delete;

   private:
    MountHelpers& helpers_;
  };

  /// Borrows the image, and `known` as PageFiller does.
  MountHelpers(const Image& image, InodeSet& known, const MountOptions& options);
  MountHelpers(const MountHelpers&) = delete;
  MountHelpers& operator=(const MountHelpers&) = delete;

  /// For the connection.
  [[nodiscard]] Helpers helpers();

  /// Starts the threads. Call it once, in the serving process, before requests are answered. From
  /// then on, SIGUSR1 logs the statistics. Borrows the session until stop().
  void start(Session& session);
  /// Ends the threads. Requests may still call the helpers, without effect.
  void stop();

 private:
  void log_stats() const;

  const bool fill_;
  Session* session_ = nullptr;  // set by start()
  RequestStats requests_;
  PageFiller filler_;
  Readahead readahead_;
  MemoryAhead memory_ahead_;
  IdleTrimmer trimmer_;
  const Inspector inspector_;
  std::optional<SignalThread> reporter_;
};

}  // namespace zvfs
