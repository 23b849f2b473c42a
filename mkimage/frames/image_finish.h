#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "codecs/codec.h"
#include "mkimage/frames/image_writer.h"
#include "mkimage/report/report.h"
#include "tree/tree.h"

namespace zvfs {

/// Facts for the index that neither the tree nor the frames hold.
struct ImageEnd {
  const EncoderOptions& encoder;
  std::uint32_t frame_bound;  ///< No frame decodes to more.
  std::uint32_t compat = 0;   ///< Features, as in IndexHeader.
  bool gather_sizes = false;  ///< Whether the report gets SizeStatistics.
};

/// Writes what follows the data frames of an image: the index and the seek table. The tree must be
/// complete, and counted in the report, which this completes. `frame_files` as for build_index().
/// Errors: those of build_index() and of the writer.
Result<void> finish_image(ImageWriter& writer, const Tree& tree,
                          std::span<const std::uint32_t> frame_files, const ImageEnd& end,
                          BuildReport& report);

}  // namespace zvfs
