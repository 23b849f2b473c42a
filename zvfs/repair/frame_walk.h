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
#include "zvfs/repair/found_frame.h"

namespace zvfs {

/// What a walk found in a file, all in the order of the file.
struct FrameWalkResult {
  std::vector<FoundFrame> frames;  ///< Frames with data.
  std::vector<FileRange> gaps;     ///< What is neither a frame that decodes nor a skippable one.
  std::vector<FileRange> indexes;  ///< Skippable frames that may be the index of an image.
};

/// Finds the frames of a file, from its first byte to its last, and verifies each by decoding it.
/// Where there is none, it goes on at the next place where one begins that decodes. Needs no index,
/// no seek table and no trust in either. Memory is some 64 bytes for each frame, and that of one
/// frame (of a zstd frame of more than 16 MiB, its window). Not thread-safe; use once.
class FrameWalk {
 public:
  /// Borrows the source. `position`, if not null, follows the walk, in bytes of the file.
  FrameWalk(const ImageSource& source, std::atomic<std::uint64_t>* position);

  /// Errors: Io.
  Result<FrameWalkResult> run();

 private:
  Result<bool> take_frame();
  Result<bool> take_skippable();
  Result<bool> is_index(std::uint64_t size);
  Result<bool> take_bounded(std::uint64_t content_size);
  Result<bool> take_stream();
  Result<bool> skip_to_frame();
  Result<ByteSpan> read(std::uint64_t offset, std::uint64_t size);
  void add(const FoundFrame& frame);
  bool give_up(std::uint64_t effort);

  const ImageSource& source_;
  std::atomic<std::uint64_t>* const position_;
  std::uint64_t at_ = 0;  // in the file
  bool after_gap_ = false;
  std::uint64_t effort_left_;  // in bytes read and decoded that came to nothing
  FrameWalkResult found_;
  ZstdDecompressor zstd_;
  std::optional<ZstdStream> stream_;
  ByteVector coded_;
  ByteVector content_;
};

}  // namespace zvfs
