#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "zvfs/diff/comparable_tree.h"
#include "zvfs/diff/frame_twins.h"

namespace zvfs {

/// Compares contents of files of two trees: of two images by their frames' sizes, checksums and
/// coded bytes, as far as those tell; otherwise byte by byte. Not thread-safe. Borrows the trees.
class ContentComparison {
 public:
  ContentComparison(const ComparableTree& old_tree, const ComparableTree& new_tree);

  /// Whether the first `size` bytes differ. Errors: Corrupt, Io.
  Result<bool> differs(ComparableContent& old_content, ComparableContent& new_content,
                       std::uint64_t size);

 private:
  Result<FrameTwins::Answer> ask_frames(const ContentRun& old_run, const ContentRun& new_run,
                                        std::uint64_t length);

  std::optional<FrameTwins> twins_;  // of two images
};

}  // namespace zvfs
