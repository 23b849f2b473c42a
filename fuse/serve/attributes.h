#pragma once

#include <sys/stat.h>

#include "format/image.h"

namespace zvfs {

/// The st_blksize of every file, in bytes: what programs take as the size of a good read.
inline constexpr int kPreferredReadSize = 64 * 1024;

/// What stat(2) says of `inode`. An image has one time for each file, so all three are its mtime.
struct stat attributes_of(const Inode& inode);

}  // namespace zvfs
