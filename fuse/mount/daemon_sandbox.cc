#include "fuse/mount/daemon_sandbox.h"

namespace zvfs {
namespace {

constexpr const char* kSystemCalls[] = {
    // Requests and replies on /dev/fuse, the image, /proc/meminfo, wake-ups; messages with -f.
    "read",
    "write",
    "writev",
    "pread64",
    "preadv",
    "close",
    "poll",
    "ppoll",
    // Questions to the broker.
    "sendto",
    "recvfrom",
    // Memory: the allocator, and thread stacks.
    "brk",
    "munmap",
    "mremap",
    "madvise",
    // Threads: their start and end, and how they wait for each other.
    "set_robust_list",
    "rseq",
    "exit",
    "futex",
    "sched_yield",
    "sched_getaffinity",
    "membarrier",
    // Signals: those that end us, SIGUSR1, the alarm, and those by which threads are woken.
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "restart_syscall",
    "getpid",
    "gettid",
    "tgkill",
    "setitimer",
    // Time, where the vDSO has none.
    "clock_gettime",
    "gettimeofday",
    "clock_nanosleep",
    "nanosleep",
    // Detaching from the terminal when all is ready.
    "setsid",
    "dup2",
    "dup3",
    // The standard library: buffers of streams, and seeds.
    "fstat",
    "newfstatat",
    "getrandom",
    // The end.
    "exit_group",
};

}  // namespace

SandboxRules daemon_sandbox_rules() { return {.system_calls = kSystemCalls}; }

}  // namespace zvfs
