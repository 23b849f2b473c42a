#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "codecs/frame_encoder.h"
#include "format/image_source.h"
#include "mkimage/frames/image_writer.h"
#include "mkimage/report/report.h"
#include "tree/tar_indexer.h"
#include "tree/tree.h"
#include "zvfs/repair/found_content.h"
#include "zvfs/repair/found_frame.h"
#include "zvfs/repair/stream_salvage.h"

namespace zvfs {

/// Writes an image of what is kept of a found stream: frames that are kept whole, and are not too
/// large, as they are; what is kept of others is encoded anew. The index is made of the archive.
/// Not thread-safe; use once.
class ImageRebuild {
 public:
  struct Setup {
    const ImageSource& source;  ///< What the frames were found in.
    SalvagePlan& plan;          ///< Its paths get those that the index adds.
    const OldIndex* index;      ///< May be null; restores directories whose members are lost.
    std::uint32_t frame_bound;  ///< Frames that decode to more are cut, and encoded anew.
    std::uint32_t piece_size;   ///< The size of the frames that are made then, decoded.
    EncoderOptions encoder;
    std::uint32_t compat = 0;              ///< Features of the image, as in IndexHeader.
    Warnings& warnings;                    ///< What is odd about members.
    std::atomic<std::uint64_t>* position;  ///< Follows the rebuild in the source; may be null.
  };

  /// Borrows what `setup` names, and `writer`.
  ImageRebuild(const Setup& setup, ImageWriter& writer);

  /// Writes the whole image of `frames`, and counts in `report`.
  /// Errors: Corrupt (no member is kept; the file changed), Io, TooLarge, NoMemory.
  Result<void> run(std::span<const FoundFrame> frames, BuildReport& report);

  [[nodiscard]] std::uint64_t copied_frames() const { return copied_; }
  [[nodiscard]] std::uint64_t encoded_frames() const { return writer_.frames().size() - copied_; }

 private:
  Result<void> take_frame(const FoundFrame& frame);
  Result<void> copy(const FoundFrame& frame);
  Result<void> encode_kept(FoundRange piece, ByteSpan bytes);
  Result<void> append(ByteSpan bytes);
  Result<void> flush();
  Result<void> write(const FoundFrame& what, ByteSpan coded);
  Result<void> index(ByteSpan bytes);
  Result<void> finish(BuildReport& report);

  const Setup setup_;
  ImageWriter& writer_;
  FoundContent content_;
  FrameEncoder encoder_;
  Tree tree_;
  TarIndexer indexer_;
  std::uint64_t at_ = 0;       // in the found stream
  std::size_t next_kept_ = 0;  // the first range of the plan that ends behind `at_`
  ByteVector pending_;         // kept bytes to be encoded
  std::uint32_t largest_ = 0;  // decoded frame
  std::uint64_t copied_ = 0;
};

}  // namespace zvfs
