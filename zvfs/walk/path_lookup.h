#pragma once

#include <string_view>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// The inode at `path` in `image`, as the kernel would find it if the mount were the root
/// directory: slashes may lead, trail or repeat, "." and ".." have their usual meaning, and up to
/// 40 symlinks are followed (including a last one, and absolute ones). Errors: NotFound (no such
/// name, or a name below something that is not a directory), InvalidArgument (too many symlinks,
/// or one that is longer than Linux follows), Corrupt, Io; the message does not name the path.
/// Thread-safe.
Result<Inode> follow_path(const Image& image, std::string_view path);

}  // namespace zvfs
