#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "format/image.h"

namespace zvfs::testing {

/// Reads everything in an image through every method of Image: each inode by number, all names
/// and their lookup, all contents, targets, segments and attributes. Limits its time and memory for
/// any image: reads at most `max_inodes` inodes, and 1 MiB from both ends of each file. Returns the
/// first error after trying everything else.
Result<void> walk_image(const Image& image, std::uint32_t max_inodes = 1000);

/// Opens and walks the image at the end of `bytes`.
Result<void> open_and_walk(ByteVector bytes);

/// The bytes of a whole regular file, joined.
Result<ByteVector> read_whole(const Image& image, const Inode& inode);

}  // namespace zvfs::testing
