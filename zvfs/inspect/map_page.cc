#include "zvfs/inspect/map_page.h"

#include <cassert>

#include "base/base64.h"
#include "base/json.h"
#include "base/quoting.h"
#include "zvfs/inspect/map_encoding.h"

namespace zvfs {
namespace {

std::string describe(const ImageInfo& info, const MapTree& tree, std::string_view name,
                     std::uint32_t frames_per_cell) {
  const IndexHeader& header = info.header;
  return Json::object({{"name", quote_name(name)},
                       {"builder", quote_name(header.builder)},
                       {"codec", info.codec()},
                       {"image", header.image_size},
                       {"data", header.data_size},
                       {"index", info.index_size},
                       {"seekTable", info.seek_table_size},
                       {"stream", header.stream_size},
                       {"content", info.allocated_size},
                       {"files", info.files},
                       {"frames", header.frame_count},
                       {"framesPerCell", frames_per_cell},
                       {"frameBound", header.frame_bound},
                       {"threshold", tree.threshold()}})
      .dump();
}

// Replaces the one `mark` in the template by `value`.
void replace_mark(std::string_view mark, const std::string& value, std::string& page) {
  const std::size_t at = page.find(mark);
  assert(at != std::string::npos);
  page.replace(at, mark.size(), value);
}

}  // namespace

Result<std::string> make_map_page(const Image& image, const MapTree& tree, std::string_view name) {
  const ImageInfo info = ZVFS_TRY(gather_info(image));
  const std::uint32_t frames_per_cell = choose_frames_per_cell(info.header.frame_count);
  const std::string frames = ZVFS_TRY(encode_map_frames(image, frames_per_cell));
  std::string page(kMapPageTemplate);
  replace_mark("{{about}}", base64(describe(info, tree, name, frames_per_cell)), page);
  replace_mark("{{frames}}", base64(frames), page);
  replace_mark("{{nodes}}", base64(encode_map_nodes(tree.nodes())), page);
  return page;
}

}  // namespace zvfs
