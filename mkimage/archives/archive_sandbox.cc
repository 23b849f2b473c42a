#include "mkimage/archives/archive_sandbox.h"

namespace zvfs {
namespace {

// That of the largest dictionary of 7-Zip and RAR, and what else there is.
constexpr std::uint64_t kAddressSpace = std::uint64_t{6} << 30;

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

}  // namespace

SandboxRules archive_sandbox_rules() {
  return {.system_calls = kSystemCalls,
          .may_start_threads = false,
          .max_descriptors = 0,
          .address_space_bytes = kAddressSpace,
          .may_write_files = false};
}

}  // namespace zvfs
