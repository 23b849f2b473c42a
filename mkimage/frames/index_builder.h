#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "format/index_writer.h"
#include "format/records.h"
#include "tree/tree.h"

namespace zvfs {

/// Makes the index frame of an image from its tree. The data of the tree's files must already lie
/// in `frames`. `frame_files` are the inodes whose data begins in each frame, in order (see
/// Planner).
/// Errors: TooLarge (an index above 4 GiB), and those of FrameEncoder::encode.
Result<ByteVector> build_index(const Tree& tree, std::span<const FrameRecord> frames,
                               std::span<const std::uint32_t> frame_files,
                               const ImageSummary& summary, int level);

}  // namespace zvfs
