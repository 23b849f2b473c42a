#include "zvfs/repair/file_window.h"

#include <algorithm>

namespace zvfs {

Result<ByteSpan> FileWindow::read(std::uint64_t offset, std::uint64_t size) {
  const std::uint64_t wanted = std::min(size, source_.size() - offset);
  return ZVFS_TRY(rest(offset, wanted)).first(wanted);
}

Result<ByteSpan> FileWindow::rest(std::uint64_t offset, std::uint64_t least) {
  const std::uint64_t left = source_.size() - offset;
  if (!holds(offset, std::min(least, left))) {
    bytes_.resize(std::min(std::max(least, kSize), left));
    begin_ = offset;
    if (auto done = source_.read(offset, bytes_); !done) {
      bytes_.clear();
      return Unexpected(std::move(done).error());
    }
  }
  return ByteSpan(bytes_).subspan(offset - begin_);
}

}  // namespace zvfs
