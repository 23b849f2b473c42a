#include "mkimage/archives/file_part.h"

#include <algorithm>

#include "base/file_io.h"
#include "base/units.h"

namespace zvfs {

FilePart::FilePart(int fd, std::uint64_t begin, std::uint64_t end)
    : fd_(fd), at_(begin), end_(end), buffer_(256 * kKiB) {}

Result<ByteSpan> FilePart::next() {
  const std::size_t wanted = std::min<std::uint64_t>(buffer_.size(), end_ - at_);
  const MutableByteSpan bytes = MutableByteSpan(buffer_).first(wanted);
  if (ZVFS_TRY(read_full(fd_, at_, bytes, "source")) != wanted) {
    return fail(ErrorCode::kIo, "the file became shorter than {} bytes", end_);
  }
  at_ += wanted;
  return ByteSpan(bytes);
}

}  // namespace zvfs
