#pragma once

#include <span>

namespace zvfs {

/// Makes every system call fail with EPERM for all threads of the process, for good, except those
/// named in `allowed`, which the processor need not have. The kernel's audit log gets a line for
/// each refused one. clone(2) is allowed for threads, if they are, but not for processes; mmap(2)
/// and mprotect(2) are allowed for memory that is not executable. False if the kernel cannot
/// filter. prctl(PR_SET_NO_NEW_PRIVS) must come first. Throws std::bad_alloc.
bool filter_system_calls(std::span<const char* const> allowed, bool threads_are_allowed);

}  // namespace zvfs
