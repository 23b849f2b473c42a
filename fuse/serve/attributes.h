#pragma once

#include <sys/stat.h>

#include "format/image.h"

namespace zvfs {

/// The st_blksize of every file, in bytes: programs take it as the preferred size of a read.
inline constexpr int kPreferredReadSize = 64 * 1024;

/// What stat(2) reports for `inode`. An image has one time per file, so all three are its mtime.
struct stat attributes_of(const Inode& inode);

}  // namespace zvfs
