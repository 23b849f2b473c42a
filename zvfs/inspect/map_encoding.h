// The data of a map, in the form that map_page.html reads. Integers are LEB128: seven bits per
// byte, low bits first, the top bit set in all bytes except the last.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/map_tree.h"

namespace zvfs {

/// Each node consists of a tag, the length of its name, and the name. All nodes except directories
/// continue with the size and the coded bytes. If they have data, two numbers follow: the
/// difference n between the first frame and that of the previous node with data (as 2 n, or -2 n -
/// 1 if it is negative), and the number of further frames. The tag is 0 for a file with data, 1 for
/// one without, 2 for the rest of a directory (which has data, and the number of its files after
/// the tag), and 3 + n for a directory of n nodes.
std::string encode_map_nodes(std::span<const MapNode> nodes);

/// The data frames of `image` in cells of `frames_per_cell`. Each cell has the kind that takes most
/// of it, its coded bytes and its decoded bytes. Errors: Corrupt, Io. Precondition: frames_per_cell
/// >= 1.
Result<std::string> encode_map_frames(const Image& image, std::uint32_t frames_per_cell);

/// The number of frames per cell with which a page can draw all of `frames`.
std::uint32_t choose_frames_per_cell(std::uint32_t frames);

}  // namespace zvfs
