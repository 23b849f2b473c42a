#include "mkimage/frames/image_finish.h"

#include <algorithm>

#include "codecs/lz4_codec.h"
#include "codecs/zstd_codec.h"
#include "mkimage/frames/index_builder.h"

namespace zvfs {
namespace {

// An index consists of zstd frames, whatever the data frames are.
int index_level(const EncoderOptions& encoder) {
  return encoder.codec == Codec::kLz4 ? levels_of(Codec::kZstd).standard : encoder.level;
}

ImageSummary summary_of(const ImageWriter& writer, const ImageEnd& end, const BuildReport& report) {
  const bool lz4 = std::ranges::any_of(
      writer.frames(), [](const FrameRecord& frame) { return is_lz4(FrameKind{frame.kind}); });
  std::string builder = fmt::format("zvfs {}, zstd {}", ZVFS_VERSION, zstd_version());
  if (lz4) builder += fmt::format(", lz4 {}", lz4_version());
  return {.data_size = writer.image_size(),
          .stream_size = writer.stream_size(),
          .content_size = report.content_size,
          .frame_bound = end.frame_bound,
          .frame_count = static_cast<std::uint32_t>(writer.frames().size()),
          .compat = end.compat,
          .incompat = lz4 ? IndexHeader::kLz4Frames : 0,
          .builder = std::move(builder)};
}

}  // namespace

Result<void> finish_image(ImageWriter& writer, const Tree& tree,
                          std::span<const std::uint32_t> frame_files, const ImageEnd& end,
                          BuildReport& report) {
  const BuiltIndex index =
      ZVFS_TRY(build_index(tree, {writer.frames(), frame_files, writer.digests()},
                           summary_of(writer, end, report), index_level(end.encoder)));
  report.stream_size = writer.stream_size();
  report.index_size = index.bytes.size();
  report.root = index.root;
  for (const FrameRecord& frame : writer.frames()) ++report.frames[frame.kind];
  if (end.gather_sizes) {
    report.sizes = SizeStatistics::gather(
        tree, writer.frames(),
        {.image_offset = writer.image_size(), .stream_offset = writer.stream_size()});
  }
  ZVFS_TRY(writer.finish(index.bytes));
  report.image_size = writer.image_size();
  return {};
}

}  // namespace zvfs
