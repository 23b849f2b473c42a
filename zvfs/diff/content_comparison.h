#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "zvfs/diff/comparable_tree.h"
#include "zvfs/diff/frame_twins.h"

namespace zvfs {

/// Compares the contents of files in two trees. Two images are compared by their frames' sizes,
/// checksums and coded bytes, if those suffice; everything else byte by byte. Not thread-safe.
/// Borrows the trees.
class ContentComparison {
 public:
  ContentComparison(const ComparableTree& old_tree, const ComparableTree& new_tree);

  /// Whether the first `size` bytes differ. Errors: Corrupt, Io.
  Result<bool> differs(ComparableContent& old_content, ComparableContent& new_content,
                       std::uint64_t size);

 private:
  Result<FrameTwins::Answer> ask_frames(const ContentRun& old_run, const ContentRun& new_run,
                                        std::uint64_t length);

  std::optional<FrameTwins> twins_;  // if both trees are images
};

}  // namespace zvfs
