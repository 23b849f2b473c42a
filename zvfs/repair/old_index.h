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

/// The index of a damaged image, itself whole: it knows which frames there should be, and what lay
/// in those that are lost. Not thread-safe.
class OldIndex {
 public:
  /// Opens the index frame that lies at `index` of `source`, which it borrows.
  /// Errors: Corrupt (not whole), Unsupported, Io.
  static Result<std::unique_ptr<OldIndex>> open(const ImageSource& source, FileRange index);

  /// The image as far as the index tells; its data cannot be read.
  [[nodiscard]] const Image& image() const { return *image_; }

  /// The whole index frame. Its own seek table, which nobody reads, is made anew. Errors: Io.
  [[nodiscard]] Result<ByteVector> index_frame() const;

  /// Where the frames that were found lay in the stream, nothing for those that are none of the
  /// image's; ascending. Errors: Corrupt, Io.
  [[nodiscard]] Result<std::vector<std::optional<StreamOffset>>> place(
      std::span<const FoundFrame> frames) const;

  /// Whether these are all frames of the image, coded as they were. Errors: Corrupt, Io.
  [[nodiscard]] Result<bool> has_exactly(std::span<const FoundFrame> frames) const;

  /// Whether the image has that member, with all attributes, its data at `data` or a copy of it
  /// before. Errors are no.
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
