#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "format/index_writer.h"
#include "format/records.h"
#include "tree/tree.h"
#include "trust/root_digest.h"

namespace zvfs {

/// The data frames of an image, as its index lists them.
struct FrameLists {
  std::span<const FrameRecord> frames;
  std::span<const std::uint32_t>
      frame_files;                        ///< Whose data begins in each, in order: see Planner.
  std::span<const Sha256Digest> digests;  ///< One for each frame; or none at all.
};

/// An index frame, and the root of the image, if that has digests.
struct BuiltIndex {
  ByteVector bytes;
  std::optional<RootDigest> root;
};

/// Makes the index frame of an image from its tree. The data of the tree's files must already lie
/// in the frames.
/// Errors: TooLarge (an index above 4 GiB), and those of FrameEncoder::encode.
Result<BuiltIndex> build_index(const Tree& tree, const FrameLists& lists,
                               const ImageSummary& summary, int level);

}  // namespace zvfs
