#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/image.h"
#include "format/image_source.h"
#include "tar/tar_entry.h"
#include "zvfs/repair/found_frame.h"
#include "zvfs/walk/dentry_finder.h"

namespace zvfs {

/// The intact index of a damaged image. It knows which frames there should be, and what the lost
/// ones held. Not thread-safe.
class OldIndex {
 public:
  /// Opens the index frame at `index` of `source`, which it borrows. Errors: Corrupt (not intact),
  /// Unsupported, Io.
  static Result<std::unique_ptr<OldIndex>> open(const ImageSource& source, FileRange index);

  /// The image as the index describes it; its data cannot be read.
  [[nodiscard]] const Image& image() const { return *image_; }

  /// The whole index frame, with a new nested seek table (readers do not use it). Errors: Io.
  [[nodiscard]] Result<ByteVector> index_frame() const;

  /// The places of the found frames in the stream, ascending; nothing for frames that are not the
  /// image's. Errors: Corrupt, Io.
  [[nodiscard]] Result<std::vector<std::optional<StreamOffset>>> place(
      std::span<const FoundFrame> frames) const;

  /// True if these are all frames of the image, with their original coding. Errors: Corrupt, Io.
  [[nodiscard]] Result<bool> has_exactly(std::span<const FoundFrame> frames) const;

  /// True if the image has that member, with all its attributes and with its data at `data` or an
  /// earlier copy of it. Errors count as false.
  bool confirms(const TarEntry& member, StreamOffset data);

 private:
  OldIndex(const ImageSource& source, FileRange range, std::unique_ptr<const Image> image);
  bool may_have_data_at(const Inode& inode, StreamOffset data);

  const ImageSource& source_;
  const FileRange range_;
  const std::unique_ptr<const Image> image_;
  DentryFinder finder_;
  IndexReader::Cursor cursor_;
};

}  // namespace zvfs
