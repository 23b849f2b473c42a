#pragma once

#include <memory>
#include <utility>

#include "format/digests/root_hash.h"
#include "format/image.h"

namespace zvfs::testing {

/// Opens the image in `bytes` and verifies it against its own root, if it has one: then all that is
/// decoded is verified first.
inline Result<std::unique_ptr<Image>> open_with_own_root(const ByteVector& bytes,
                                                         ImageOptions options = {}) {
  const auto tables = ZVFS_TRY(ImageTables::open(std::make_unique<MemorySource>(bytes), options));
  if (tables->header().has_digests()) options.root = ZVFS_TRY(root_digest(*tables));
  return Image::open(std::make_unique<MemorySource>(bytes), options);
}

}  // namespace zvfs::testing
