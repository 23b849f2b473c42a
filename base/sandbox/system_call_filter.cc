#include "base/sandbox/system_call_filter.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace zvfs {
namespace {

constexpr std::uint32_t refusal(int error_number) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error_number);
}

// Writes the program. libseccomp would leave out rules, or crash, when it has no memory, so that it
// only translates names here.
class FilterWriter {
 public:
  explicit FilterWriter(std::vector<sock_filter>& program) : program_(program) {
    load(offsetof(seccomp_data, arch));
    add_jump(BPF_JEQ, seccomp_arch_native(), 1, 0);
    finish(SECCOMP_RET_KILL_THREAD);
    load(offsetof(seccomp_data, nr));
  }

  void allow(int call) { answer(call, SECCOMP_RET_ALLOW); }

  void answer(int call, std::uint32_t action) {
    add_jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1);
    finish(action);
  }

  /// Allows a call if the bits of `mask` in its argument are as said, and otherwise refuses it.
  void allow_if(int call, unsigned argument, std::uint32_t mask, bool are_set) {
    constexpr std::size_t kLowHalf = std::endian::native == std::endian::big ? 4 : 0;
    add_jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 4);
    load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t) + kLowHalf);
    add_jump(BPF_JSET, mask, are_set ? 0 : 1, are_set ? 1 : 0);
    finish(SECCOMP_RET_ALLOW);
    finish(refusal(EPERM));
  }

  void finish(std::uint32_t action) { program_.push_back(BPF_STMT(BPF_RET | BPF_K, action)); }

 private:
  void load(std::size_t offset) {
    program_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  }
  void add_jump(unsigned test, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    program_.push_back(
        BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, if_true, if_false));
  }

  std::vector<sock_filter>& program_;
};

}  // namespace

// An unforeseen call of a library must not end a daemon that serves others: it fails, and whoever
// made it goes on as after any failure.
SystemCallFilter::SystemCallFilter(std::span<const char* const> allowed, bool threads_are_allowed) {
  FilterWriter writer(program_);
  for (const char* const name : allowed) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number >= 0) writer.allow(number);  // others cannot be made here
  }
  writer.allow_if(SYS_mmap, 2, PROT_EXEC, false);
  writer.allow_if(SYS_mprotect, 2, PROT_EXEC, false);
  if (threads_are_allowed) {
    writer.allow_if(SYS_clone, 0, CLONE_THREAD, true);
    // Its flags are in memory, where a filter cannot look. glibc takes clone() instead when the
    // kernel seems not to have it.
    writer.answer(SYS_clone3, refusal(ENOSYS));
  }
  writer.finish(refusal(EPERM));
}

bool SystemCallFilter::apply() const {
  // Without SPEC_ALLOW, kernels before 5.16 would slow down all code of the process, against other
  // code in it. Older kernels lack the last flags.
  constexpr unsigned long kFlags[] = {
      SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
      SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_TSYNC};
  // The kernel only reads it.
  const sock_fprog program = {static_cast<unsigned short>(program_.size()),
                              const_cast<sock_filter*>(program_.data())};
  return std::any_of(std::begin(kFlags), std::end(kFlags), [&](unsigned long flags) {
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0;
  });
}

}  // namespace zvfs
