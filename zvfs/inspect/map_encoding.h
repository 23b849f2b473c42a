// The data of a map, as zvfs/map_page.html reads it. Integers are LEB128: seven bits a byte, low
// ones first, the top bit set in all bytes but the last.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/map_tree.h"

namespace zvfs {

/// For each node: a tag; the length of the name and the name; of all but directories the size, the
/// coded bytes, and, if it has data, the first frame (less that of the node with data before it, as
/// 2 n, or -2 n - 1 if that is negative) and the number of frames after it in which it lies. The
/// tag is 0 for a file with data, 1 for one without, 2 for the rest of a directory (with data, and
/// after the tag the number of its files), 3 + n for a directory of n nodes.
std::string encode_map_nodes(std::span<const MapNode> nodes);

/// The data frames of `image`, `frames_per_cell` at a time: for each such cell the kind that takes
/// most of it, coded and decoded bytes. Errors: Corrupt, Io. Precondition: frames_per_cell >= 1.
Result<std::string> encode_map_frames(const Image& image, std::uint32_t frames_per_cell);

/// So many frames must go into a cell for a page to draw all of `frames`.
std::uint32_t choose_frames_per_cell(std::uint32_t frames);

}  // namespace zvfs
