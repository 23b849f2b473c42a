#include "format/image_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <vector>

#include <climits>

#include "base/file_io.h"
#include "base/quoting.h"

namespace zvfs {
namespace {

Unexpected past_end(std::uint64_t offset, std::size_t size) {
  return fail(ErrorCode::kIo, "read of {} bytes at {:#x} goes past the end of the file", size,
              offset);
}

// The size of the file open at `fd`.
Result<std::uint64_t> size_of(int fd, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail_errno(errno, quote_name(path.native()));
  if (S_ISREG(status.st_mode)) return static_cast<std::uint64_t>(status.st_size);
  if (S_ISBLK(status.st_mode)) {
    std::uint64_t size_bytes = 0;
    if (::ioctl(fd, BLKGETSIZE64, &size_bytes) != 0)
      return fail_errno(errno, quote_name(path.native()));
    return size_bytes;
  }
  return fail(ErrorCode::kInvalidArgument, "{}: not a regular file or block device",
              quote_name(path.native()));
}

}  // namespace

Result<void> ImageSource::read_scattered(std::uint64_t offset,
                                         std::span<const MutableByteSpan> parts) const {
  for (const MutableByteSpan part : parts) {
    ZVFS_TRY(read(offset, part));
    offset += part.size();
  }
  return {};
}

Result<std::unique_ptr<FileSource>> FileSource::open(const std::filesystem::path& path) {
  // O_NONBLOCK: a fifo at that path must not hang us; on files it has no effect.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(ErrorCode::kNotFound, "{}: {}", quote_name(path.native()), std::strerror(errno));
    }
    return fail_errno(errno, quote_name(path.native()));
  }
  return adopt(std::move(fd), path);
}

Result<std::unique_ptr<FileSource>> FileSource::adopt(UniqueFd fd,
                                                      const std::filesystem::path& path) {
  const std::uint64_t size_bytes = ZVFS_TRY(size_of(fd.get(), path));
  struct stat status {};
  // So that nobody writes over a device that is being read: see find_output(). Where it is locked
  // already, there is nothing to protect.
  if (::fstat(fd.get(), &status) == 0 && S_ISBLK(status.st_mode)) {
    ::flock(fd.get(), LOCK_SH | LOCK_NB);
  }
  return std::unique_ptr<FileSource>(new FileSource(std::move(fd), size_bytes));
}

Result<void> FileSource::read(std::uint64_t offset, MutableByteSpan out) const {
  if (offset > size_ || out.size() > size_ - offset) return past_end(offset, out.size());
  const Result<std::size_t> done = read_full(fd_.get(), offset, out, "");
  if (!done) {
    return Unexpected(
        Error(done.error()).within(fmt::format("read of {} bytes at {:#x}", out.size(), offset)));
  }
  if (*done != out.size()) return past_end(offset, out.size());  // the file was truncated meanwhile
  return {};
}

Result<void> FileSource::read_scattered(std::uint64_t offset,
                                        std::span<const MutableByteSpan> parts) const {
  std::vector<iovec> vectors;
  std::size_t size = 0;
  for (const MutableByteSpan part : parts) {
    vectors.push_back({part.data(), part.size()});
    size += part.size();
  }
  if (vectors.size() <= IOV_MAX && offset <= size_ && size <= size_ - offset) {
    const ssize_t count = ::preadv(fd_.get(), vectors.data(), static_cast<int>(vectors.size()),
                                   static_cast<off_t>(offset));
    if (count >= 0 && static_cast<std::size_t>(count) == size) return {};
  }
  return ImageSource::read_scattered(offset, parts);  // which finds out what is wrong, if anything
}

Result<void> MemorySource::read(std::uint64_t offset, MutableByteSpan out) const {
  if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
    return past_end(offset, out.size());
  }
  std::ranges::copy(ByteSpan(bytes_).subspan(offset, out.size()), out.begin());
  return {};
}

}  // namespace zvfs
