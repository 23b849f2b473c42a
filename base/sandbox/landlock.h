#pragma once

namespace zvfs {

/// Takes away the calling thread's access to files by name, to TCP ports, and, where the kernel
/// can, to other processes: landlock(7) without a rule. What is open stays usable. False if the
/// kernel has no landlock. prctl(PR_SET_NO_NEW_PRIVS) must come first.
bool restrict_by_landlock();

}  // namespace zvfs
