#pragma once

#include <cstdint>
#include <span>

namespace zvfs {

/// What a process may still do in its sandbox, in addition to what enter_sandbox() allows.
struct SandboxRules {
  std::span<const int> system_calls;  ///< Numbers of them: SYS_ioctl.
  std::uint64_t address_space = 0;    ///< Its limit in bytes; 0 leaves it.
  bool may_write_files = false;       ///< Those that are open, beyond pipes and the like.
};

/// Which of the kernel's means are in force. The others are missing there, or forbidden.
struct SandboxStrength {
  bool has_seccomp = false;
  bool has_landlock = false;
};

/// Confines the calling thread, and threads that it starts, for good: to memory, to descriptors
/// that are open, and to its own end. No file can be opened, no program or process started, no
/// connection made, no memory made executable; a call for that fails with EPERM. Other threads that
/// run already are not confined. Works as far as the kernel has the means (seccomp; landlock, from
/// Linux 5.13 on), and reports which.
///
/// Load before what is loaded when it is first used: locales, character sets.
SandboxStrength enter_sandbox(const SandboxRules& rules);

}  // namespace zvfs
