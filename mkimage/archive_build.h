#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/build.h"
#include "mkimage/frames/image_writer.h"
#include "mkimage/frames/stream_pipeline.h"
#include "mkimage/report/report.h"
#include "tree/tar_indexer.h"

namespace zvfs {

/// Makes an image of a tar archive. The archive's bytes become the image's stream unchanged: one
/// thread reads, indexes and cuts them into frames; others encode. Memory: the index and a number
/// of frames. Use once; not thread-safe.
class ArchiveBuild {
 public:
  /// Borrows all arguments.
  ArchiveBuild(const BuildOptions& options, BuildMonitor& monitor, IndexExtras& index_extras,
               Warnings& warnings, ImageWriter& writer);

  /// Writes the data frames of the archive in `stream`. Messages call the archive `name`. Errors:
  /// those of the stream, of TarIndexer and of StreamPipeline.
  Result<void> write_frames(std::string_view name, ByteStream& stream);

  /// Writes what follows the data frames, and counts in `report`. Errors: those of finish_image().
  Result<void> finish(BuildReport& report);

 private:
  Result<void> take(std::string_view name, ByteSpan bytes);
  Result<void> cut(const TarParser::Step& step, ByteSpan bytes);

  const BuildOptions& options_;
  BuildMonitor& monitor_;
  ImageWriter& writer_;
  Tree tree_;
  TarIndexer indexer_;
  StreamPipeline pipeline_;
  StreamCutter cutter_;
};

}  // namespace zvfs
