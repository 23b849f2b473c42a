#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/grow_array.h"
#include "base/result.h"
#include "format/records.h"
#include "mkimage/frames/digest_choice.h"
#include "mkimage/frames/ordered_writer.h"
#include "mkimage/report/progress.h"

namespace zvfs {

/// Writes an image to a file, front to back, and remembers where its frames are, and their digests.
/// Not thread-safe.
class ImageWriter final : public FrameSink {
 public:
  using NamesListener = std::function<void(std::string_view names)>;

  /// Borrows `fd`, written from its current offset, and `progress`. Messages call the image `name`.
  /// `on_names`, if any, gets the names that come with each frame.
  ImageWriter(int fd, const std::string& name, Progress& progress, NamesListener on_names,
              DigestChoice digest_choice)
      : fd_(fd),
        cannot_write_(name + ": cannot write"),
        progress_(progress),
        on_names_(std::move(on_names)),
        digest_choice_(digest_choice) {}

  [[nodiscard]] bool wants_digests() const override {
    return digest_choice_ == DigestChoice::kWrite;
  }

  /// Errors: Io.
  Result<void> write(const CodedFrame& frame) override;

  /// Writes what follows the data frames: the index frame and the seek table. Errors: Io.
  Result<void> finish(ByteSpan index_frame);

  [[nodiscard]] std::span<const FrameRecord> frames() const { return frames_.span(); }
  /// The digests of the frames; none unless wanted.
  [[nodiscard]] std::span<const Sha256Digest> digests() const { return digests_.span(); }
  /// For setting the frames' first files, if those are known only at the end.
  [[nodiscard]] std::span<FrameRecord> frames() { return {frames_.begin(), frames_.size()}; }
  [[nodiscard]] std::uint64_t image_size() const { return image_size_; }
  [[nodiscard]] std::uint64_t stream_size() const { return stream_size_; }

 private:
  Result<void> append(ByteSpan bytes);
  [[nodiscard]] ByteVector make_seek_table(std::uint64_t data_size,
                                           std::size_t index_frame_size) const;

  const int fd_;
  const std::string cannot_write_;
  Progress& progress_;
  const NamesListener on_names_;
  const DigestChoice digest_choice_;
  GrowArray<FrameRecord> frames_;
  GrowArray<Sha256Digest> digests_;
  std::uint64_t image_size_ = 0;   // written so far
  std::uint64_t stream_size_ = 0;  // of the frames written so far
};

}  // namespace zvfs
