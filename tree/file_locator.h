#pragma once

#include <cstdint>
#include <span>

#include "format/records.h"
#include "tree/tree.h"

namespace zvfs {

/// Notes where the files of a tree lie among the frames, when all frames are known: in the inodes
/// and extents the frame in which their data begins, in the frames the first file.
/// `files` are the inodes of all files with data, in the order of its first byte in the stream, as
/// TarIndexer::files() has them: they are the frame files of the index. `frames` are in order,
/// and their content holds all data.
void locate_files(Tree& tree, std::span<const std::uint32_t> files, std::span<FrameRecord> frames);

}  // namespace zvfs
