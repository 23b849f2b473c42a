#include "base/standard_streams.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zvfs {
namespace {

// The first failure is the one to tell: stdio keeps no reason, only that there was one.
Unexpected output_failure() {
  static std::atomic<int> first_error = 0;
  int none = 0;
  first_error.compare_exchange_strong(none, errno);
  return fail_errno(first_error, "standard output");
}

// Only a block device is synced: on files, that would make every small command slow.
bool is_on_its_device() {
  struct stat status {};
  if (::fstat(STDOUT_FILENO, &status) != 0 || !S_ISBLK(status.st_mode)) return true;
  return ::fsync(STDOUT_FILENO) == 0;
}

// Opens the lowest free descriptor as the end of a pipe that it is not meant for, where there is no
// /dev/null.
bool open_as_broken_pipe(int stream) {
  int ends[2];  // to read from, to write to
  if (::pipe2(ends, O_CLOEXEC) != 0 || ends[0] != stream) return false;
  const bool is_right = stream != STDIN_FILENO || ::dup2(ends[1], stream) == stream;
  ::close(ends[1]);
  return is_right;
}

}  // namespace

void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free descriptor is this one, since those below it are open.
    if (::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) == stream) continue;
    if (!open_as_broken_pipe(stream)) ::_exit(kNoStandardStreams);
  }
}

void fail_at_size_limit() { std::signal(SIGXFSZ, SIG_IGN); }

void print_to_stderr(std::string_view text) noexcept {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

Result<void> print_to_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return output_failure();
}

Result<void> flush_standard_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && is_on_its_device()) return {};
  return output_failure();
}

}  // namespace zvfs
