#include "fuse/mount/stderr_capture.h"

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace zvfs {

StderrCapture::StderrCapture() {
  std::fflush(stderr);
  UniqueFd caught(memfd_create("stderr", MFD_CLOEXEC));
  UniqueFd original(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!caught.is_open() || !original.is_open()) return;
  if (dup2(caught.get(), STDERR_FILENO) < 0) return;
  caught_ = std::move(caught);
  original_ = std::move(original);
}

void StderrCapture::restore() {
  if (!original_.is_open()) return;
  std::fflush(stderr);
  dup2(original_.get(), STDERR_FILENO);
  original_.reset();
}

std::string StderrCapture::last_line() {
  restore();
  if (!caught_.is_open()) return {};
  std::string text;
  std::array<char, 4096> chunk;
  ssize_t count = 0;
  while ((count = pread(caught_.get(), chunk.data(), chunk.size(),
                        static_cast<off_t>(text.size()))) > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return last_message(text);
}

std::string last_message(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return {};
  const std::size_t newline = text.rfind('\n', end);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  std::string_view line = std::string_view(text).substr(begin, end + 1 - begin);
  for (const std::string_view name : {"fuse: ", "fusermount3: ", "/usr/bin/fusermount3: "}) {
    if (line.starts_with(name)) line.remove_prefix(name.size());
  }
  return std::string(line);
}

}  // namespace zvfs
