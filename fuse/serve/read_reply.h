#pragma once

#include <span>
#include <sys/uio.h>
#include <vector>

#include "format/image.h"

namespace zvfs {

/// The reply to a read request: pieces for writev(2), in frames that the reply pins.
class ReadReply {
 public:
  /// The maximum number of pieces. libfuse adds one, and writev(2) takes 1024.
  static constexpr std::size_t kMaxPieces = 1000;

  /// More than kMaxPieces slices (of a file of tiny extents) are joined by copying. Throws
  /// std::bad_alloc.
  explicit ReadReply(std::vector<FileSlice> slices);
  ReadReply(ReadReply&&) = default;
  ReadReply& operator=(ReadReply&&) = default;

  [[nodiscard]] std::span<const iovec> pieces() const { return pieces_; }
  /// The total size of all pieces, in bytes.
  [[nodiscard]] std::size_t size() const;

 private:
  void join();

  std::vector<FileSlice> slices_;
  std::vector<iovec> pieces_;
  ByteVector joined_;
};

}  // namespace zvfs
