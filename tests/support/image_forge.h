// Makes small images by hand, so that a test can set any field to any value and still get the right
// checksums. Independent of mkimage.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "codecs/codec.h"
#include "codecs/frame_kind.h"
#include "format/index_header.h"
#include "format/records.h"
#include "format/seek_table.h"

namespace zvfs::testing {

/// A data frame to be forged: its content, and values that override the true ones.
struct ForgedFrame {
  ByteVector content;
  std::optional<ByteVector> coded;  ///< Stored in the image instead of the encoded content.
  std::optional<FrameKind> kind;    ///< Instead of the encoder's choice.
};

/// An image in parts. The constructor fills in a valid image with every kind of structure; a test
/// changes the parts, or sets a hook, and calls build(). The stream is not a tar archive.
///
///     /            1   directory
///     /big         2   regular, 1,500 bytes in frames 1 to 4 (zstd, stored, fill, zstd)
///     /dir         3   directory
///     /dir/deep    7   regular, 50 bytes in frame 0, with xattrs; also /hard
///     /empty       4   regular, empty
///     /link        5   symlink to dir/deep
///     /null        8   character device 1:3
///     /sparse      6   regular, 10,000 bytes, of which 50 at 1,000 and 26 at 5,000 are data
struct ImageForge {
  ImageForge();

  std::vector<InodeRecord> inodes;
  std::vector<DentryRecord> dentries;
  std::string strings;
  std::vector<ExtentRecord> extents;
  std::vector<ForgedFrame> frames;
  std::vector<std::uint32_t> frame_files;
  std::vector<std::uint32_t> first_files;  ///< For each frame and the end.
  std::vector<XattrSetRecord> xattr_sets;
  ByteVector xattr_data;
  std::uint32_t frame_bound = 1024;
  EncoderOptions encoder{Codec::kZstd, 3};  ///< Of the data frames.
  bool has_digests = false;

  /// Hooks, each called once by build() if set, in this order. Checksums of enclosing parts are
  /// computed after the hook.
  std::function<void(std::vector<FrameRecord>&)> on_frame_rows;
  std::function<void(Table, ByteVector& rows)> on_rows;  ///< For each table of records or digests.
  std::function<void(IndexHeader&)> on_header;
  std::function<void(ByteVector& header)> on_header_bytes;  ///< Checksummed again afterwards.
  std::function<void(ByteVector& index)> on_index;          ///< The final index frame.
  std::function<void(std::vector<SeekTableEntry>&)> on_seek_table;
  std::function<void(ByteVector& image)> on_image;

  [[nodiscard]] InodeRecord& inode(std::uint32_t number) { return inodes.at(number - 1); }
  /// Appends `text` to the strings and returns its offset.
  std::uint64_t add_string(std::string_view text);
  /// Makes the whole stream the content of /big: `count` frames, each of `size` bytes that are its
  /// number.
  void spread_big(std::uint32_t count, std::uint32_t size);

  [[nodiscard]] ByteVector build() const;
};

/// `size` bytes that do not compress, the same for the same seed.
ByteVector random_bytes(std::size_t size, std::uint32_t seed);

/// `size` bytes of text that compresses, the same for the same seed.
ByteVector text_bytes(std::size_t size, std::uint32_t seed);

}  // namespace zvfs::testing
