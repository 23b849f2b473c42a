#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "fuse/ahead/page_filler.h"
#include "fuse/ahead/readahead.h"
#include "fuse/serve/request_stats.h"

namespace zvfs {

/// Shows the inside of a mount as virtual extended attributes. These are never listed, so that
/// copies do not carry them. Their values are JSON.
///
///     user.zvfs.stats   of the root: what the daemon did
///     user.zvfs.frames  of a regular file: the frames that hold it
///
/// Thread-safe; borrows everything.
class Inspector {
 public:
  static constexpr std::string_view kStatsName = "user.zvfs.stats";
  static constexpr std::string_view kFramesName = "user.zvfs.frames";

  Inspector(const Image& image, const RequestStats& requests, const PageFiller& filler,
            const Readahead& readahead)
      : image_(image), requests_(requests), filler_(filler), readahead_(readahead) {}

  /// The value of a virtual attribute; nothing if there is none called `name`, or `inode` has none.
  /// Errors: NotFound (no such inode), Corrupt, Io.
  [[nodiscard]] Result<std::optional<std::string>> attribute(InodeNumber inode,
                                                             std::string_view name) const;

  /// What the daemon did, as JSON on one line.
  [[nodiscard]] std::string stats() const;

 private:
  [[nodiscard]] Result<std::string> frames_of(const Inode& file) const;

  const Image& image_;
  const RequestStats& requests_;
  const PageFiller& filler_;
  const Readahead& readahead_;
};

}  // namespace zvfs
