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

/// Writes an image of the kept parts of a found stream. Frames that are kept as a whole and are not
/// too large are copied; the kept parts of others are encoded anew. The index is made from the
/// archive. Not thread-safe; use once.
class ImageRebuild {
 public:
  struct Setup {
    const ImageSource& source;  ///< The file with the found frames.
    SalvagePlan& plan;          ///< Paths restored from the index are added to its paths.
    const OldIndex* index;      ///< Restores directories whose members are lost; may be null.
    std::uint32_t frame_bound;  ///< Frames that decode to more are cut and encoded anew.
    std::uint32_t piece_size;   ///< The decoded size of the frames made then.
    EncoderOptions encoder;
    std::uint32_t compat = 0;              ///< Features of the image, as in IndexHeader.
    Warnings& warnings;                    ///< Takes warnings about members.
    std::atomic<std::uint64_t>* position;  ///< Follows the rebuild in the source; may be null.
  };

  /// Borrows `writer` and everything in `setup`.
  ImageRebuild(const Setup& setup, ImageWriter& writer);

  /// Writes the whole image of `frames`, and counts its entries in `report`.
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
  [[nodiscard]] bool has_a_member_each() const;

  const Setup setup_;
  ImageWriter& writer_;
  FoundContent content_;
  FrameEncoder encoder_;
  Tree tree_;
  TarIndexer indexer_;
  std::uint64_t at_ = 0;       // in the found stream
  std::size_t next_kept_ = 0;  // the first range of the plan that ends after `at_`
  ByteVector pending_;         // kept bytes to be encoded
  std::uint32_t largest_ = 0;  // the largest decoded frame size
  std::uint64_t copied_ = 0;
};

}  // namespace zvfs
