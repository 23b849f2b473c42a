#pragma once

#include <string>

namespace zvfs {

/// The exit statuses of mount(8), "EXIT STATUS".
enum class ExitStatus : int {
  kSuccess = 0,
  kUsage = 1,          ///< Wrong invocation, or no permission.
  kSystem = 2,         ///< Out of memory, cannot fork, FUSE is not available.
  kMountFailure = 32,  ///< All other reasons.
};

/// Why nothing was mounted.
struct MountFailure {
  ExitStatus status;
  std::string message;  ///< One line, for people.
};

/// The failure of a system call on `what`, with the status that matches `error_number`.
MountFailure system_failure(int error_number, const std::string& what);

}  // namespace zvfs
