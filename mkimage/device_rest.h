#pragma once

#include "base/result.h"

namespace zvfs {

/// Makes sure that the image which ends at the offset of `fd` is what is found on a block device:
/// an older, larger one would be found by its end otherwise. Does nothing if `fd` is no block
/// device.
///
/// All of the rest becomes zeros where the device can do that by itself, as SSDs, virtual disks and
/// loop devices can. Elsewhere writing it would take hours: then only that is overwritten which
/// find_image_end() comes upon, at least the last 17 MiB. Everything is on disk then. Errors: Io.
/// Spec: docs/format.md, "Padding".
Result<void> clear_behind_image(int fd);

/// The same by writing zeros alone, from `image_end` on, to a block device or a regular file.
Result<void> clear_what_is_found(int fd, std::uint64_t image_end);

}  // namespace zvfs
