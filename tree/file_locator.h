#pragma once

#include <cstdint>
#include <span>

#include "format/records.h"
#include "tree/tree.h"

namespace zvfs {

/// Records where the files of a tree lie among the frames, once all frames are known: inodes and
/// extents get the frame in which their data begins, frames get their first file.
/// `files` are the inodes of all files with data, in the order of their first bytes in the stream,
/// as from TarIndexer::files(): they are the frame files of the index. `frames` are in order, and
/// their content holds all data.
void locate_files(Tree& tree, std::span<const std::uint32_t> files, std::span<FrameRecord> frames);

}  // namespace zvfs
