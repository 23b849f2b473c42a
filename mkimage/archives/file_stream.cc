#include "mkimage/archives/file_stream.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::size_t kFileReadSize = 256 * kKiB;

}  // namespace

FileStream::FileStream(int fd, Progress& progress, std::uint64_t size)
    : fd_(fd), progress_(progress), size_(size), buffer_(kFileReadSize) {}

Result<ByteSpan> FileStream::next() {
  while (true) {
    const std::size_t wanted = std::min<std::uint64_t>(buffer_.size(), size_ - position_);
    const ssize_t size = ::read(fd_, buffer_.data(), wanted);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno(errno, "cannot read the archive");
    position_ += static_cast<std::uint64_t>(size);
    progress_.work_done = position_;
    return ByteSpan(buffer_).first(static_cast<std::size_t>(size));
  }
}

}  // namespace zvfs
