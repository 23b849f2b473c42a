#pragma once

#include <cstdint>

#include "base/timestamp.h"

namespace zvfs {

/// What chmod(1), chown(1) and touch(1) change in a file. A plain value.
struct Metadata {
  std::uint16_t permissions = 0;  ///< st_mode without its type: kPermissionBits at most.
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  Timestamp mtime;

  bool operator==(const Metadata&) const = default;
};

}  // namespace zvfs
