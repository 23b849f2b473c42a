#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace zvfs {

/// For a main(): when a signal that ends a process is sent to it (SIGINT, SIGTERM, SIGQUIT, SIGHUP,
/// SIGPIPE, SIGALRM, SIGUSR1, real-time signals and the like, but not SIGKILL or a crash), every
/// file that a RemoveOnSignal names is removed, and the process then ends as usual. Ignored signals
/// stay ignored.
void install_signal_cleanup();

/// While this lives, a library that ends the process removes every file that a RemoveOnSignal
/// names, and the exit code is `status`. When they have no memory, libarchive calls exit(3), and
/// CLI11 throws in functions that may not; then the message is "PROGRAM: out of memory".
/// One at a time in a process; `program` must live as long as the process.
class ExitCleanup {
 public:
  ExitCleanup(const char* program, int status);
  ~ExitCleanup();
  ExitCleanup(const ExitCleanup&) = delete;
  ExitCleanup& operator=(const ExitCleanup&) = delete;
};

/// While this lives, the signals of install_signal_cleanup() remove a file. Thread-safe.
class RemoveOnSignal {
 public:
  /// The file `name` (at most 255 bytes) in an open directory, which must stay open as long as
  /// this lives. Only a handful can live at a time; one more has no effect.
  RemoveOnSignal(int directory_fd, const std::string& name);
  RemoveOnSignal(RemoveOnSignal&& other) noexcept : slot_(std::exchange(other.slot_, kNoSlot)) {}
  RemoveOnSignal& operator=(RemoveOnSignal&&) = delete;
  ~RemoveOnSignal();

 private:
  static constexpr std::size_t kNoSlot = static_cast<std::size_t>(-1);
  std::size_t slot_ = kNoSlot;
};

}  // namespace zvfs
