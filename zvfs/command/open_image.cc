#include "zvfs/command/open_image.h"

#include <algorithm>
#include <utility>

#include "format/image_source.h"
#include "format/memory_limit.h"

namespace zvfs {

Result<std::unique_ptr<Image>> open_image(const std::string& path, std::uint64_t cache_size_bytes) {
  std::unique_ptr<const ImageSource> source = ZVFS_TRY(FileSource::open(path));
  const ImageOptions options{.cache_size_bytes =
                                 affordable_memory(cache_size_bytes, memory_limit())};
  return ZVFS_TRY_IN(path, Image::open(std::move(source), options));
}

unsigned affordable_threads(unsigned threads, const IndexHeader& header) {
  const std::uint64_t for_each = 2 * std::uint64_t{header.frame_bound};
  const std::uint64_t memory = affordable_memory(threads * for_each, memory_limit());
  return static_cast<unsigned>(std::clamp<std::uint64_t>(memory / for_each, 1, threads));
}

}  // namespace zvfs
