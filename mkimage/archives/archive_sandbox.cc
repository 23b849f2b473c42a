#include "mkimage/archives/archive_sandbox.h"

#include <algorithm>
#include <fstream>
#include <unistd.h>

#include "format/memory_limit.h"

namespace zvfs {
namespace {

// That of the largest dictionary of 7-Zip and RAR, and what else there is.
constexpr std::uint64_t kMostMemory = std::uint64_t{6} << 30;

constexpr const char* kSystemCalls[] = {
    // The archive and the pipe, which are open.
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "lseek",
    "close",
    "fstat",
    "newfstatat",
    "poll",
    "ppoll",
    // Memory: the allocator.
    "brk",
    "munmap",
    "mremap",
    "madvise",
    // Locks, signals, time and random numbers of the libraries.
    "futex",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "clock_gettime",
    "gettimeofday",
    "clock_nanosleep",
    "nanosleep",
    "sched_yield",
    "getrandom",
    // The end, abort() included.
    "getpid",
    "gettid",
    "tgkill",
    "exit",
    "exit_group",
};

// The address space of this process, in bytes: mostly libraries, and stacks of threads that a fork
// leaves behind. 0 if it cannot be read.
std::uint64_t own_address_space() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0;
  if (!(file >> pages)) return 0;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::uint64_t archive_memory(std::uint64_t limit_bytes) {
  return std::clamp(limit_bytes / 2, kLeastAffordable, kMostMemory);
}

SandboxRules archive_sandbox_rules() {
  const std::uint64_t own = own_address_space();
  const std::uint64_t memory = archive_memory(memory_limit());
  const std::uint64_t address_space = own == 0 ? kMostMemory : own + memory;
  return {.system_calls = kSystemCalls,
          .may_start_threads = false,
          .max_descriptors = 0,
          .address_space_bytes = address_space,
          .may_write_files = false};
}

}  // namespace zvfs
