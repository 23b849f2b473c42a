#include "zvfs/command/open_image.h"

#include <utility>

#include "base/quoting.h"
#include "format/digests/trusted_root.h"
#include "format/image_source.h"
#include "format/memory_limit.h"

namespace zvfs {

Result<TrustedFile> open_trusted_file(const std::string& path, const TrustOptions& trust) {
  const RootTrust roots = ZVFS_TRY(RootTrust::load(trust, path));
  TrustedFile file{ZVFS_TRY(FileSource::open(path)), std::nullopt};
  file.root = ZVFS_TRY_IN(quote_name(path), trusted_root(*file.source, roots));
  return file;
}

Result<std::unique_ptr<Image>> open_image(const std::string& path, const TrustOptions& trust,
                                          std::uint64_t cache_size_bytes) {
  TrustedFile file = ZVFS_TRY(open_trusted_file(path, trust));
  const ImageOptions options{
      .cache_size_bytes = affordable_memory(cache_size_bytes, memory_limit()), .root = file.root};
  return ZVFS_TRY_IN(quote_name(path), Image::open(std::move(file.source), options));
}

unsigned affordable_threads(unsigned threads, const IndexHeader& header) {
  return affordable_workers(threads, 2 * std::uint64_t{header.frame_bound}, memory_limit());
}

}  // namespace zvfs
