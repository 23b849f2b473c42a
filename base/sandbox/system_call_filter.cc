#include "base/sandbox/system_call_filter.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>

namespace zvfs {
namespace {

struct ContextDeleter {
  void operator()(void* context) const { seccomp_release(context); }
};

// An unforeseen call of a library must not end a daemon that serves others: it fails, and whoever
// made it goes on as after any failure.
constexpr std::uint32_t kRefusal = SCMP_ACT_ERRNO(EPERM);

bool allow_by_name(scmp_filter_ctx context, const char* name) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number < 0) return true;  // unknown here: it cannot be made
  return seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0) == 0;
}

// The flags of clone3() are in memory, where a filter cannot look. glibc takes clone() instead
// when the kernel seems not to have it.
bool allow_threads(scmp_filter_ctx context) {
  const scmp_arg_cmp is_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
  return seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, is_thread) == 0 &&
         seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

bool allow_memory(scmp_filter_ctx context) {
  const scmp_arg_cmp is_data = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  return seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, is_data) == 0 &&
         seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, is_data) == 0;
}

// The options that exist are set; a kernel or library without one does without it.
void set_options(scmp_filter_ctx context) {
  seccomp_attr_set(context, SCMP_FLTATR_CTL_TSYNC, 1);
  seccomp_attr_set(context, SCMP_FLTATR_CTL_LOG, 1);
  // Kernels before 5.16 would slow down all code of the process, against other code in it.
  seccomp_attr_set(context, SCMP_FLTATR_CTL_SSB, 1);
  seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary search
}

}  // namespace

bool filter_system_calls(std::span<const char* const> allowed, bool threads_are_allowed) {
  const std::unique_ptr<void, ContextDeleter> context(seccomp_init(kRefusal));
  if (context == nullptr) throw std::bad_alloc();
  set_options(context.get());
  bool complete = allow_memory(context.get());
  if (threads_are_allowed) complete = complete && allow_threads(context.get());
  for (const char* const name : allowed) complete = complete && allow_by_name(context.get(), name);
  return complete && seccomp_load(context.get()) == 0;
}

}  // namespace zvfs
