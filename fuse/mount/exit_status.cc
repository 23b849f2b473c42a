#include "fuse/mount/exit_status.h"

#include <cerrno>
#include <system_error>

namespace zvfs {

MountFailure system_failure(int error_number, const std::string& what) {
  const auto status = [&] {
    switch (error_number) {
      case EACCES:
      case EPERM:
        return ExitStatus::kUsage;
      case ENOMEM:
      case EAGAIN:
      case EMFILE:
      case ENFILE:
        return ExitStatus::kSystem;
      default:
        return ExitStatus::kMountFailure;
    }
  }();
  return {status, what + ": " + std::generic_category().message(error_number)};
}

}  // namespace zvfs
