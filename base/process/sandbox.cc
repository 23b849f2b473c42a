#include "base/process/sandbox.h"

#include <cerrno>
#include <memory>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace zvfs {
namespace {

// Memory, open descriptors, and what the C library does by itself. mmap and mprotect follow.
constexpr int kAllowed[] = {
    SCMP_SYS(read),           SCMP_SYS(readv),        SCMP_SYS(pread64),
    SCMP_SYS(write),          SCMP_SYS(writev),       SCMP_SYS(lseek),
    SCMP_SYS(close),          SCMP_SYS(fstat),        SCMP_SYS(newfstatat),
    SCMP_SYS(poll),           SCMP_SYS(ppoll),        SCMP_SYS(munmap),
    SCMP_SYS(mremap),         SCMP_SYS(brk),          SCMP_SYS(madvise),
    SCMP_SYS(futex),          SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),  SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),      SCMP_SYS(sched_yield),  SCMP_SYS(getrandom),
    SCMP_SYS(getpid),         SCMP_SYS(gettid),       SCMP_SYS(tgkill),
    SCMP_SYS(exit),           SCMP_SYS(exit_group),
};

void set_limit(int resource, rlim_t limit) {
  const struct rlimit both = {limit, limit};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// Without seccomp they still prevent new descriptors and core dumps.
void set_limits(const SandboxRules& rules) {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_NOFILE, 0);
  if (!rules.may_write_files) set_limit(RLIMIT_FSIZE, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  if (rules.address_space != 0) set_limit(RLIMIT_AS, rules.address_space);
#endif
}

// The kernel's struct landlock_ruleset_attr: newer than the headers, but the size tells which.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

// All that each version of landlock (ABI) can forbid, or what the last known one can.
RulesetAttributes everything(int abi) {
  constexpr std::uint64_t kFirst = (1U << 13) - 1;
  constexpr std::uint64_t kRefer = 1U << 13;
  constexpr std::uint64_t kTruncate = 1U << 14;
  constexpr std::uint64_t kDeviceIoctl = 1U << 15;
  constexpr std::uint64_t kBindAndConnect = 3;
  constexpr std::uint64_t kSocketsAndSignals = 3;
  return {
      kFirst | (abi >= 2 ? kRefer : 0) | (abi >= 3 ? kTruncate : 0) | (abi >= 5 ? kDeviceIoctl : 0),
      abi >= 4 ? kBindAndConnect : 0, abi >= 6 ? kSocketsAndSignals : 0};
}

std::size_t size_of_attributes(int abi) {
  if (abi < 4) return sizeof(std::uint64_t);
  return abi < 6 ? 2 * sizeof(std::uint64_t) : sizeof(RulesetAttributes);
}

// A ruleset without a rule forbids everything that it handles.
bool restrict_by_landlock() {
  constexpr unsigned kVersion = 1;
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersion);
  if (abi < 1) return false;
  const RulesetAttributes attributes = everything(static_cast<int>(abi));
  const long ruleset = ::syscall(SYS_landlock_create_ruleset, &attributes,
                                 size_of_attributes(static_cast<int>(abi)), 0);
  if (ruleset < 0) return false;
  const bool done = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  ::close(static_cast<int>(ruleset));
  return done;
}

struct Release {
  void operator()(void* filter) const { ::seccomp_release(filter); }
};

// A call that this machine does not have is no error.
bool allow(scmp_filter_ctx filter, int call) {
  const int error = ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  return error == 0 || error == -EDOM;
}

bool restrict_by_seccomp(std::span<const int> more) {
  const std::unique_ptr<void, Release> filter(::seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (filter == nullptr) return false;
  bool ok = true;
  for (const int call : kAllowed) ok = ok && allow(filter.get(), call);
  for (const int call : more) ok = ok && allow(filter.get(), call);
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    const scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    ok = ok && ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1, not_executable) == 0;
  }
  return ok && ::seccomp_load(filter.get()) == 0;
}

}  // namespace

SandboxStrength enter_sandbox(const SandboxRules& rules) {
  SandboxStrength strength;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return strength;
  strength.has_landlock = restrict_by_landlock();
  set_limits(rules);
  strength.has_seccomp = restrict_by_seccomp(rules.system_calls);
  return strength;
}

}  // namespace zvfs
