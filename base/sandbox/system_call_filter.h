#pragma once

#include <linux/filter.h>
#include <span>
#include <vector>

namespace zvfs {

/// Makes every system call fail with EPERM, except those named in `allowed`, which the processor
/// need not have. The kernel's audit log gets a line for each refused one. clone(2) is allowed for
/// threads, if they are, but not for processes; mmap(2) and mprotect(2) are allowed for memory that
/// is not executable.
class SystemCallFilter {
 public:
  /// Only translates the rules. Throws std::bad_alloc.
  SystemCallFilter(std::span<const char* const> allowed, bool threads_are_allowed);

  /// Takes effect for all threads of the process, for good. False if the kernel cannot filter.
  /// prctl(PR_SET_NO_NEW_PRIVS) must come first. Takes no memory.
  [[nodiscard]] bool apply() const;

 private:
  std::vector<sock_filter> program_;
};

}  // namespace zvfs
