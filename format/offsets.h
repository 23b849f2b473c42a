// The spaces in which bytes of an image are counted. Each is a type of its own, so that an offset
// into the file cannot be passed for one into the decoded stream.
#pragma once

#include <compare>
#include <cstdint>

namespace zvfs {

/// Bytes from the start of the image (which is not the start of the file when the image was
/// appended to another file).
struct ImageOffset {
  std::uint64_t value = 0;
  auto operator<=>(const ImageOffset&) const = default;
};

/// Bytes from the start of the decoded stream, that is, of the tar archive.
struct StreamOffset {
  std::uint64_t value = 0;
  auto operator<=>(const StreamOffset&) const = default;
};

/// Bytes from the start of the decoded index tables.
struct TableOffset {
  std::uint64_t value = 0;
  auto operator<=>(const TableOffset&) const = default;
};

/// The position of a data frame in file order, from 0.
struct FrameNumber {
  std::uint32_t value = 0;
  auto operator<=>(const FrameNumber&) const = default;
};

/// The row of an inode in the inode table, plus 1. The root directory is 1; 0 means none.
struct InodeNumber {
  std::uint32_t value = 0;
  auto operator<=>(const InodeNumber&) const = default;
};
inline constexpr InodeNumber kRootInode{1};

}  // namespace zvfs
