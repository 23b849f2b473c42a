#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/image_info.h"
#include "zvfs/inspect/map_tree.h"

namespace zvfs {

/// The text of zvfs/map_page.html, put into the program when it is built.
extern const std::string_view kMapPageTemplate;

/// A page for browsers that shows where the bytes of an image go. It needs nothing but itself.
/// Text of the image is in it as base64 alone, so that no name can be taken for a part of the page.
/// Errors: Corrupt, Io.
Result<std::string> make_map_page(const Image& image, const MapTree& tree, std::string_view name);

}  // namespace zvfs
