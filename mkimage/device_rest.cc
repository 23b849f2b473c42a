#include "mkimage/device_rest.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/file_io.h"
#include "base/output_place.h"
#include "base/units.h"
#include "format/image_end.h"
#include "format/image_source.h"

namespace zvfs {
namespace {

constexpr std::string_view kWhat = "cannot clear what follows the image";

Result<void> write_zeros(int fd, std::uint64_t begin, std::uint64_t end) {
  const ByteVector zeros(std::min<std::uint64_t>(kMiB, end - begin));
  while (begin < end) {
    const ByteSpan bytes =
        ByteSpan(zeros).first(std::min<std::uint64_t>(zeros.size(), end - begin));
    ZVFS_TRY(pwrite_all(fd, begin, bytes, kWhat));
    begin += bytes.size();
  }
  return {};
}

// Lets the device make zeros of the bytes from `begin` on. False where it cannot.
bool has_cleared(int fd, std::uint64_t begin, std::uint64_t end) {
  return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                     static_cast<off_t>(end - begin)) == 0;
}

// The file of `fd`, which may be open for writing alone.
Result<std::unique_ptr<FileSource>> open_again(int fd) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  return ZVFS_TRY_IN(kWhat, FileSource::open(path));
}

}  // namespace

Result<void> clear_behind_image(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail_errno(errno, kWhat);
  if (!S_ISBLK(status.st_mode)) return {};
  const off_t at = ::lseek(fd, 0, SEEK_CUR);
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (at < 0 || size < 0 || ::lseek(fd, at, SEEK_SET) < 0) return fail_errno(errno, kWhat);
  const auto image_end = static_cast<std::uint64_t>(at);
  const auto device_end = static_cast<std::uint64_t>(size);
  // Devices clear whole blocks, whose size divides this.
  constexpr std::uint64_t kAlignment = kMiB;
  const std::uint64_t aligned =
      std::min((image_end + kAlignment - 1) / kAlignment * kAlignment, device_end);
  ZVFS_TRY(write_zeros(fd, image_end, aligned));
  if (aligned < device_end && !has_cleared(fd, aligned, device_end)) {
    ZVFS_TRY(clear_what_is_found(fd, aligned));
  }
  return sync_output(fd);
}

Result<void> clear_what_is_found(int fd, std::uint64_t image_end) {
  const auto source = ZVFS_TRY(open_again(fd));
  std::uint64_t last = source->size() + 1;
  while (true) {
    const std::uint64_t end = ZVFS_TRY_IN(kWhat, find_image_end(*source));
    if (end <= image_end) return {};
    if (end >= last) return fail(ErrorCode::kIo, "{}: the device does not keep zeros", kWhat);
    last = end;
    // As much as the search looks at in one place: it goes on before that.
    ZVFS_TRY(write_zeros(fd, end - std::min(end - image_end, kMaxZeroRun), end));
  }
}

}  // namespace zvfs
