#pragma once

#include "base/result.h"
#include "format/digests/index_directory.h"
#include "format/frame.h"
#include "format/index_reader.h"
#include "trust/sha256.h"

namespace zvfs {

/// Knows what the coded bytes of each frame of an image must hash to. The digest of a data frame
/// costs an index frame. Thread-safe. Borrows header, directory and index.
class FrameDigests {
 public:
  FrameDigests(const IndexHeader& header, const IndexDirectory& directory, const IndexReader& index)
      : header_(header), directory_(directory), index_(index) {}

  /// The digest of the frame `key`. Errors: InvalidArgument (the image has no digests), Corrupt,
  /// Io.
  [[nodiscard]] Result<Sha256Digest> of(FrameKey key) const;

 private:
  const IndexHeader& header_;
  const IndexDirectory& directory_;
  const IndexReader& index_;
};

}  // namespace zvfs
