#pragma once

#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/unique_fd.h"

namespace zvfs::testing {

/// A file in memory. Aborts if there is no room for it.
class MemoryFile {
 public:
  explicit MemoryFile(ByteSpan content = {}) : fd_(::memfd_create("test", MFD_CLOEXEC)) {
    const ssize_t written = ::write(fd_.get(), content.data(), content.size());
    if (written != static_cast<ssize_t>(content.size()) || ::lseek(fd(), 0, SEEK_SET) != 0) {
      std::abort();
    }
  }

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] ByteVector content() const {
    ByteVector bytes(static_cast<std::size_t>(::lseek(fd(), 0, SEEK_END)));
    if (::pread(fd(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
    return bytes;
  }

 private:
  UniqueFd fd_;
};

}  // namespace zvfs::testing
