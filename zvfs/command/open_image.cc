#include "zvfs/command/open_image.h"

#include <utility>

#include "base/quoting.h"
#include "format/image_source.h"
#include "format/memory_limit.h"

namespace zvfs {

Result<std::unique_ptr<Image>> open_image(const std::string& path, std::uint64_t cache_size_bytes) {
  std::unique_ptr<const ImageSource> source = ZVFS_TRY(FileSource::open(path));
  const ImageOptions options{.cache_size_bytes =
                                 affordable_memory(cache_size_bytes, memory_limit())};
  return ZVFS_TRY_IN(quote_name(path), Image::open(std::move(source), options));
}

unsigned affordable_threads(unsigned threads, const IndexHeader& header) {
  return affordable_workers(threads, 2 * std::uint64_t{header.frame_bound}, memory_limit());
}

}  // namespace zvfs
