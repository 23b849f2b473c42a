// A process that reads hostile bytes gives up what it does not need, so that whoever takes it over
// gets nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace zvfs {

/// What a process needs from now on.
struct SandboxRules {
  /// The names of the system calls that it makes, besides those that start threads.
  std::span<const char* const> system_calls;
  /// One more than the highest file descriptor that may be opened; poll(2) takes no more than this.
  std::uint64_t max_descriptors = 32;
};

/// Gives up, for good: new privileges by execve(2), capabilities, files by name and TCP (landlock),
/// system calls that `rules` do not name (seccomp), core dumps. Call it before there are other
/// threads. Older kernels and containers lack some of this: the rest takes effect, and what is
/// missing is returned, each in a few words for people. Throws std::bad_alloc.
std::vector<std::string> enter_sandbox(const SandboxRules& rules);

}  // namespace zvfs
