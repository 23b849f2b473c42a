#include "zvfs/command/open_image.h"

#include <utility>

#include "base/quoting.h"
#include "format/image_source.h"

namespace zvfs {

Result<std::unique_ptr<Image>> open_image(const std::string& path, std::uint64_t cache_size_bytes) {
  std::unique_ptr<const ImageSource> source = ZVFS_TRY(FileSource::open(path));
  return ZVFS_TRY_IN(quote_name(path),
                     Image::open(std::move(source), {.cache_size_bytes = cache_size_bytes}));
}

}  // namespace zvfs
