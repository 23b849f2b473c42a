#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "format/image.h"

namespace zvfs::testing {

/// Reads everything in an image through every method of Image: each inode by number, all names
/// and their lookup, all contents, targets, segments and attributes. Bounded in time and memory
/// whatever the image says: at most `max_inodes` inodes, and of each file 1 MiB from both ends.
/// Returns the first error, after trying all the rest.
Result<void> walk_image(const Image& image, std::uint32_t max_inodes = 1000);

/// Opens the image that `bytes` end in, and walks it.
Result<void> open_and_walk(ByteVector bytes);

/// The bytes of a whole regular file, joined.
Result<ByteVector> read_whole(const Image& image, const Inode& inode);

}  // namespace zvfs::testing
