#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "codecs/codec.h"
#include "mkimage/frames/image_writer.h"
#include "mkimage/report/report.h"
#include "tree/tree.h"

namespace zvfs {

/// What the end of an image says beside what its tree and frames do.
struct ImageEnd {
  const EncoderOptions& encoder;
  std::uint32_t frame_bound;  ///< No frame decodes to more.
  std::uint32_t compat = 0;   ///< Features, as in IndexHeader.
  bool gather_sizes = false;  ///< Whether the report gets SizeStatistics.
};

/// Writes what follows the data frames of an image, whose tree is complete: the index and the seek
/// table. Completes the report, in which the tree was counted. `frame_files` as for build_index().
/// Errors: those of build_index() and of the writer.
Result<void> finish_image(ImageWriter& writer, const Tree& tree,
                          std::span<const std::uint32_t> frame_files, const ImageEnd& end,
                          BuildReport& report);

}  // namespace zvfs
