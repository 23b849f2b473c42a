#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/zstd_codec.h"
#include "codecs/zstd_stream.h"
#include "format/image_source.h"
#include "zvfs/repair/file_window.h"
#include "zvfs/repair/found_frame.h"

namespace zvfs {

/// What a walk found in a file, in file order.
struct FrameWalkResult {
  std::vector<FoundFrame> frames;  ///< Frames with data.
  std::vector<FileRange> gaps;     ///< Bytes of neither a frame that decodes nor a skippable one.
  std::vector<FileRange> indexes;  ///< Skippable frames that may be the index of an image.
};

/// Finds the frames of a file, from its first byte to its last, and verifies each by decoding it.
/// After bytes that are not a frame, it continues at the next frame that decodes. Neither needs nor
/// trusts an index or a seek table. Takes some 64 bytes of memory per frame, and the memory of one
/// frame (for a zstd frame above 16 MiB, its window). Reads the file about once; bytes that only
/// look like frames cost at most a fixed effort and 16 times its size more, read and decoded,
/// whatever they are. Not thread-safe; use once.
class FrameWalk {
 public:
  static constexpr std::uint64_t kFixedEffort = std::uint64_t{1} << 30;

  /// Borrows the source. `position`, if not null, follows the walk as an offset into the file.
  FrameWalk(const ImageSource& source, std::atomic<std::uint64_t>* position,
            std::uint64_t fixed_effort = kFixedEffort);

  /// Errors: Io.
  Result<FrameWalkResult> run();

 private:
  Result<bool> take_frame();
  Result<bool> take_skippable();
  Result<bool> is_index(std::uint64_t size);
  Result<bool> take_bounded(std::uint64_t content_size);
  Result<bool> take_stream();
  Result<bool> skip_to_frame();
  Result<bool> has_frame_at(std::uint64_t offset);
  void add(const FoundFrame& frame);
  bool give_up(std::uint64_t effort);
  MutableByteSpan room_for(std::uint64_t size);

  const ImageSource& source_;
  std::atomic<std::uint64_t>* const position_;
  std::uint64_t at_ = 0;  // in the file
  bool after_gap_ = false;
  std::uint64_t effort_left_;  // limit of bytes read and decoded in vain
  FrameWalkResult found_;
  ZstdDecompressor zstd_;
  std::optional<ZstdStream> stream_;
  FileWindow window_;
  ByteVector content_;
};

}  // namespace zvfs
