#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/image_info.h"
#include "zvfs/inspect/map_tree.h"

namespace zvfs {

/// The text of map_page.html, embedded in the program at build time.
extern const std::string_view kMapPageTemplate;

/// A self-contained web page that shows where the bytes of an image go. Text from the image appears
/// only as base64, so that no name can act as a part of the page. Errors: Corrupt, Io.
Result<std::string> make_map_page(const Image& image, const MapTree& tree, std::string_view name);

}  // namespace zvfs
