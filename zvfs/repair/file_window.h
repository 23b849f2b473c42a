#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/units.h"
#include "format/image_source.h"

namespace zvfs {

/// A part of a file in memory, which moves forward as a search does. Bytes that it holds are not
/// read again, so that looking at many places next to one another costs one read. Not thread-safe.
class FileWindow {
 public:
  /// How many bytes it reads at a time, unless it is asked for more.
  static constexpr std::uint64_t kSize = kMiB;

  /// Borrows the source.
  explicit FileWindow(const ImageSource& source) : source_(source) {}

  /// Up to `size` bytes at `offset`, fewer at the end of the file; valid until the next call. Moves
  /// the window if it does not hold them. Errors: Io. Precondition: offset is within the file.
  Result<ByteSpan> read(std::uint64_t offset, std::uint64_t size);

  /// All bytes from `offset` on that the window holds. Moves it first if these are fewer than
  /// `least`, and the file has more. Valid until the next call. Errors: Io.
  Result<ByteSpan> rest(std::uint64_t offset, std::uint64_t least);

  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t size) const {
    return offset >= begin_ && offset - begin_ <= bytes_.size() &&
           size <= bytes_.size() - (offset - begin_);
  }

 private:
  const ImageSource& source_;
  std::uint64_t begin_ = 0;  // in the file
  ByteVector bytes_;
};

}  // namespace zvfs
