#include "base/file_io.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace zvfs {
namespace {

// Repeats `transfer`, which returns as read(2) does, until no signal interrupts it.
template <typename Transfer>
ssize_t retry(Transfer transfer) {
  while (true) {
    const ssize_t count = transfer();
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace

Result<void> write_all(int fd, ByteSpan bytes, std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t count = retry([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (count < 0) return fail_errno(errno, what);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> pwrite_all(int fd, std::uint64_t offset, ByteSpan bytes, std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t count =
        retry([&] { return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (count < 0) return fail_errno(errno, what);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<std::size_t> read_full(int fd, std::uint64_t offset, MutableByteSpan out,
                              std::string_view what) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = retry([&] {
      return ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    });
    if (count < 0) return fail_errno(errno, what);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<std::string> read_to_end(int fd, std::string_view what) {
  constexpr std::size_t kStep = 65536;
  std::string text;
  while (true) {
    const std::size_t size = text.size();
    text.resize(size + kStep);
    const ssize_t count = retry([&] { return ::read(fd, text.data() + size, kStep); });
    if (count < 0) return fail_errno(errno, what);
    text.resize(size + static_cast<std::size_t>(count));
    if (count == 0) return text;
  }
}

}  // namespace zvfs
