#pragma once

#include <string_view>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// The inode at `path` in `image`, as the kernel would find it in a mount that is its own root
/// directory: slashes may lead, trail or repeat, "." and ".." mean what they do, symlinks are
/// followed (also the last, and also absolute ones), up to 40 of them.
/// Errors: NotFound (no such name, or a name below what is no directory), InvalidArgument (too
/// many symlinks), Corrupt, Io; the message does not name the path. Thread-safe.
Result<Inode> follow_path(const Image& image, std::string_view path);

}  // namespace zvfs
