// A process that reads hostile bytes gives up what it does not need, so that whoever takes it over
// gets nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/sandbox/system_call_filter.h"

namespace zvfs {

/// What a process needs from now on.
struct SandboxRules {
  /// The names of the system calls that it makes, besides those that start threads. mmap(2) and
  /// mprotect(2) are allowed for memory that is not executable.
  std::span<const char* const> system_calls;
  bool may_start_threads = true;
  /// One more than the highest file descriptor that may be opened; poll(2) takes no more than this.
  std::uint64_t max_descriptors = 32;
  /// The limit of its address space in bytes; 0 leaves it.
  std::uint64_t address_space_bytes = 0;
  /// Whether it may write to files that are open, rather than only to pipes and the like.
  bool may_write_files = true;
};

/// A sandbox that is ready to be entered.
class Sandbox {
 public:
  /// Changes nothing yet. Throws std::bad_alloc.
  explicit Sandbox(const SandboxRules& rules);

  /// enter_sandbox() with these rules.
  [[nodiscard]] std::vector<std::string> enter() const;

 private:
  const SandboxRules rules_;
  const SystemCallFilter filter_;
};

/// Gives up, for good: new privileges by execve(2), capabilities, files by name and TCP (landlock),
/// system calls that `rules` do not name (seccomp), core dumps. Call it before there are other
/// threads. Older kernels and containers lack some of this: the rest takes effect, and what is
/// missing is returned, each in a few words for people. Throws std::bad_alloc.
std::vector<std::string> enter_sandbox(const SandboxRules& rules);

}  // namespace zvfs
